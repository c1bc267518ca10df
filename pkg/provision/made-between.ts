import type { EpochMs } from "../core/clock.ts";

/**
 * How far the clock of this machine may differ from the clock of AWS, which refuses the signatures of one that is further off. With
 * such a clock nothing is proven, and what we have made counts as made by somebody else.
 */
const CLOCK_SKEW_MS = 5 * 60_000;

/** A change makes its calls within this time, waits for turns included. */
export const LONGEST_CALL_MS = 5 * 60_000;

/** Whether it may have been made by a call of ours that AWS carried out between these times of our clock. */
export function isMadeBetween(
  { createdAt }: { readonly createdAt: Date },
  fromMs: EpochMs,
  untilMs: EpochMs,
): boolean {
  const createdMs = createdAt.getTime();
  return createdMs >= fromMs - CLOCK_SKEW_MS && createdMs <= untilMs + CLOCK_SKEW_MS;
}
