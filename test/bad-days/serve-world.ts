// What all parts of one day share.

import type { Pool } from "../cognito/pool.ts";
import type { ScriptedCognito } from "../cognito/server.ts";
import type { PlatformServer } from "../support/platform-server.ts";
import type { ChangeTarget, Ledger, Said } from "./serve-ledger.ts";
import type { ServeDay, Step } from "./serve-plan.ts";
import type { Service } from "./serve-service.ts";
import type { PoolHistory } from "./serve-truth.ts";

export interface World {
  readonly day: ServeDay;
  readonly pool: Pool;
  readonly cognito: ScriptedCognito;
  readonly followed: PoolHistory;
  readonly ledger: Ledger;
  readonly service: Service;
  readonly platform: PlatformServer | undefined;
  /** The people of the first pool: some are gone by now. */
  readonly people: readonly { readonly username: string; readonly sub: string }[];
  readonly groups: readonly string[];
  /** The address of gRPC, and the base URL of SCIM. */
  readonly grpc: string;
  readonly scim: string;
  readonly folder: string;
}

/** What a change was answered. */
export interface Answer {
  readonly said: Said;
  readonly code: string;
  readonly text: string;
  /** How often it was given to the service, where that is more than once: a task whose report was lost. */
  readonly times?: number;
}

export interface Asked extends ChangeTarget {
  readonly kind: Step["kind"];
  readonly password: boolean;
}

/** How one front is asked for a change. The signal: the caller goes away. */
export interface Front {
  /** The name of the next request in the audit log. */
  requester(): string;
  ask(asked: Asked, signal: AbortSignal): Promise<Answer>;
  close(): void;
}

/** Far longer than all calls of one change may take with the settings of a day, on a busy machine too. */
export const HANG_MS = 300_000;

export const tokenOf = (name: string): string => `token-of-${name}`;
