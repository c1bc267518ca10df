// One page of any listing. Every page that leaves the connector passes here.
//
// Invariants:
//   LISTING-1. A page that could not be read rejects; it is never an empty page.
//   LISTING-2. When Cognito no longer takes a marker (they live one hour) the listing begins again from its first page,
//       at most twice. Consumers upsert, so nothing is lost or doubled (D10).
//   LISTING-3. A page that does not fit into one answer comes in several; where it was cut is kept by the key of the
//       last item, not by its position, so that a deletion in between cannot swallow a neighbour.
//   LISTING-4. A token that leads to itself ends the listing with an error, not in a loop.

import { GovernanceError } from "../core/errors.ts";
import { MAX_PAGE_ITEMS, type Page, type PageRequest } from "../core/page.ts";
import { decodePageToken, encodePageToken, firstPage, type PageCursor } from "../protocol/page-token.ts";
import type { ListRequest } from "./connector.ts";

const MAX_RESTARTS = 2;

/** What there is to list: who reads a page, what tells two items apart, and how heavy one is in an answer. */
export interface ListingSource<T> {
  readonly verb: string;
  readonly scope: string;
  read(page: PageRequest, signal: AbortSignal): Promise<Page<T>>;
  key(item: T): string;
  /** Bytes of the item in the answer, from above. */
  bytes(item: T): number;
}

export async function listPage<T>(
  source: ListingSource<T>,
  request: ListRequest,
  signal: AbortSignal,
): Promise<{ readonly items: readonly T[]; readonly nextPageToken: string }> {
  const asked = decodePageToken(request.pageToken, source.verb, source.scope);
  const limit = request.pageSize === 0 ? MAX_PAGE_ITEMS : Math.min(request.pageSize, MAX_PAGE_ITEMS);
  const { page, cursor } = await readOrRestart(source, asked, limit, signal);
  const rest = afterLastDelivered(page.items, cursor.after, source);
  const items = fitting(rest, request.maxBytes, source);
  const nextPageToken = tokenAfter(items, rest, page.next, cursor, source);
  if (nextPageToken !== "" && nextPageToken === request.pageToken) {
    throw new GovernanceError(
      "internal",
      `Cognito repeated a page marker while listing ${source.verb}; sync again`,
    );
  }
  return { items, nextPageToken };
}

async function readOrRestart<T>(
  source: ListingSource<T>,
  cursor: PageCursor,
  limit: number,
  signal: AbortSignal,
) {
  try {
    return { page: await source.read({ marker: cursor.marker, limit }, signal), cursor };
  } catch (error) {
    if (!(error instanceof GovernanceError) || error.reason !== "marker-refused") throw error;
    if (cursor.restarts >= MAX_RESTARTS) {
      throw new GovernanceError(
        "aborted",
        `Cognito refused its own page markers three times while listing ${source.verb} (they live one hour); ` +
          "raise --rate so that the listing ends sooner, then sync again",
        { cause: error },
      );
    }
    // LISTING-2
    const again = { ...firstPage(source.verb, source.scope), restarts: cursor.restarts + 1 };
    return { page: await source.read({ limit }, signal), cursor: again };
  }
}

function afterLastDelivered<T>(
  items: readonly T[],
  after: string | undefined,
  source: ListingSource<T>,
): readonly T[] {
  if (after === undefined) return items;
  const last = items.findIndex((item) => source.key(item) === after);
  return items.slice(last + 1); // LISTING-3: a vanished key gives the whole page again
}

function fitting<T>(
  items: readonly T[],
  maxBytes: number | undefined,
  source: ListingSource<T>,
): readonly T[] {
  if (maxBytes === undefined) return items;
  let room = maxBytes;
  const cut = items.findIndex((item) => {
    room -= source.bytes(item);
    return room < 0;
  });
  // One item always goes, or the listing would stand still; no item comes near the limit.
  return cut === -1 ? items : items.slice(0, Math.max(1, cut));
}

function tokenAfter<T>(
  items: readonly T[],
  rest: readonly T[],
  next: string | undefined,
  cursor: PageCursor,
  source: ListingSource<T>,
): string {
  const last = items.at(-1);
  if (items.length < rest.length && last !== undefined) {
    return encodePageToken({ ...cursor, after: source.key(last) });
  }
  return next === undefined ? "" : encodePageToken({ ...cursor, marker: next, after: undefined });
}
