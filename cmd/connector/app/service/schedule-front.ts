import type { SyncProgressStatus } from "../../../../pkg/ops/metrics/events.ts";
import type { LastSyncRecord } from "../../../../pkg/ops/metrics/last-sync.ts";
import type { ScheduledSync } from "../../../../pkg/sync/schedule/scheduled-sync.ts";
import { openListings, type SyncStatus } from "../../../../pkg/sync/sync-status.ts";
import { type FileSyncReport, startScheduledSync } from "../scheduled-sync.ts";
import { type Published } from "../sync-targets.ts";
import type { Front, Service } from "./front.ts";

/** Syncs into the file again and again. It logs each run by itself. */
export function scheduleFront({
  config,
  context,
  runtime,
  lastSync,
}: Pick<Service, "config" | "context" | "runtime" | "lastSync">): Front | undefined {
  const { schedule } = config;
  if (schedule === undefined) return undefined;
  let sync: ScheduledSync<Published> | undefined;
  return {
    name: "the scheduled sync",
    async open() {
      sync = startScheduledSync({
        config: { ...config, schedule },
        pieces: runtime,
        context,
        onIdle: () => runtime.enrichment?.rounds.begin(),
        onBegun() {
          runtime.enrichment?.rounds.halt();
          lastSync.begun();
        },
        onReading: (status) =>
          lastSync.reading(status === undefined ? undefined : () => progressOf(status())),
        onFound: (complete) => lastSync.found(complete),
        onResult: (report) => record(report, lastSync),
      });
      return undefined;
    },
    async close(graceMs) {
      await sync?.close(graceMs);
    },
  };
}

function progressOf({ state, left }: SyncStatus): SyncProgressStatus {
  const { counts, estimatedUsers } = state;
  return { rows: counts, estimatedUsers, openListings: openListings(state), leftMs: left?.ms };
}

function record(report: FileSyncReport, lastSync: LastSyncRecord): void {
  if (report.kind === "failed") {
    lastSync.failed({ at: new Date(report.endedAtMs), code: report.error.code });
    return;
  }
  // One sync counts once: all its targets hold the same rows.
  const { published, durationMs } = report.result;
  const [first] = published;
  if (first === undefined) return;
  const { users, groups, memberships } = first.counts;
  const { endedAt } = first;
  lastSync.completed({ endedAt, durationMs: Math.round(durationMs), users, groups, memberships });
}
