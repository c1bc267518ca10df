import { sharedMargin } from "../core/shared-quota.ts";

/** The part of the room that late turns may use up; the rest is for the way to AWS. */
const LATE_PART = 0.5;

/** The time between two turns that instances share. */
export function sharedTurnMs(perSecond: number, mostMargin?: number): number {
  return (1000 * sharedMargin(perSecond, mostMargin)) / perSecond;
}

/** How late a turn may be without a word to the others, so that ten seconds and one second keep their promise (SHARE-1). */
export function mostLateMs(perSecond: number, mostMargin?: number): number {
  const turnMs = sharedTurnMs(perSecond, mostMargin);
  const inTenSeconds =
    Math.max(1, Math.floor(perSecond * 10 + 1e-9)) * turnMs - Math.max(10_000, 1000 / perSecond);
  const inOneSecond = Math.floor(perSecond + 2) * turnMs - 1000;
  return LATE_PART * Math.min(inTenSeconds, inOneSecond);
}
