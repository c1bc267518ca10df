/**
 * 48 bits of the stamp, so that the index of a million names stays small. A change is missed only where two stamps of one
 * user agree in these bits within one run; then the row is the one that was read minutes before.
 */
export function stampNumber(stamp: string): number {
  let low = 0x811c9dc5;
  let high = 0x1234;
  for (let at = 0; at < stamp.length; at += 1) {
    const code = stamp.charCodeAt(at);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code ^ (low >>> 16), 0x5bd1e995);
  }
  return (high >>> 16) * 2 ** 32 + (low >>> 0);
}
