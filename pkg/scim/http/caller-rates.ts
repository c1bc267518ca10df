// A rate for each caller: a bucket that fills with time and holds two seconds' worth.
import type { MonotonicClock, MonotonicMs } from "../../core/clock.ts";

interface Bucket {
  left: number;
  at: MonotonicMs;
}

export interface CallerRates {
  /** 0: the request is within the rate. Otherwise how long it is until the next one is, in milliseconds. */
  take(caller: string): number;
}

const BURST_SECONDS = 2;

/** A full bucket is the same as none, so only callers of the last seconds have one. */
const SWEEP_MS = 60_000;

export function createCallerRates(perSecond: number, monotonic: MonotonicClock): CallerRates {
  const buckets = new Map<string, Bucket>();
  const most = Math.max(1, perSecond * BURST_SECONDS);
  let sweptAt = monotonic();

  const filled = ({ left, at }: Bucket, now: MonotonicMs): number =>
    Math.min(most, left + ((now - at) / 1000) * perSecond);

  function sweep(now: MonotonicMs): void {
    if (now - sweptAt < SWEEP_MS) return;
    sweptAt = now;
    for (const [caller, bucket] of buckets) if (filled(bucket, now) >= most) buckets.delete(caller);
  }

  return {
    take(caller) {
      const now = monotonic();
      sweep(now);
      const bucket = buckets.get(caller) ?? { left: most, at: now };
      const left = filled(bucket, now);
      const taken = left >= 1;
      buckets.set(caller, { left: taken ? left - 1 : left, at: now });
      return taken ? 0 : Math.ceil(((1 - left) / perSecond) * 1000);
    },
  };
}
