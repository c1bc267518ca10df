import type { ScheduleSettings } from "../../../pkg/config/config.ts";
import type { InventoryPlace } from "../../../pkg/inventory/place.ts";
import { createScheduledSync, type ScheduledSync } from "../../../pkg/sync/schedule/scheduled-sync.ts";
import type { RunReport } from "../../../pkg/sync/schedule/sync-schedule.ts";
import type { SyncResult } from "../../../pkg/sync/sync-once.ts";
import type { SyncTracker } from "../../../pkg/sync/sync-progress.ts";
import { type SyncStatus, statusFields } from "../../../pkg/sync/sync-status.ts";
import type { CompleteRun } from "../../../pkg/sync/target.ts";
import type { Context } from "../process/context.ts";
import { pause } from "../process/pause.ts";
import { logFirstRuns, syncOptions, warnOfRecreatedGroups } from "./sync.ts";
import { type SyncConfig, type SyncContext, type SyncPieces } from "./sync-config.ts";
import { syncStatus } from "./sync-status.ts";
import { type Published, placesOf, publishedPlace } from "./sync-targets.ts";

export type FileSyncReport = RunReport<SyncResult<Published>>;

export type ScheduledConfig = SyncConfig & { readonly schedule: ScheduleSettings };

export interface ScheduledFileSyncOptions {
  readonly config: ScheduledConfig;
  /** An inventory that each run fills beside the targets of the settings. */
  readonly ownInventory?: InventoryPlace | undefined;
  readonly pieces: SyncPieces;
  /** Its signal ends the schedule at once, so that a drain does not wait for it first. */
  readonly context: SyncContext & Pick<Context, "signal">;
  /** Nothing runs until the next run. Must not throw. */
  readonly onIdle?: () => void;
  /** A run begins. Must not throw. */
  readonly onBegun?: () => void;
  /** A run reads and says how far it is; undefined once it no longer reads. Must not throw. */
  readonly onReading?: (status: (() => SyncStatus) | undefined) => void;
  /** The file holds a complete run of an earlier process. Must not throw. */
  readonly onFound?: (complete: CompleteRun) => void;
  /** After each run, once it is logged. Must not throw. */
  readonly onResult?: (report: FileSyncReport) => void;
}

/** Syncs into the file again and again, and logs how it goes. Its calls wait behind those of callers (D6). */
export function startScheduledSync(options: ScheduledFileSyncOptions): ScheduledSync<Published> {
  const { config, pieces, context, ownInventory } = options;
  const { log } = pieces;
  const places = placesOf(config.sync, context);
  return createScheduledSync(
    {
      ...config.schedule,
      random: Math.random,
      sleep: pause,
      sync: syncOptions({
        config,
        pieces,
        context,
        ownInventory,
        resumedBy: "the next run",
        inThreads: true,
        follow: (tracker) => follow(tracker, options),
      }),
      events: {
        onDropped: (_target, reason) => log.warn(`discarded an interrupted sync: ${reason}`, places),
        onFound: (complete) => options.onFound?.(complete),
        onWait(waitMs) {
          log.info("waiting for the next sync", { ...places, leftMs: Math.round(waitMs) });
          options.onIdle?.();
        },
        onBegun() {
          log.info("starting a scheduled sync", places);
          options.onBegun?.();
        },
        onCut: () => log.info("interrupted the sync; it resumes at the next start", places),
        onResult(report) {
          logReport(report, options);
          options.onResult?.(report);
        },
      },
    },
    context.signal,
  );
}

/** Nobody watches a service, so one line in a minute is enough. */
const PROGRESS_LOG_MS = 60_000;

function follow(
  tracker: SyncTracker,
  { config, pieces, context, onReading }: ScheduledFileSyncOptions,
): { close(): void } {
  const places = placesOf(config.sync, context);
  const status = () => syncStatus(tracker, pieces);
  onReading?.(status);
  const timer = setInterval(
    () => pieces.log.info("syncing", { ...places, ...statusFields(status()) }),
    PROGRESS_LOG_MS,
  );
  return {
    close() {
      clearInterval(timer);
      onReading?.(undefined);
    },
  };
}

function logReport(
  report: FileSyncReport,
  { config, context, pieces: { log } }: ScheduledFileSyncOptions,
): void {
  const places = placesOf(config.sync, context);
  if (report.kind === "failed") {
    log.failure("the scheduled sync failed", report.error, {
      ...places,
      leftMs: Math.round(report.retryInMs),
    });
    return;
  }
  const { published, droppedGroups, pages, calls, throttles, durationMs, resumed } = report.result;
  for (const one of published) {
    log.info("synced", {
      ...publishedPlace(one),
      ...one.counts,
      droppedGroups,
      pages,
      calls,
      throttles,
      resumed,
      durationMs: Math.round(durationMs),
    });
  }
  logFirstRuns({ log }, published);
  warnOfRecreatedGroups({ log }, published);
  if (report.skipped > 0) {
    log.warn("the sync took longer than --sync-every: raise it, or --rate", places);
  }
}
