import type { MonotonicClock } from "../core/clock.ts";
import type { QuotaExchange, SharedQuota, SharingChange } from "../core/shared-quota.ts";
import { CategoryShare } from "./category-share.ts";

export interface SharedQuotaOptions {
  readonly monotonic: MonotonicClock;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Once for each change. Must not throw. */
  readonly onChange: (change: SharingChange) => void;
}

/** The quota that instances share, for all categories of one instance. DESIGN.md has the guarantees (SHARE-1 to SHARE-6). */
export function createSharedQuota({ monotonic, random, onChange }: SharedQuotaOptions): SharedQuota {
  const shares: CategoryShare[] = [];
  let exchange: QuotaExchange | undefined;
  let reached: boolean | undefined;

  /** Lost with the first category that cannot be shared, joined with the last that is. */
  function onReach(): void {
    const status = shares.map((share) => share.status());
    const now = status.every(({ mode }) => mode === "shared");
    // At the start each category joins by itself.
    if (now === reached || (!now && reached === undefined && status.some(({ mode }) => mode === "shared")))
      return;
    reached = now;
    const instances = Math.max(...status.map((entry) => entry.instances));
    const silent = status.some((entry) => entry.silent);
    onChange(now ? { kind: "joined", instances } : { kind: "lost", instances, silent });
  }

  return {
    join(joined) {
      exchange = joined;
      for (const share of shares) share.join(joined);
    },
    turnsOf(category, setPerSecond, listener) {
      const share = new CategoryShare({
        category,
        setPerSecond,
        monotonic,
        random,
        listener,
        onReach,
        onLowest(perSecond) {
          if (perSecond < setPerSecond) onChange({ kind: "lower-rate", category, perSecond });
        },
      });
      shares.push(share);
      if (exchange !== undefined) share.join(exchange);
      return share;
    },
    status: () => shares.map((share) => share.status()),
    async close() {
      for (const share of shares) share.close();
      await exchange?.close();
    },
  };
}
