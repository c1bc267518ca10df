import type { Slice } from "./pool-reader.ts";

interface Entry<T> {
  readonly position: number;
  readonly item: T;
}

/**
 * A list read in slices while it changes: an entry keeps its position for life, so removing or adding others
 * neither skips nor repeats it.
 */
export interface OrderedList<T> {
  readonly size: number;
  insert(position: number, item: T): void;
  remove(item: T): void;
  slice(after: number, want: number, keep?: (item: T) => boolean): Slice<T>;
  items(): readonly T[];
}

export function createOrderedList<T>(): OrderedList<T> {
  const entries: Entry<T>[] = [];

  const firstAfter = (position: number): number => {
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((entries[middle]?.position ?? Number.POSITIVE_INFINITY) <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  return {
    get size() {
      return entries.length;
    },
    insert(position, item) {
      entries.splice(firstAfter(position), 0, { position, item });
    },
    remove(item) {
      const at = entries.findIndex((entry) => entry.item === item);
      if (at >= 0) entries.splice(at, 1);
    },
    slice(after, want, keep = () => true) {
      const items: T[] = [];
      let last = after;
      for (let at = firstAfter(after); at < entries.length; at += 1) {
        const entry = entries[at];
        if (entry === undefined || !keep(entry.item)) continue;
        // Look one ahead: a token is given only when something is left to read.
        if (items.length === want) return { items, next: last };
        items.push(entry.item);
        last = entry.position;
      }
      return { items, next: undefined };
    },
    items: () => entries.map((entry) => entry.item),
  };
}
