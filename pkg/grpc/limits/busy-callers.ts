import type { MonotonicClock } from "../../core/clock.ts";
import type { BusyCallers } from "../transport/stream-turns.ts";
import { createCallBuckets } from "./call-buckets.ts";

/** At once, after a rest: a caller with more is busy. */
const BURST = 16;
const PER_SECOND = 50;
/** Those above it are taken for callers that begin few. */
const MOST_KNOWN = 1000;
/** Between two searches for those that have rested. */
const SWEEP_MS = 1000;

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
  let sweptAt = Number.NEGATIVE_INFINITY;

  function has(caller: string): boolean {
    if (!busy.has(caller)) return false;
    if (!buckets.hasLeft(caller)) return true;
    busy.delete(caller);
    return false;
  }

  const all = (): readonly string[] => [...busy].filter(has);

  return {
    began(caller) {
      if (buckets.take(caller).within) return;
      // A peer may have any number of addresses.
      if (busy.size >= MOST_KNOWN && monotonic() - sweptAt >= SWEEP_MS) {
        sweptAt = monotonic();
        all();
      }
      if (busy.size < MOST_KNOWN) busy.add(caller);
    },
    has,
    all,
  };
}
