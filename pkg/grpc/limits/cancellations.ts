import type { MonotonicClock } from "../../core/clock.ts";
import { createCallBuckets } from "./call-buckets.ts";

/**
 * How fast a caller may cancel calls that have no answer yet. Such a call costs the service its handling and the
 * caller nothing. Clients cancel at a deadline or at their own end, and never so many.
 */
const BURST = 2000;
const PER_SECOND = 100;

export interface Cancellations {
  /** A call of this caller or address was cancelled. False when there were too many: its connection must go. */
  within(key: string): boolean;
}

export function createCancellations(monotonic: MonotonicClock): Cancellations {
  const buckets = createCallBuckets({
    monotonic,
    burst: BURST,
    perSecond: PER_SECOND,
    newState: () => undefined,
    isOver: () => true,
  });
  return { within: (key) => buckets.take(key).within };
}
