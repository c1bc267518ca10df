import { type CognitoDirectory, createCognitoDirectory } from "../../pkg/cognito/directory.ts";
import type { CredentialOptions } from "../../pkg/cognito/options.ts";
import type { Connector, UserIdKind } from "../../pkg/connector/connector.ts";
import { createConnector } from "../../pkg/connector/create-connector.ts";
import type { ChangeFeed } from "../../pkg/core/change-feed.ts";
import { systemClocks } from "../../pkg/core/clock.ts";
import type { AwsCallEvent } from "../../pkg/core/events.ts";
import { CATEGORY_OF, type Category } from "../../pkg/core/operations.ts";
import { regionOfPool } from "../../pkg/core/pool.ts";
import { createThrottle, type QuotaThrottle } from "../../pkg/limiter/throttle.ts";

export interface Rig {
  readonly directory: CognitoDirectory;
  readonly connector: Connector;
  readonly throttle: QuotaThrottle;
  /** Every attempt, in the order they ended. */
  readonly calls: readonly AwsCallEvent[];
  close(): Promise<void>;
}

export interface RigOptions {
  readonly url: string;
  readonly poolId: string;
  /** By default, keys that any server accepts. */
  readonly credentials?: CredentialOptions;
  /** Requests per second of every category; no limit unless given. */
  readonly perSecond?: number;
  readonly userIdKind?: UserIdKind;
  readonly changes?: ChangeFeed;
  /** The jitter of the pauses between attempts; none unless given, since tests need not wait. */
  readonly random?: () => number;
  /** Is also called for every attempt. */
  readonly onCall?: (event: AwsCallEvent) => void;
}

/** The parts below the fronts, composed as in the program, over the server at the address. */
export function createRig(options: RigOptions): Rig {
  const { url, poolId, perSecond = 10_000, userIdKind = "sub", random = () => 0 } = options;
  const calls: AwsCallEvent[] = [];
  const categories: readonly Category[] = [...new Set(Object.values(CATEGORY_OF))];
  const throttle = createThrottle({
    rates: Object.fromEntries(categories.map((category) => [category, perSecond])),
    ...systemClocks,
  });
  const directory = createCognitoDirectory({
    poolId,
    region: regionOfPool(poolId),
    throttle,
    credentials: options.credentials ?? {
      kind: "static",
      accessKeyId: "AKIDRIG",
      secretAccessKey: "rig-secret",
    },
    endpoint: url,
    httpTimeoutMs: 30_000,
    onCall(event) {
      calls.push(event);
      options.onCall?.(event);
    },
    random,
  });
  const connector = createConnector({
    directory,
    poolId,
    userIdKind,
    now: Date.now,
    changes: options.changes,
  });
  return {
    directory,
    connector,
    throttle,
    calls,
    async close() {
      directory.close();
      await throttle.close();
    },
  };
}
