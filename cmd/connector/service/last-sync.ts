import type { LastSync } from "../../../pkg/ops/http/readiness.ts";
import type { Metrics } from "../../../pkg/ops/metrics/metrics.ts";
import type { RunReport } from "../schedule/sync-schedule.ts";
import type { SyncSummary } from "../sync-summary.ts";

/** The last complete sync of this process, for the health page and the metrics. */
export interface LastSyncRecord {
  last(): LastSync | undefined;
  told(report: RunReport<SyncSummary>): void;
}

export function createLastSync(metrics: Metrics | undefined): LastSyncRecord {
  let last: LastSync | undefined;
  return {
    last: () => last,
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
