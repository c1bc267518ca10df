// Runs again and again, one at a time.
//
// Invariants:
//   SCHEDULE-1. A run begins only after the one before it has ended.
//   SCHEDULE-2. Beats are counted from the start of the last good run; those that a run overran are left out, not made
//       up for.
//   SCHEDULE-3. After a failure the next run comes no later than one interval on, and what can pass by itself is tried
//       sooner.
//   SCHEDULE-4. The schedule ends by its signal alone: no failure ends it.

import type { EpochClock, EpochMs, MonotonicClock, MonotonicMs } from "../../core/clock.ts";
import type { ErrorCode } from "../../core/errors.ts";
import { GovernanceError } from "../../core/errors.ts";

/** What came of a run. Times are milliseconds since the epoch. */
export type RunReport<R> =
  | {
      readonly kind: "done";
      readonly startedAtMs: EpochMs;
      readonly endedAtMs: EpochMs;
      readonly result: R;
      /** Beats that it overran. */
      readonly skipped: number;
    }
  | {
      readonly kind: "failed";
      readonly startedAtMs: EpochMs;
      readonly endedAtMs: EpochMs;
      readonly error: GovernanceError;
      /** In a row, this one counted. */
      readonly failures: number;
      readonly retryInMs: number;
    };

export interface ScheduleStatus<R> {
  /** When the run under way began; undefined between runs. */
  readonly runningSinceMs: number | undefined;
  /** When the next one is due; undefined during a run, before the first is planned, and after the end. */
  readonly nextAtMs: number | undefined;
  readonly last: RunReport<R> | undefined;
  /** Failures in a row. */
  readonly failures: number;
}

export interface SyncScheduleOptions<R> {
  readonly everyMs: number;
  /** Share of `everyMs` that a run may be early or late, from 0 to 0.5. */
  readonly jitter: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Milliseconds since the epoch. */
  readonly now: EpochClock;
  /** Milliseconds that only go forward. */
  readonly monotonic: MonotonicClock;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** When the last complete run of an earlier process ended, if there is one; a failure counts as none. */
  readonly lastEndedAtMs: (signal: AbortSignal) => Promise<number | undefined>;
  readonly run: (signal: AbortSignal) => Promise<R>;
  /** What it throws is passed over. A run that the end of the schedule cut is not told. */
  readonly onResult: (report: RunReport<R>) => void;
  /** A wait begins. Must not throw. */
  readonly onWait?: (waitMs: number) => void;
}

export interface SyncSchedule<R> {
  status(): ScheduleStatus<R>;
  /** Ends the schedule, and the run under way at its next page. Resolves when it has ended, or the grace has. */
  close(graceMs: number): Promise<void>;
}

const FIRST_RETRY_MS = 60_000;

/** What will not be otherwise in a minute: somebody has to do something, and a sync is not for free. */
const LASTING: ReadonlySet<ErrorCode> = new Set([
  "invalid-argument",
  "permission-denied",
  "not-found",
  "unimplemented",
  "data-loss",
  "refused-by-guard",
]);

/** Begins at once, or when the last complete run is `everyMs` old. Ends by the signal, as by `close`. */
export function createSyncSchedule<R>(options: SyncScheduleOptions<R>, signal: AbortSignal): SyncSchedule<R> {
  const { everyMs, jitter, random, now, monotonic, sleep, run } = options;
  const closing = new AbortController();
  const either = AbortSignal.any([signal, closing.signal]);
  let runningSinceMs: number | undefined;
  let nextAtMs: number | undefined;
  let last: RunReport<R> | undefined;
  let failures = 0;

  async function firstWaitMs(): Promise<number> {
    const endedAtMs = await options.lastEndedAtMs(either).catch(() => undefined);
    if (endedAtMs === undefined) return 0;
    // An age below zero is of a clock that was set back; it must not put off the first run for longer than the others.
    const leftMs = everyMs - Math.max(0, now() - endedAtMs);
    return leftMs <= 0 ? 0 : jittered(leftMs);
  }

  function jittered(waitMs: number): number {
    return Math.max(0, waitMs + everyMs * jitter * (2 * random() - 1));
  }

  async function wait(ms: number): Promise<void> {
    if (ms <= 0) return;
    nextAtMs = now() + ms;
    options.onWait?.(ms);
    await sleep(ms, either);
    nextAtMs = undefined;
  }

  /** Runs once and gives the wait until the next run. */
  async function beat(startedAt: MonotonicMs): Promise<number> {
    const startedAtMs = now();
    runningSinceMs = startedAtMs;
    try {
      const result = await run(either);
      failures = 0;
      const tookMs = Math.max(0, monotonic() - startedAt);
      const skipped = Math.floor(tookMs / everyMs); // SCHEDULE-2
      tell({ kind: "done", startedAtMs, endedAtMs: now(), result, skipped });
      return jittered((skipped + 1) * everyMs - tookMs);
    } catch (thrown) {
      either.throwIfAborted();
      failures += 1;
      const error = GovernanceError.from(thrown);
      const retryInMs = backoffMs(error);
      tell({ kind: "failed", startedAtMs, endedAtMs: now(), error, failures, retryInMs });
      return retryInMs;
    } finally {
      runningSinceMs = undefined;
    }
  }

  function tell(report: RunReport<R>): void {
    last = report;
    try {
      options.onResult(report);
    } catch {
      // Whoever listens must not end the schedule (SCHEDULE-4).
    }
  }

  function backoffMs({ code, retryAt }: GovernanceError): number {
    const doubled = LASTING.has(code) ? everyMs : FIRST_RETRY_MS * 2 ** (failures - 1);
    const asked = retryAt === undefined ? 0 : retryAt.getTime() - now();
    // Early only, so that it is never later than an interval (SCHEDULE-3).
    return Math.max(Math.min(doubled * (1 - jitter * random()), everyMs), Math.min(asked, everyMs));
  }

  async function goOn(): Promise<void> {
    try {
      await wait(await firstWaitMs());
      while (!either.aborted) await wait(await beat(monotonic())); // SCHEDULE-1
    } catch (error) {
      if (!either.aborted) throw error;
    } finally {
      nextAtMs = undefined;
    }
  }

  const ended = goOn();

  return {
    status: () => ({ runningSinceMs, nextAtMs, last, failures }),
    async close(graceMs) {
      closing.abort(new GovernanceError("canceled", "the schedule has ended"));
      const timer = new AbortController();
      const late = sleep(graceMs, timer.signal).catch(() => undefined);
      try {
        await Promise.race([ended, late]);
      } finally {
        timer.abort();
      }
    },
  };
}
