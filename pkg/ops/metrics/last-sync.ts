import type { ErrorCode } from "../../core/errors.ts";
import type { LastSync, SyncFailure } from "../http/readiness.ts";
import type { SyncProgressStatus } from "./events.ts";
import type { SyncMetrics } from "./sync-metrics.ts";

/** Records the syncs of this process for the health page and the metrics. */
export interface LastSyncRecord {
  /** The last complete sync of this process. */
  last(): LastSync | undefined;
  /** Undefined after a complete sync, and before the first failure. */
  failure(): SyncFailure | undefined;
  begun(): void;
  /** A run reads, and says how far it is; undefined once it no longer reads. */
  reading(progress: (() => SyncProgressStatus) | undefined): void;
  /** How far the run is that reads now. */
  progress(): SyncProgressStatus | undefined;
  completed(sync: LastSync): void;
  failed(failed: { readonly at: Date; readonly code: ErrorCode }): void;
  /** The sync file holds a complete sync of an earlier process. */
  found(sync: { readonly startedAt: Date; readonly endedAt: Date }): void;
}

export function createLastSync(metrics: SyncMetrics | undefined): LastSyncRecord {
  let last: LastSync | undefined;
  let failure: SyncFailure | undefined;
  let reading: (() => SyncProgressStatus) | undefined;
  return {
    last: () => last,
    failure: () => failure,
    reading(progress) {
      reading = progress;
    },
    progress: () => reading?.(),
    begun: () => metrics?.sync({ outcome: "begun" }),
    completed(sync) {
      last = sync;
      failure = undefined;
      const { endedAt, durationMs, users, groups, memberships } = sync;
      metrics?.sync({
        outcome: "complete",
        endedAtMs: endedAt.getTime(),
        durationMs,
        rows: { users, groups, memberships },
      });
    },
    failed({ at, code }) {
      const { since = at, failures = 0 } = failure ?? {};
      failure = { since, failures: failures + 1, code };
      metrics?.sync({ outcome: "failed" });
    },
    found({ startedAt, endedAt }) {
      const endedAtMs = endedAt.getTime();
      const durationMs = Math.max(0, endedAtMs - startedAt.getTime());
      metrics?.sync({ outcome: "found", endedAtMs, durationMs, rows: undefined });
    },
  };
}
