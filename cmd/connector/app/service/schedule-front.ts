import { isAhead } from "../../../../pkg/core/clock.ts";
import type { SyncProgressStatus } from "../../../../pkg/ops/metrics/events.ts";
import type { LastSyncRecord } from "../../../../pkg/ops/metrics/last-sync.ts";
import type { ScheduledSync } from "../../../../pkg/sync/schedule/scheduled-sync.ts";
import { openListings, type SyncStatus } from "../../../../pkg/sync/sync-status.ts";
import { type FileSyncReport, startScheduledSync } from "../scheduled-sync.ts";
import { scheduledRuns } from "../scim/scim-inventory.ts";
import { type Published } from "../sync-targets.ts";
import type { Front, Service } from "./front.ts";

/** Syncs into the targets again and again. It logs each run by itself. */
export function scheduleFront({
  config,
  context,
  runtime,
  lastSync,
  scim,
}: Pick<Service, "config" | "context" | "runtime" | "lastSync" | "scim">): Front | undefined {
  const schedules = scheduledRuns(config, context);
  if (schedules.length === 0) return undefined;
  let syncs: readonly ScheduledSync<Published>[] = [];
  return {
    name: "the scheduled sync",
    async open() {
      syncs = schedules.map((schedule, at) =>
        startScheduledSync({
          ...schedule,
          pieces: runtime,
          context,
          onIdle: () => runtime.enrichment?.rounds.begin(),
          onBegun() {
            runtime.enrichment?.rounds.halt();
            if (at === 0) lastSync.begun();
          },
          // Of several schedules the record has that of the settings.
          ...(at === 0 && recordOf(lastSync)),
          onResult(report) {
            if (at === 0) record(report, lastSync);
            if (report.kind !== "failed") scim?.published();
          },
        }),
      );
      return undefined;
    },
    async close(graceMs) {
      await Promise.all(syncs.map((sync) => sync.close(graceMs)));
    },
  };
}

function recordOf(
  lastSync: LastSyncRecord,
): Pick<Parameters<typeof startScheduledSync>[0], "onReading" | "onFound"> {
  return {
    onReading: (status) => lastSync.reading(status === undefined ? undefined : () => progressOf(status())),
    onFound: (complete) => lastSync.found(complete),
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
  // In a target a run ends after the one before it, also after one of a clock that was ahead.
  const isMoved = isAhead(first.endedAt.getTime(), report.endedAtMs);
  const endedAt = isMoved ? new Date(report.endedAtMs) : first.endedAt;
  lastSync.completed({ endedAt, durationMs: Math.round(durationMs), users, groups, memberships });
}
