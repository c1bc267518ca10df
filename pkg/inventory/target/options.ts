import type { EpochClock } from "../../core/clock.ts";
import type { Pool } from "../../core/pool.ts";
import type { RunFingerprint } from "../../core/run-fingerprint.ts";
import type { ReadChangeOrigins } from "./change-origins.ts";

/** What every inventory needs as the target of a sync. */
export interface InventoryTargetOptions extends InventoryTargetSettings {
  readonly now: EpochClock;
  /**
   * The pool as this process knows it: asked once, when the run begins, so that a sync calls AWS no more than without an
   * inventory. Undefined where IAM denies it.
   */
  readonly describePool: (signal: AbortSignal) => Promise<Pool | undefined>;
  /** The changes that the connector made; by default nothing is known of them. */
  readonly changeOrigins?: ReadChangeOrigins | undefined;
}

/** The part that can be sent to another thread. */
export interface InventoryTargetSettings {
  readonly fingerprint: RunFingerprint;
  /** The folder of the working database, where the engine has one. */
  readonly stateDir: string;
  /** Continues a run that the shrink guard has refused to publish, instead of reading again. */
  readonly acceptShrink: boolean;
  /** An unfinished run older than this begins again; 24 hours by default. */
  readonly maxIdleMs?: number | undefined;
}

export const MAX_IDLE_MS = 24 * 60 * 60 * 1000;
