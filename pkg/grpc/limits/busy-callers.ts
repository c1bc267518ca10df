import type { MonotonicClock } from "../../core/clock.ts";
import type { BusyCallers } from "../transport/stream-turns.ts";
import { createCallBuckets } from "./call-buckets.ts";

/** At once, after a rest: a caller with more is busy. */
const BURST = 16;
const PER_SECOND = 50;

export function createBusyCallers(monotonic: MonotonicClock): BusyCallers {
  const buckets = createCallBuckets({
    monotonic,
    burst: BURST,
    perSecond: PER_SECOND,
    newState: () => undefined,
    isOver: () => true,
  });
  /** Some may have rested since. */
  const busy = new Set<string>();

  function has(caller: string): boolean {
    if (!busy.has(caller)) return false;
    if (!buckets.hasLeft(caller)) return true;
    busy.delete(caller);
    return false;
  }

  return {
    began(caller) {
      if (!buckets.take(caller).within) busy.add(caller);
    },
    has,
    all: () => [...busy].filter(has),
  };
}
