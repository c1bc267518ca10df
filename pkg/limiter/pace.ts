/** At most `turns` turns start in any `lengthMs`. */
export interface WindowLimit {
  readonly turns: number;
  readonly lengthMs: number;
}

/** The numbers that follow from a rate; DESIGN.md explains each of them. */
export interface Pace {
  /** The rate in whole turns per ten seconds: 0.25 per second becomes 0.2 (LIMITER-1). */
  readonly perSecond: number;
  /** The time between two turns. */
  readonly turnMs: number;
  /** One slot of the pacer, in turns and in time. */
  readonly slotTurns: number;
  readonly slotMs: number;
  /** Hard limits on the turns that were really granted, from the shortest window to the longest. */
  readonly limits: readonly WindowLimit[];
}

/**
 * 0.8 % slower than the rate: this allows 80 ms of jitter in ten seconds on the way to AWS (LIMITER-1) and uses 99.2 %
 * (LIMITER-2).
 */
const MARGIN = 1.008;
/** Bottleneck needs two or three milliseconds per job, one job after the other. Slots of this length leave ten times that. */
const MIN_SLOT_MS = 30;
/** How much longer than promised a window may be. The rest of the slack is for catching up after a stall. */
const MAX_JITTER_MS = 60;
/** 0.29 × 10 is 2.9000000000000004 or 2.8999999999999995, depending on the number. */
const ROUNDING = 1e-9;

/** The pace of a rate in turns per second; the rate must be a positive, finite number. */
export function paceOf(ratePerSecond: number): Pace {
  const longTurns = Math.max(1, Math.floor(ratePerSecond * 10 + ROUNDING));
  // Below one turn in ten seconds the window is as long as one turn.
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

/** Three quarters of the slack between an even pace and the promise are for jitter, the rest for catching up. */
function widened(turns: number, promisedMs: number, turnMs: number): WindowLimit {
  return { turns, lengthMs: promisedMs + Math.min(MAX_JITTER_MS, (turns * turnMs - promisedMs) * 0.75) };
}
