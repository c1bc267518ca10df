// Reads one page of a listing. Every page of the connector is read here.
//
// Invariants:
//   LISTING-1. A page that could not be read rejects; it is never an empty page.
//   LISTING-2. When Cognito refuses a marker (they expire after one hour), the listing begins again from its first page, at
//       most twice. Consumers upsert, so nothing is lost or doubled (D10).
//   LISTING-3. A page that does not fit into one answer is sent in several. The token keeps the key of the last item that
//       was sent, not its position, so that a deletion in between cannot skip the next item.
//   LISTING-4. A token that leads to itself ends the listing with an error, not in a loop.

import { GovernanceError } from "../core/errors.ts";
import { MAX_PAGE_ITEMS, type Page, type PageRequest } from "../core/page.ts";
import { decodePageToken, encodePageToken, firstPage, type PageCursor } from "../protocol/page-token.ts";
import type { ListRequest } from "./connector.ts";

const MAX_RESTARTS = 2;

/** One listing: how a page is read, the key of an item, and its size in an answer. */
export interface ListingSource<T> {
  readonly verb: string;
  readonly scope: string;
  read(page: PageRequest, signal: AbortSignal): Promise<Page<T>>;
  key(item: T): string;
  /** An upper bound of the bytes of the item in an answer. */
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
  // At least one item is always sent, or the listing would never end; no item is near the limit.
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
