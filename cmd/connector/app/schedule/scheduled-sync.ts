import { existsSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { ScheduleSettings } from "../../../../pkg/config/config.ts";
import type { EpochMs } from "../../../../pkg/core/clock.ts";
import { readSyncFile } from "../../../../pkg/store/read-sync-file.ts";
import type { SyncSummary } from "../../cli/output/sync-summary.ts";
import { formatDuration } from "../../cli/output/text.ts";
import type { Context } from "../../process/context.ts";
import { openTarget, type SyncConfig, type SyncPieces, syncOnce } from "../run-sync.ts";
import { createSyncSchedule, type RunReport, type ScheduleStatus } from "./sync-schedule.ts";

/** The newest complete run in the file, of this process or an earlier one. */
export interface CompleteSync {
  readonly startedAtMs: EpochMs;
  readonly endedAtMs: EpochMs;
  /** Size of the file. */
  readonly bytes: number;
}

export interface ScheduledSyncStatus extends ScheduleStatus<SyncSummary> {
  /** Undefined until there is one. */
  readonly complete: CompleteSync | undefined;
}

export interface ScheduledSync {
  /** As it is now; cheap. */
  status(): ScheduledSyncStatus;
  /** Ends it, the run under way at its next page, which the next process goes on from. Waits no longer than the grace. */
  close(graceMs: number): Promise<void>;
}

export interface ScheduledSyncOptions {
  readonly config: SyncConfig & { readonly schedule: ScheduleSettings };
  readonly pieces: SyncPieces;
  /** Its signal ends the schedule at once, so that a drain does not wait for it first. */
  readonly context: Pick<Context, "now" | "monotonic" | "signal">;
  /** A run begins. Must not throw. */
  readonly onBegun?: () => void;
  /** The file holds a complete run of an earlier process. Must not throw. */
  readonly onFound?: (complete: CompleteSync) => void;
  /** After each run, once it is logged. Must not throw. */
  readonly onResult?: (report: RunReport<SyncSummary>) => void;
}

/** Syncs into the file again and again. Its calls wait behind those of callers (D6); failures are logged and end nothing. */
export function startScheduledSync(options: ScheduledSyncOptions): ScheduledSync {
  const { config, pieces, context } = options;
  const { log } = pieces;
  const { file } = config.sync;
  let complete: CompleteSync | undefined;

  async function lastEndedAtMs(signal: AbortSignal): Promise<number | undefined> {
    if (!existsSync(file)) return undefined;
    // A file that no run could publish to fails here, and then in a run at once, which says what is wrong with it.
    const target = await openTarget(config, context, signal);
    const { resumed, discarded } = target;
    target.close();
    if (discarded !== undefined) log.warn(`a run that was cut is dropped: ${discarded}`, { file });
    complete = await completeIn(config.sync, signal);
    if (complete !== undefined) options.onFound?.(complete);
    // A run that was cut was due already.
    return resumed ? undefined : complete?.endedAtMs;
  }

  async function run(signal: AbortSignal): Promise<SyncSummary> {
    log.info("syncing by schedule", { file });
    options.onBegun?.();
    const follow = (): { close(): void } => ({ close() {} });
    try {
      return await syncOnce({ config, pieces, clock: context, follow, resumedBy: "the next run" }, signal);
    } catch (error) {
      if (signal.aborted)
        log.info("the sync is cut; what was read is kept, the next process goes on", { file });
      throw error;
    }
  }

  function onResult(report: RunReport<SyncSummary>): void {
    if (report.kind === "done") {
      const { published } = report.result;
      complete = {
        startedAtMs: published.startedAt.getTime(),
        endedAtMs: published.endedAt.getTime(),
        bytes: published.bytes,
      };
      tellDone(report.result, report.skipped);
    } else {
      const { error, retryInMs } = report;
      log.failure("the scheduled sync failed", error, { file, leftMs: Math.round(retryInMs) });
    }
    options.onResult?.(report);
  }

  function tellDone(summary: SyncSummary, skipped: number): void {
    const { published, droppedGroups, pages, calls, throttles, durationMs, resumed } = summary;
    const counts = { ...published.counts, droppedGroups, pages, calls, throttles };
    log.info("synced", { file: published.file, ...counts, resumed, durationMs: Math.round(durationMs) });
    if (skipped > 0) {
      const every = formatDuration(config.schedule.everyMs);
      log.warn(`the sync took longer than the ${every} between two; raise --sync-every, or the rate`, {
        file,
      });
    }
  }

  const schedule = createSyncSchedule<SyncSummary>(
    {
      ...config.schedule,
      random: Math.random,
      now: context.now,
      monotonic: context.monotonic,
      sleep: async (ms, signal) => {
        await sleep(ms, undefined, { signal });
      },
      lastEndedAtMs,
      run,
      onResult,
      onWait: (waitMs) => log.info("the next sync is due later", { file, leftMs: Math.round(waitMs) }),
    },
    context.signal,
  );
  return {
    status: () => ({ ...schedule.status(), complete }),
    close: (graceMs) => schedule.close(graceMs),
  };
}

async function completeIn(
  { file, stateDir }: SyncConfig["sync"],
  signal: AbortSignal,
): Promise<CompleteSync | undefined> {
  const stored = await readSyncFile({ file, ...(existsSync(stateDir) ? { tempDir: stateDir } : {}) }, signal);
  try {
    const ended = stored.runs().find(({ type, endedAt }) => type === "full" && endedAt !== undefined);
    if (ended?.endedAt === undefined) return undefined;
    return {
      startedAtMs: ended.startedAt.getTime(),
      endedAtMs: ended.endedAt.getTime(),
      bytes: statSync(file).size,
    };
  } finally {
    stored.close();
  }
}
