import type { LastSync } from "../../../../pkg/ops/http/readiness.ts";
import type { Metrics } from "../../../../pkg/ops/metrics/metrics.ts";
import type { CompleteRun } from "../../../../pkg/sync/target.ts";
import type { FileSyncReport } from "../scheduled-sync.ts";

/** The last complete sync of this process, for the health page and the metrics. */
export interface LastSyncRecord {
  last(): LastSync | undefined;
  begun(): void;
  /** An earlier process left a complete run. */
  found(complete: CompleteRun): void;
  told(report: FileSyncReport): void;
}

export function createLastSync(metrics: Metrics | undefined): LastSyncRecord {
  let last: LastSync | undefined;
  return {
    last: () => last,
    begun: () => metrics?.sync({ outcome: "begun" }),
    found({ startedAt, endedAt }) {
      const endedAtMs = endedAt.getTime();
      const durationMs = Math.max(0, endedAtMs - startedAt.getTime());
      metrics?.sync({ outcome: "found", endedAtMs, durationMs, rows: undefined });
    },
    told(report) {
      if (report.kind === "failed") {
        metrics?.sync({ outcome: "failed" });
        return;
      }
      const [published] = report.result.published;
      if (published === undefined) return;
      const durationMs = Math.round(report.result.durationMs);
      const { users, groups, memberships } = published.counts;
      last = { endedAt: published.endedAt, durationMs, users, groups, memberships };
      metrics?.sync({
        outcome: "complete",
        endedAtMs: published.endedAt.getTime(),
        durationMs,
        rows: { users, groups, memberships },
      });
    },
  };
}
