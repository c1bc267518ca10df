// Reads one page of a listing. Every page of the connector is read here.
//
// Invariants:
//   LISTING-1. A page that could not be read rejects; it is never an empty page.
//   LISTING-2. When Cognito refuses a marker (they expire after one hour), the listing begins again from its first page, at
//       most twice. Consumers upsert, so nothing is lost or doubled (D10).
//   LISTING-3. A page that does not fit into one answer is sent in several. The token keeps the key of the last item that
//       was sent, not its position, so that a deletion in between cannot skip the next item.
//   LISTING-4. Markers or rows that lead in a circle, of any length, end the listing with an error, not in a loop, and so do
//       a thousand empty pages in a row. The token carries what it takes to notice: Baton's client follows any token without
//       an end.
//   LISTING-5. One answer holds the pages that are here already, up to the size that the caller asked for. The first page
//       never waits for another one.

import { GovernanceError } from "../core/errors.ts";
import { trailAfter } from "../core/marker-trail.ts";
import { MAX_PAGE_ITEMS, type Page, type PageRequest } from "../core/page.ts";
import { decodePageToken, encodePageToken, firstPage, type PageCursor } from "../protocol/page-token.ts";
import type { ListRequest } from "./connector.ts";

const MAX_RESTARTS = 2;

/** Of one answer, where the caller leaves its size to us. */
export const MOST_ITEMS = 8 * MAX_PAGE_ITEMS;

/** One listing: how a page is read, the key of an item, and its size in an answer. */
export interface ListingSource<T> {
  readonly verb: string;
  readonly scope: string;
  read(page: PageRequest, signal: AbortSignal): Promise<Page<T>>;
  key(item: T): string;
  /** An upper bound of the bytes of the item in an answer. */
  bytes(item: T): number;
  /** Whether `read` would wait for nothing, since the page was read ahead. */
  isHere?(page: PageRequest): boolean;
  /** The answer could have held one page more, which is not here. */
  lackedPage?(): void;
}

/** Where a listing continues behind a page: the cursor of the page, the page, and the marker of the next one. */
interface Place {
  readonly cursor: PageCursor;
  readonly next: string | undefined;
  readonly isEmpty: boolean;
  readonly firstKey: string | undefined;
}

export async function listPage<T>(
  source: ListingSource<T>,
  request: ListRequest,
  signal: AbortSignal,
): Promise<{ readonly items: readonly T[]; readonly nextPageToken: string }> {
  const asked = decodePageToken(request.pageToken, source.verb, source.scope);
  const limit = request.pageSize === 0 ? MAX_PAGE_ITEMS : Math.min(request.pageSize, MAX_PAGE_ITEMS);
  const { page, cursor } = await readOrRestart(
    source,
    asked,
    { limit, callsAfter: request.callsAfter },
    signal,
  );
  const rest = afterLastDelivered(page.items, cursor.after, source);
  const first = fittingItems(rest, request.maxBytes, source);
  const place = placeBehind(page, cursor, source);
  const { items, end } =
    first.length < rest.length
      ? { items: first, end: place }
      : await withPagesThatAreHere(source, first, place, request, signal);
  const nextPageToken = tokenAfter(first, rest, end, source);
  if (nextPageToken !== "" && nextPageToken === request.pageToken) throw repeatedMarker(source.verb);
  return { items, nextPageToken };
}

/** Adds the next pages as long as they wait for nothing and fit as a whole (LISTING-5). */
async function withPagesThatAreHere<T>(
  source: ListingSource<T>,
  first: readonly T[],
  from: Place,
  { pageSize, maxBytes = Number.POSITIVE_INFINITY }: ListRequest,
  signal: AbortSignal,
): Promise<{ readonly items: readonly T[]; readonly end: Place }> {
  const limit = pageSize === 0 ? MAX_PAGE_ITEMS : Math.min(pageSize, MAX_PAGE_ITEMS);
  const most = pageSize === 0 ? MOST_ITEMS : pageSize;
  const isHere = (next: string | undefined): next is string => {
    if (next === undefined) return false;
    const isFound = source.isHere?.({ marker: next, limit }) ?? false;
    if (!isFound) source.lackedPage?.();
    return isFound;
  };
  // A sync reads nothing ahead, and measures no row.
  if (first.length + limit > most || !isHere(from.next)) return { items: first, end: from };
  const items = [...first];
  let largest = bytesOf(first, source);
  let room = maxBytes - largest;
  let end = from;
  // A page that did not fit would have to be read again: one more is taken only where two of the largest would fit.
  while (items.length + limit <= most && room >= 2 * largest && isHere(end.next)) {
    const cursor = movedTo(end.next, end);
    const request = { marker: end.next, limit };
    const page = await readUnlessItFails(source, request, signal);
    if (page === undefined) break;
    items.push(...page.items);
    const bytes = bytesOf(page.items, source);
    largest = Math.max(largest, bytes);
    room -= bytes;
    end = placeBehind(page, cursor, source);
  }
  return { items, end };
}

/** A page that was dropped a moment ago is read after all. Its failure belongs to the call that asks for that page. */
async function readUnlessItFails<T>(
  source: ListingSource<T>,
  page: PageRequest,
  signal: AbortSignal,
): Promise<Page<T> | undefined> {
  try {
    return await source.read(page, signal);
  } catch {
    return undefined;
  }
}

async function readOrRestart<T>(
  source: ListingSource<T>,
  cursor: PageCursor,
  page: PageRequest,
  signal: AbortSignal,
) {
  try {
    return { page: await source.read({ ...page, marker: cursor.marker }, signal), cursor };
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
    return { page: await source.read(page, signal), cursor: again };
  }
}

export function afterLastDelivered<T>(
  items: readonly T[],
  after: string | undefined,
  source: Pick<ListingSource<T>, "key">,
): readonly T[] {
  if (after === undefined) return items;
  const last = items.findIndex((item) => source.key(item) === after);
  return items.slice(last + 1); // LISTING-3: a vanished key gives the whole page again
}

export function fittingItems<T>(
  items: readonly T[],
  maxBytes: number | undefined,
  source: Pick<ListingSource<T>, "bytes">,
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
  end: Place,
  source: ListingSource<T>,
): string {
  const last = items.at(-1);
  if (items.length < rest.length && last !== undefined) {
    return encodePageToken({ ...end.cursor, after: source.key(last) });
  }
  return end.next === undefined ? "" : encodePageToken(movedTo(end.next, end));
}

function placeBehind<T>({ items, next }: Page<T>, cursor: PageCursor, source: ListingSource<T>): Place {
  const [first] = items;
  const firstKey = first === undefined ? undefined : source.key(first);
  return { cursor, next, isEmpty: first === undefined, firstKey };
}

function movedTo(next: string, { cursor, isEmpty, firstKey }: Place): PageCursor {
  if (next === cursor.marker) throw repeatedMarker(cursor.verb);
  const trail = trailAfter(cursor.trail, { next, isEmpty, firstKey }, cursor.verb);
  return { ...cursor, marker: next, after: undefined, trail };
}

function bytesOf<T>(items: readonly T[], source: ListingSource<T>): number {
  return items.reduce((sum, item) => sum + source.bytes(item), 0);
}

function repeatedMarker(verb: string): GovernanceError {
  return new GovernanceError("internal", `Cognito repeated a page marker while listing ${verb}; sync again`);
}
