import { Buffer } from "node:buffer";

const SURROGATES = /[\ud800-\udfff]/;

/** Orders as UTF-8 bytes do, which is how Go sorts the keys of a map when it marshals deterministically. */
export function compareUtf8(a: string, b: string): number {
  // UTF-16 orders like UTF-8 until a surrogate is among the units: those encode the highest code points of all.
  if (SURROGATES.test(a) || SURROGATES.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : a > b ? 1 : 0;
}
