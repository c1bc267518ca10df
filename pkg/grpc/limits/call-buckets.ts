import type { MonotonicClock } from "../../core/clock.ts";

export interface CallBucketsOptions<S> {
  readonly monotonic: MonotonicClock;
  /** So many calls at once, once a key has rested. */
  readonly burst: number;
  /** So many in the long run. */
  readonly perSecond: number;
  /** What is kept for a key beside its count. */
  readonly newState: () => S;
  /** Whether the state of a key that has rested may be forgotten. */
  readonly isOver: (state: S, nowMs: number) => boolean;
}

/** A count for each caller or address, that a call takes from and that time fills again. */
export interface CallBuckets<S> {
  /** A call of the key. `within` is false when it had none left. */
  take(key: string): { readonly within: boolean; readonly state: S; readonly nowMs: number };
  /** Whether `take` would be within. It takes nothing. */
  hasLeft(key: string): boolean;
  /** Undefined for a key that has made no call, or has rested. */
  stateOf(key: string): S | undefined;
}

/** Keys that are counted at a time; those above it share one count, so that a flood of keys costs no memory. */
const MAX_KEYS = 1000;

interface Bucket<S> {
  left: number;
  at: number;
  readonly state: S;
}

export function createCallBuckets<S>(options: CallBucketsOptions<S>): CallBuckets<S> {
  const { monotonic, burst, perSecond, newState, isOver } = options;
  const buckets = new Map<string, Bucket<S>>();
  /** Of the keys above `MAX_KEYS`. */
  let others: Bucket<S> | undefined;

  function leftAt({ left, at }: Bucket<S>, nowMs: number): number {
    return Math.min(burst, left + ((nowMs - at) / 1000) * perSecond);
  }

  const hasRested = (bucket: Bucket<S>, nowMs: number): boolean =>
    leftAt(bucket, nowMs) >= burst && isOver(bucket.state, nowMs);

  function dropRested(nowMs: number): void {
    for (const [key, bucket] of buckets) if (hasRested(bucket, nowMs)) buckets.delete(key);
    if (others !== undefined && hasRested(others, nowMs)) others = undefined;
  }

  function bucketOf(key: string, nowMs: number): Bucket<S> {
    if (!buckets.has(key) && buckets.size >= MAX_KEYS) dropRested(nowMs);
    const found = buckets.get(key);
    if (found !== undefined) return found;
    const isCounted = buckets.size < MAX_KEYS;
    if (!isCounted && others !== undefined) return others;
    const bucket = { left: burst, at: nowMs, state: newState() };
    if (isCounted) buckets.set(key, bucket);
    else others = bucket;
    return bucket;
  }

  return {
    take(key) {
      const nowMs = monotonic();
      const bucket = bucketOf(key, nowMs);
      const left = leftAt(bucket, nowMs) - 1;
      bucket.left = Math.max(0, left);
      bucket.at = nowMs;
      return { within: left >= 0, state: bucket.state, nowMs };
    },
    hasLeft(key) {
      const bucket = buckets.get(key) ?? (buckets.size < MAX_KEYS ? undefined : others);
      return bucket === undefined || leftAt(bucket, monotonic()) >= 1;
    },
    stateOf: (key) => buckets.get(key)?.state,
  };
}
