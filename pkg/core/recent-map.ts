import type { EpochClock, EpochMs } from "./clock.ts";

/** What is known for a while only. */
export interface RecentMap<V> {
  set(key: string, value: V): void;
  get(key: string): V | undefined;
  delete(key: string): void;
  clear(): void;
  entries(): Iterable<readonly [key: string, value: V]>;
}

/** Keeps the newest entries, so many at most. */
export function createRecentMap<V>(now: EpochClock, keptMs: number, most: number): RecentMap<V> {
  const kept = new Map<string, { readonly value: V; readonly atMs: EpochMs }>();
  // A clock that was set back makes nothing newer than it is.
  const isFresh = (atMs: EpochMs): boolean => now() >= atMs && now() - atMs < keptMs;
  return {
    set(key, value) {
      kept.delete(key);
      for (const [oldest, { atMs }] of kept) {
        if (isFresh(atMs) && kept.size < most) break;
        kept.delete(oldest);
      }
      kept.set(key, { value, atMs: now() });
    },
    get(key) {
      const entry = kept.get(key);
      return entry !== undefined && isFresh(entry.atMs) ? entry.value : undefined;
    },
    delete: (key) => void kept.delete(key),
    clear: () => kept.clear(),
    *entries() {
      for (const [key, { value, atMs }] of kept) if (isFresh(atMs)) yield [key, value];
    },
  };
}
