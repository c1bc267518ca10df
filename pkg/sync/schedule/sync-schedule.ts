// Runs again and again, one at a time.
//
// Invariants:
//   SCHEDULE-1. A run begins only after the one before it has ended.
//   SCHEDULE-2. Intervals are counted from the start of the last good run. Those that a run overran are skipped.
//   SCHEDULE-3. After a failure the next run comes at most one interval later, and sooner where the failure may go away by
//       itself.
//   SCHEDULE-4. Only its signal ends the schedule: no failure does.

import {
  type EpochClock,
  type EpochMs,
  isAhead,
  type MonotonicClock,
  type MonotonicMs,
} from "../../core/clock.ts";
import type { ErrorCode } from "../../core/errors.ts";
import { GovernanceError } from "../../core/errors.ts";

/** How a run ended. */
export type RunReport<R> =
  | {
      readonly kind: "done";
      readonly startedAtMs: EpochMs;
      readonly endedAtMs: EpochMs;
      readonly result: R;
      /** Intervals that it overran. */
      readonly skipped: number;
    }
  | {
      readonly kind: "failed";
      readonly startedAtMs: EpochMs;
      readonly endedAtMs: EpochMs;
      readonly error: GovernanceError;
      /** Failures in a row, this one included. */
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
  readonly now: EpochClock;
  readonly monotonic: MonotonicClock;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** When the last complete run of an earlier process ended, if there is one. A failure counts as none. */
  readonly lastEndedAtMs: (signal: AbortSignal) => Promise<number | undefined>;
  readonly run: (signal: AbortSignal) => Promise<R>;
  /** What it throws is ignored. A run that the end of the schedule cut is not reported. */
  readonly onResult: (report: RunReport<R>) => void;
  /** A wait begins. Must not throw. */
  readonly onWait?: (waitMs: number) => void;
}

export interface SyncSchedule<R> {
  status(): ScheduleStatus<R>;
  /** Ends the schedule, and the run under way at its next page. Resolves when it has ended, or after the grace. */
  close(graceMs: number): Promise<void>;
}

const FIRST_RETRY_MS = 60_000;

/** Errors that do not go away by themselves: wait for the next interval instead of retrying after a minute. */
const LASTING: ReadonlySet<ErrorCode> = new Set([
  "invalid-argument",
  "permission-denied",
  "not-found",
  "unimplemented",
  "data-loss",
  "refused-by-guard",
]);

/** Begins at once, or when the last complete run is `everyMs` old. The signal ends it, as `close` does. */
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
    const nowMs = now();
    if (endedAtMs === undefined || isAhead(endedAtMs, nowMs)) return 0;
    const leftMs = everyMs - Math.max(0, nowMs - endedAtMs);
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

  /** Runs once. Returns the wait until the next run. */
  async function runOnce(startedAt: MonotonicMs): Promise<number> {
    const startedAtMs = now();
    runningSinceMs = startedAtMs;
    try {
      const result = await run(either);
      failures = 0;
      const tookMs = Math.max(0, monotonic() - startedAt);
      const skipped = Math.floor(tookMs / everyMs); // SCHEDULE-2
      report({ kind: "done", startedAtMs, endedAtMs: now(), result, skipped });
      return jittered((skipped + 1) * everyMs - tookMs);
    } catch (thrown) {
      either.throwIfAborted();
      failures += 1;
      const error = GovernanceError.from(thrown);
      const retryInMs = backoffMs(error);
      report({ kind: "failed", startedAtMs, endedAtMs: now(), error, failures, retryInMs });
      return retryInMs;
    } finally {
      runningSinceMs = undefined;
    }
  }

  function report(result: RunReport<R>): void {
    last = result;
    try {
      options.onResult(result);
    } catch {
      // A listener that throws must not end the schedule (SCHEDULE-4).
    }
  }

  function backoffMs({ code, retryAt }: GovernanceError): number {
    const doubled = LASTING.has(code) ? everyMs : FIRST_RETRY_MS * 2 ** (failures - 1);
    const asked = retryAt === undefined ? 0 : retryAt.getTime() - now();
    // Early only, so that it is never later than an interval (SCHEDULE-3).
    return Math.max(Math.min(doubled * (1 - jitter * random()), everyMs), Math.min(asked, everyMs));
  }

  async function repeat(): Promise<void> {
    try {
      await wait(await firstWaitMs());
      while (!either.aborted) await wait(await runOnce(monotonic())); // SCHEDULE-1
    } catch (error) {
      if (!either.aborted) throw error;
    } finally {
      nextAtMs = undefined;
    }
  }

  const ended = repeat();

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
