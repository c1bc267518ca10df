import { Buffer } from "node:buffer";
import { GovernanceError } from "../core/errors.ts";
import type { MarkerTrail } from "../core/marker-trail.ts";
import { MAX_LIST_SHARDS } from "../core/user-shards.ts";
import { trailItems, trailOf } from "./token-trail.ts";

/** One part of the users that is being read: its prefix, and where it goes on. */
export interface PartPlace {
  readonly prefix: string;
  /** Absent is the first page. */
  readonly marker: string | undefined;
  /** The key of the last item of this page that was sent, if the page did not fit into one answer. */
  readonly after: string | undefined;
  /** Of its markers so far, to notice a circle. */
  readonly trail: MarkerTrail;
}

/** Where a listing of users in parts goes on. Like every token it refers to no state (D10). */
export interface PartsCursor {
  /** How many parts are read side by side. */
  readonly listings: number;
  /** Those that are being read; the next answer begins with the first. */
  readonly open: readonly PartPlace[];
  /** How many prefixes have been begun. */
  readonly begun: number;
  /** Users that were sent so far. */
  readonly sent: number;
}

const VERSION = "s1:";

/** Whether the token is of a listing in parts. */
export function isPartsToken(token: string): boolean {
  return token.startsWith(VERSION);
}

export function encodePartsToken({ listings, open, begun, sent }: PartsCursor): string {
  const places = open.map(({ prefix, marker, after, trail }) => [
    prefix,
    marker ?? null,
    after ?? null,
    ...trailItems(trail),
  ]);
  const text = JSON.stringify([listings, begun, sent, places]);
  return VERSION + Buffer.from(text, "utf8").toString("base64url");
}

/** Throws `invalid-argument` for a token that this connector did not issue. */
export function decodePartsToken(token: string): PartsCursor {
  const cursor = parse(token.slice(VERSION.length));
  if (cursor !== undefined) return cursor;
  throw new GovernanceError(
    "invalid-argument",
    "page_token: not issued by this connector; begin again with an empty page_token",
  );
}

function parse(encoded: string): PartsCursor | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(encoded, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
  if (!Array.isArray(value) || value.length !== 4) return undefined;
  const [listings, begun, sent, places] = value as readonly unknown[];
  if (!isCount(listings) || !isCount(begun) || !isCount(sent) || !Array.isArray(places)) return undefined;
  // A token comes from the caller, and each part is read ahead.
  if (listings > MAX_LIST_SHARDS || places.length === 0 || places.length > listings) return undefined;
  const open = places.map(placeOf).filter((place) => place !== undefined);
  return open.length === places.length ? { listings, open, begun, sent } : undefined;
}

function placeOf(value: unknown): PartPlace | undefined {
  if (!Array.isArray(value) || value.length < 3) return undefined;
  const [prefix, marker, after, ...items] = value as readonly unknown[];
  const trail = trailOf(items);
  if (trail === undefined) return undefined;
  if (typeof prefix !== "string" || !/^[0-9a-f]{1,2}$/u.test(prefix)) return undefined;
  if (marker !== null && typeof marker !== "string") return undefined;
  if (after !== null && typeof after !== "string") return undefined;
  return { prefix, marker: marker ?? undefined, after: after ?? undefined, trail };
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}
