import { Buffer } from "node:buffer";

const SURROGATES = /[\ud800-\udfff]/;

/** The order of keys in the inventory: that of their bytes in UTF-8. */
export function compareKeyBytes(a: string, b: string): number {
  // UTF-16 orders like UTF-8 until a surrogate is among the units.
  if (SURROGATES.test(a) || SURROGATES.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The number of the sorted keys that are not behind the key. */
export function keysUpTo(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeyBytes(sorted[middle] ?? "", key) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
