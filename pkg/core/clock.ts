// Two kinds of time. A date that is compared with AWS, a certificate or a deadline is in milliseconds since 1970, which
// an administrator or NTP may set back. A duration is a difference of monotonic times, which only go forward.
// Both are plain numbers at run time; the types keep one from being handed in where the other is expected.

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number & { readonly kindOfTime?: "epoch" };

/** Milliseconds, with fractions, since some moment in the life of this process. Only differences mean anything. */
export type MonotonicMs = number & { readonly kindOfTime?: "monotonic" };

export type EpochClock = () => EpochMs;
export type MonotonicClock = () => MonotonicMs;

export interface Clocks {
  readonly now: EpochClock;
  readonly monotonic: MonotonicClock;
}

/** The same for all processes of one machine. It also runs while the machine sleeps, and no setting of the date moves it. */
export interface BootClock {
  /** Another text after each start of the machine. */
  readonly boot: string;
  /** Since the start. */
  readonly upMs: MonotonicClock;
}

/** The only readers of the machine's clocks in `cmd` and `pkg` (test/architecture.test.ts). */
export const systemClocks: Clocks = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

/** The clocks of two machines differ by less. */
export const CLOCKS_DIFFER_MS = 5 * 60_000;

/** Whether a time that was recorded is still to come: the clock was wrong then, or is now, and nobody knows how old it is. */
export function isAhead(recordedAtMs: EpochMs, nowMs: EpochMs): boolean {
  return recordedAtMs > nowMs + CLOCKS_DIFFER_MS;
}

/**
 * When a run ended, or where only that is still to come, when it began: a later run ends later in its target, so after one of
 * a clock that was ahead its end is moved into the future too.
 */
export function lastKnownMs(beganAtMs: EpochMs, endedAtMs: EpochMs, nowMs: EpochMs): EpochMs {
  return isAhead(endedAtMs, nowMs) && !isAhead(beganAtMs, nowMs) ? beganAtMs : endedAtMs;
}

/** Rejects with the signal's reason when it is aborted first. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

/** What a call to AWS needs: the date of a signature, how long an attempt took, and the pause before the next. */
export interface CallClock extends Clocks {
  readonly sleep: Sleep;
}
