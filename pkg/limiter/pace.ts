/** At most `turns` turns start in any `lengthMs`. */
export interface Limit {
  readonly turns: number;
  readonly lengthMs: number;
}

/** What one rate means in numbers; DESIGN.md explains each of them. */
export interface Pace {
  /** The rate that is held: whole turns per ten seconds, so 0.25 per second is held as 0.2 (LIMITER-1). */
  readonly perSecond: number;
  /** The distance between two turns. */
  readonly turnMs: number;
  /** What one slot of the pacer is worth. */
  readonly slotTurns: number;
  readonly slotMs: number;
  /** Hard limits over the turns that were really given, from the shortest window to the longest. */
  readonly limits: readonly Limit[];
}

/**
 * 0.8 % slower than asked: over ten seconds 80 ms of jitter on the way to the other end (LIMITER-1), and 99.2 % used
 * (LIMITER-2).
 */
const MARGIN = 1.008;
/** Bottleneck needs two or three milliseconds per job, one job after the other; slots this long leave it ten times that. */
const MIN_SLOT_MS = 30;
/** How much wider than the promise a window may be: what is left of the slack is for catching up after a stall. */
const MAX_JITTER_MS = 60;
/** 0.29 × 10 is 2.9000000000000004 or 2.8999999999999995, depending on the number. */
const ROUNDING = 1e-9;

/** The pace of a rate in turns per second; the rate must be a positive, finite number. */
export function paceOf(ratePerSecond: number): Pace {
  const longTurns = Math.max(1, Math.floor(ratePerSecond * 10 + ROUNDING));
  // Below one turn in ten seconds the window grows until one turn fits.
  const longMs = Math.max(10_000, 1000 / ratePerSecond);
  const turnMs = (longMs / longTurns) * MARGIN;
  const slotTurns = Math.ceil(MIN_SLOT_MS / turnMs);
  const slotMs = slotTurns * turnMs;
  return {
    perSecond: (longTurns * 1000) / longMs,
    turnMs,
    slotTurns,
    slotMs,
    limits: [
      { turns: slotTurns, lengthMs: slotMs * 0.75 },
      widened(Math.ceil(ratePerSecond - ROUNDING) + 1, 1000, turnMs),
      widened(longTurns, longMs, turnMs),
    ],
  };
}

/** Three quarters of the slack between an even pace and the promise go to jitter, the rest to catching up. */
function widened(turns: number, promisedMs: number, turnMs: number): Limit {
  return { turns, lengthMs: promisedMs + Math.min(MAX_JITTER_MS, (turns * turnMs - promisedMs) * 0.75) };
}
