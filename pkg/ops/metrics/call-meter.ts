import type { MonotonicClock } from "../../core/clock.ts";
import type { Category } from "../../core/operations.ts";

/** Counts the calls to AWS and measures their current rate. */
export interface CallMeter {
  /** Counts one finished attempt. `outcome` is `ok`, the name of the error, or the code of a network failure. */
  count(category: Category, outcome: string, latencyMs: number): void;
  /** How long an answer takes, about, of those that were `ok`; undefined before the first one. */
  latencyMs(): number | undefined;
  total(): number;
  /** The last error, as it was counted, when several calls in a row failed. */
  trouble(): string | undefined;
  /** Average of the last five seconds, or since the first call if that is less. */
  perSecond(category: Category): number;
}

const BUCKET_MS = 100;
const AVERAGED_MS = 5_000;
/** The weight of the newest answer. */
const NEWEST = 0.2;
/** So many failures in a row are reported: a single one may be a throttle or a deleted group. */
const FAILURES_IN_A_ROW = 2;

export function createCallMeter(monotonic: MonotonicClock): CallMeter {
  const counts = new Map<Category, Map<number, number>>();
  let total = 0;
  let failed = 0;
  let lastFailure = "";
  let latency: number | undefined;
  let firstMs: number | undefined;
  const bucketNow = (): number => Math.floor(monotonic() / BUCKET_MS);

  return {
    count(category, outcome, latencyMs) {
      total += 1;
      if (outcome === "ok") latency = (latency ?? latencyMs) * (1 - NEWEST) + latencyMs * NEWEST;
      failed = outcome === "ok" ? 0 : failed + 1;
      if (outcome !== "ok") lastFailure = outcome;
      firstMs ??= monotonic();
      const buckets = counts.get(category) ?? new Map<number, number>();
      counts.set(category, buckets);
      const bucket = bucketNow();
      buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
      const oldest = bucket - AVERAGED_MS / BUCKET_MS;
      for (const each of buckets.keys()) {
        if (each > oldest) break;
        buckets.delete(each);
      }
    },
    latencyMs: () => latency,
    total: () => total,
    trouble: () => (failed >= FAILURES_IN_A_ROW ? lastFailure : undefined),
    perSecond(category) {
      if (firstMs === undefined) return 0;
      const oldest = bucketNow() - AVERAGED_MS / BUCKET_MS;
      let calls = 0;
      for (const [bucket, count] of counts.get(category) ?? []) if (bucket > oldest) calls += count;
      const spanMs = Math.min(AVERAGED_MS, Math.max(1000, monotonic() - firstMs));
      return (calls * 1000) / spanMs;
    },
  };
}
