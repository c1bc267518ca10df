import type { Category } from "../../../pkg/core/operations.ts";

/** How many calls were sent, and how fast of late. */
export interface CallMeter {
  count(category: Category): void;
  total(): number;
  /** Over the last five seconds, or since the first call where that is less. */
  perSecond(category: Category): number;
}

const BUCKET_MS = 100;
const WINDOW_MS = 5_000;

export function createCallMeter(monotonic: () => number): CallMeter {
  const counts = new Map<Category, Map<number, number>>();
  let total = 0;
  let firstMs: number | undefined;
  const bucketNow = (): number => Math.floor(monotonic() / BUCKET_MS);

  return {
    count(category) {
      total += 1;
      firstMs ??= monotonic();
      const buckets = counts.get(category) ?? new Map<number, number>();
      counts.set(category, buckets);
      const bucket = bucketNow();
      buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
      const oldest = bucket - WINDOW_MS / BUCKET_MS;
      for (const each of buckets.keys()) {
        if (each > oldest) break;
        buckets.delete(each);
      }
    },
    total: () => total,
    perSecond(category) {
      if (firstMs === undefined) return 0;
      const oldest = bucketNow() - WINDOW_MS / BUCKET_MS;
      let calls = 0;
      for (const [bucket, count] of counts.get(category) ?? []) if (bucket > oldest) calls += count;
      const spanMs = Math.min(WINDOW_MS, Math.max(1000, monotonic() - firstMs));
      return (calls * 1000) / spanMs;
    },
  };
}
