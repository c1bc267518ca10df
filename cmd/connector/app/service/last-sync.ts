import type { LastSync } from "../../../../pkg/ops/http/readiness.ts";
import type { Metrics } from "../../../../pkg/ops/metrics/metrics.ts";
import type { SyncSummary } from "../../cli/output/sync-summary.ts";
import type { CompleteSync } from "../schedule/scheduled-sync.ts";
import type { RunReport } from "../schedule/sync-schedule.ts";

/** The last complete sync of this process, for the health page and the metrics. */
export interface LastSyncRecord {
  last(): LastSync | undefined;
  begun(): void;
  /** An earlier process left a complete run. */
  found(complete: CompleteSync): void;
  told(report: RunReport<SyncSummary>): void;
}

export function createLastSync(metrics: Metrics | undefined): LastSyncRecord {
  let last: LastSync | undefined;
  return {
    last: () => last,
    begun: () => metrics?.sync({ outcome: "begun" }),
    found({ startedAtMs, endedAtMs }) {
      const durationMs = Math.max(0, endedAtMs - startedAtMs);
      metrics?.sync({ outcome: "found", endedAtMs, durationMs, rows: undefined });
    },
    told(report) {
      if (report.kind === "failed") {
        metrics?.sync({ outcome: "failed" });
        return;
      }
      const { published } = report.result;
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
