import { GovernanceError } from "./errors.ts";

/**
 * What is remembered of the markers of a listing: one of them, as a number, and how many there were. It finds a circle of any
 * length after less than three times that length (Brent's method), and fits into a page token.
 */
export interface MarkerTrail {
  readonly kept: number;
  readonly count: number;
}

/** Before the first marker. */
export const NO_MARKERS: MarkerTrail = { kept: 0, count: 0 };

/** The trail with one marker more. Throws `internal` where the marker is the one that is kept. */
export function afterMarker({ kept, count }: MarkerTrail, marker: string, listing: string): MarkerTrail {
  const number = markerNumber(marker);
  if (count > 0 && number === kept) {
    throw new GovernanceError(
      "internal",
      `Cognito's page markers for ${listing} lead back to an earlier page (a circle), so the listing would never end; try again from its first page`,
    );
  }
  const next = count + 1;
  return { kept: isKept(next) ? number : kept, count: next };
}

/** The 1st, 3rd, 7th, 15th, …: each is kept for twice as long as the one before. */
function isKept(count: number): boolean {
  return Number.isInteger(Math.log2(count + 1));
}

/** 53 bits: among a million markers two are taken for one with a probability of one in ten thousand million. */
function markerNumber(marker: string): number {
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  for (let at = 0; at < marker.length; at += 1) {
    const code = marker.charCodeAt(at);
    low = Math.imul(low ^ code, 0x9e3779b1);
    high = Math.imul(high ^ code, 0x5f356495);
  }
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  return 2 ** 32 * (high & 0x1fffff) + (low >>> 0);
}
