import { type EpochMs, lastKnownMs, type Sleep } from "../../core/clock.ts";
import { closeTargets, openTargets, type SyncOnceOptions, type SyncResult, syncOnce } from "../sync-once.ts";
import type { CompleteRun, PublishedRun, SyncTarget } from "../target.ts";
import { createSyncSchedule, type RunReport, type ScheduleStatus } from "./sync-schedule.ts";

export interface ScheduledSyncStatus<P extends PublishedRun> extends ScheduleStatus<SyncResult<P>> {
  /** The newest complete run in the targets, of this process or an earlier one; undefined until there is one. */
  readonly complete: CompleteRun | undefined;
}

export interface ScheduledSync<P extends PublishedRun> {
  /** The current status. A call is cheap. */
  status(): ScheduledSyncStatus<P>;
  /** Ends the schedule. A running sync stops after its page; the next process continues it. Waits at most `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/** What happens meanwhile, beside the events of each sync. None of it may throw. */
export interface ScheduleEvents<P extends PublishedRun> {
  /** Before the first run: the run of an earlier process is discarded. */
  onDropped(target: string, reason: string): void;
  /** The targets hold a complete run of an earlier process. */
  onFound(complete: CompleteRun): void;
  onWait(waitMs: number): void;
  onBegun(): void;
  /** The end of the schedule cuts the run under way. */
  onCut(): void;
  onResult(report: RunReport<SyncResult<P>>): void;
}

export interface ScheduledSyncOptions<P extends PublishedRun> {
  readonly everyMs: number;
  /** Share of `everyMs` that a run may be early or late, from 0 to 0.5. */
  readonly jitter: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly sleep: Sleep;
  readonly sync: SyncOnceOptions<P>;
  readonly events: ScheduleEvents<P>;
}

/** Syncs into the targets again and again, until the signal ends it. A failure is reported and ends nothing. */
export function createScheduledSync<P extends PublishedRun>(
  options: ScheduledSyncOptions<P>,
  signal: AbortSignal,
): ScheduledSync<P> {
  const { everyMs, jitter, random, sleep, sync, events } = options;
  let complete: CompleteRun | undefined;

  /** A target that no run could publish to fails here, and then in a run at once, which says what is wrong with it. */
  async function lastEndedAtMs(either: AbortSignal): Promise<EpochMs | undefined> {
    const found = await inspect(sync, events, either);
    complete = found.complete;
    if (complete !== undefined) events.onFound(complete);
    if (complete === undefined || found.isCut) return undefined; // a run that was cut was due already
    return lastKnownMs(complete.startedAt.getTime(), complete.endedAt.getTime(), sync.clocks.now());
  }

  async function run(either: AbortSignal): Promise<SyncResult<P>> {
    events.onBegun();
    try {
      return await syncOnce(sync, either);
    } catch (error) {
      if (either.aborted) events.onCut();
      throw error;
    }
  }

  const schedule = createSyncSchedule<SyncResult<P>>(
    {
      everyMs,
      jitter,
      random,
      ...sync.clocks,
      sleep,
      lastEndedAtMs,
      run,
      onResult(report) {
        if (report.kind === "done") complete = oldest(report.result.published) ?? complete;
        events.onResult(report);
      },
      onWait: (waitMs) => events.onWait(waitMs),
    },
    signal,
  );
  return {
    status: () => ({ ...schedule.status(), complete }),
    close: (graceMs) => schedule.close(graceMs),
  };
}

/** What the targets hold before the first run. They are opened for it, and closed again. */
async function inspect(
  sync: SyncOnceOptions<PublishedRun>,
  { onDropped }: Pick<ScheduleEvents<PublishedRun>, "onDropped">,
  signal: AbortSignal,
): Promise<{ readonly isCut: boolean; readonly complete: CompleteRun | undefined }> {
  const targets = await openTargets(sync.targets, sync.events, signal);
  try {
    for (const { name, discarded } of targets) if (discarded !== undefined) onDropped(name, discarded);
    return { isCut: targets.some(({ run }) => run !== undefined), complete: completeInAll(targets) };
  } finally {
    await closeTargets(targets, sync.events);
  }
}

/** The one that ended first of the newest runs, where every target has one: until then a sync is due. */
function completeInAll(targets: readonly SyncTarget[]): CompleteRun | undefined {
  const found = targets.flatMap(({ complete }) => complete ?? []);
  return found.length < targets.length ? undefined : oldest(found);
}

function oldest(runs: readonly CompleteRun[]): CompleteRun | undefined {
  const [first, ...rest] = runs;
  return first && rest.reduce<CompleteRun>((a, b) => (b.endedAt < a.endedAt ? b : a), first);
}
