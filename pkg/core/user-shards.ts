// The users of a pool in parts, by how their `sub` begins (D30). AWS promises no format of `sub`: today it is a UUID in lower
// case. Who uses these parts proves afterwards that nobody is missing.

import { MAX_PAGE_ITEMS } from "./page.ts";

const HEX_DIGITS = "0123456789abcdef".split("");
const SHARDABLE = /^[0-9a-f]{2}/u;

/** How many parts of the users are read side by side; `auto`: as many as the granted rate needs. */
export type ListShards = number | "auto";

export const MAX_LIST_SHARDS = 64;

/**
 * The prefixes into which the users are divided for so many listings side by side; none for one listing, which reads all.
 * There are more prefixes than listings, so that all of these end at about the same time.
 */
export function subPrefixes(listings: number): readonly string[] {
  if (listings <= 1) return [];
  if (listings <= HEX_DIGITS.length) return HEX_DIGITS;
  return HEX_DIGITS.flatMap((first) => HEX_DIGITS.map((second) => first + second));
}

/** Of fewer users the parts bring little, and their number proves little. */
const LEAST_USERS = 1_000;

/**
 * How many of the wanted listings are worth it in a pool of about so many users, since each prefix costs a page at least. 1,
 * no parts at all, where the pool is small or nobody knows how large it is; then nothing is asked.
 */
export function worthwhileListings(wanted: () => number, estimatedUsers: number | undefined): number {
  if (estimatedUsers === undefined || estimatedUsers < LEAST_USERS) return 1;
  const listings = wanted();
  const fillsAPageEach = subPrefixes(listings).length * MAX_PAGE_ITEMS <= estimatedUsers;
  return fillsAPageEach ? listings : Math.min(listings, HEX_DIGITS.length);
}

/** Of a known number of users. Cognito's is an estimate, and people are deleted. */
const TOLERANCE = 0.02;

/** Whether parts with so many users may be all users, of whom there are known to be about so many. */
export function mayBeAllUsers(inParts: number, known: number): boolean {
  return inParts >= known * (1 - TOLERANCE);
}

/** Whether one of the prefixes of each division selects a user with this `sub`. */
export function isShardable(sub: string): boolean {
  return SHARDABLE.test(sub);
}

/** What a call is taken to last before one was measured. */
export const USUAL_LATENCY_MS = 200;

/**
 * How many listings a rate needs when each of them makes one call after the other. With more than one prefix each, some
 * end before the others, so there is room for twice as many.
 */
export function shardsFor(
  setting: ListShards,
  {
    perSecond,
    latencyMs = USUAL_LATENCY_MS,
  }: { readonly perSecond: number; readonly latencyMs?: number | undefined },
): number {
  if (setting !== "auto") return setting;
  const inFlight = (perSecond * latencyMs) / 1000;
  if (inFlight <= 1) return 1;
  return inFlight <= HEX_DIGITS.length / 2 ? HEX_DIGITS.length : MAX_LIST_SHARDS;
}
