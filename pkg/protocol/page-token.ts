import { Buffer } from "node:buffer";
import { GovernanceError } from "../core/errors.ts";
import { type MarkerTrail, NO_MARKERS } from "../core/marker-trail.ts";
import { trailItems, trailOf } from "./token-trail.ts";

/** Where a listing continues. It refers to no state: a token may come back days later, to another process (D10). */
export interface PageCursor {
  /** The listing that issued it; another one refuses it. */
  readonly verb: string;
  /** What is listed within the verb: a group's name, or "". */
  readonly scope: string;
  /** Cognito's own marker; absent is the first page. */
  readonly marker: string | undefined;
  /** How often the listing began again because Cognito refused a marker. */
  readonly restarts: number;
  /** The key of the last item of this page that was sent, if the page did not fit into one answer. */
  readonly after: string | undefined;
  /** Of the markers so far, to notice a circle. A token of a version that had none begins it. */
  readonly trail: MarkerTrail;
}

const VERSION = "p1:";

/** The first page of a listing. */
export function firstPage(verb: string, scope: string): PageCursor {
  return { verb, scope, marker: undefined, restarts: 0, after: undefined, trail: NO_MARKERS };
}

export function encodePageToken(cursor: PageCursor): string {
  const { verb, scope, marker, restarts, after, trail } = cursor;
  const text = JSON.stringify([verb, scope, marker ?? null, restarts, after ?? null, ...trailItems(trail)]);
  return VERSION + Buffer.from(text, "utf8").toString("base64url");
}

/** Throws `invalid-argument` for a token that this connector did not issue for this listing. */
export function decodePageToken(token: string, verb: string, scope: string): PageCursor {
  if (token === "") return firstPage(verb, scope);
  const cursor = token.startsWith(VERSION) ? parse(token.slice(VERSION.length)) : undefined;
  if (cursor === undefined) {
    throw new GovernanceError(
      "invalid-argument",
      "page_token: not issued by this connector; begin again with an empty page_token",
    );
  }
  if (cursor.verb !== verb || cursor.scope !== scope) {
    throw new GovernanceError(
      "invalid-argument",
      `page_token: issued for another listing (${cursor.verb}), not for ${verb}; send it back to the call that gave it`,
    );
  }
  return cursor;
}

/**
 * The same place, for a process that goes on later: its listing may begin again as often as that of any other. Another
 * text, which is not a page token, stays as it is.
 */
export function withoutRestarts(token: string): string {
  const cursor = token.startsWith(VERSION) ? parse(token.slice(VERSION.length)) : undefined;
  return cursor === undefined ? token : encodePageToken({ ...cursor, restarts: 0 });
}

function parse(encoded: string): PageCursor | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(encoded, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  const [verb, scope, marker, restarts, after, ...items] = value as readonly unknown[];
  const trail = trailOf(items);
  if (value.length < 5 || trail === undefined) return undefined;
  if (typeof verb !== "string" || typeof scope !== "string") return undefined;
  if (marker !== null && typeof marker !== "string") return undefined;
  if (after !== null && typeof after !== "string") return undefined;
  if (typeof restarts !== "number" || !Number.isInteger(restarts) || restarts < 0) return undefined;
  return { verb, scope, marker: marker ?? undefined, restarts, after: after ?? undefined, trail };
}
