// Lists the users over gRPC in parts that are read side by side, so that one listing is not bound to one call after the other.
//
// Invariants:
//   PARTS-1. A user whose `sub` none of the parts selects, wherever it is listed, ends the listing in parts: it begins again
//       from the first page of all users, and so does every later one. Consumers upsert, so nothing is lost or doubled (D30).
//   PARTS-2. So does a listing whose marker is refused (they expire after one hour), and one that ends with fewer users than
//       Cognito estimates, beyond a tolerance. Which pools are divided at all is decided as for a sync
//       (`worthwhileListings`).
//   PARTS-3. The token says where each open part goes on, and refers to no state. Where it would be longer than the protocol
//       allows, the listing goes on as after PARTS-1.
//   PARTS-4. Markers or rows of a part that lead in a circle end the listing with an error, and so do its empty pages
//       (LISTING-4).

import type { UserPageRequest } from "../core/directory.ts";
import { GovernanceError } from "../core/errors.ts";
import { NO_MARKERS, trailAfter } from "../core/marker-trail.ts";
import { MAX_PAGE_ITEMS, type Page } from "../core/page.ts";
import type { ReadAhead } from "../core/read-ahead.ts";
import type { User } from "../core/user.ts";
import { isShardable, mayBeAllUsers, subPrefixes, worthwhileListings } from "../core/user-shards.ts";
import { encodePageToken, firstPage } from "../protocol/page-token.ts";
import {
  decodePartsToken,
  encodePartsToken,
  isPartsToken,
  type PartPlace,
  type PartsCursor,
} from "../protocol/parts-token.ts";
import type { ListRequest } from "./connector.ts";
import { afterLastDelivered, fittingItems, MOST_ITEMS } from "./paged-listing.ts";

/** The protocol's limit of a page token. */
const MOST_TOKEN_BYTES = 1_048_576;

interface ListedUsers {
  readonly items: readonly User[];
  readonly nextPageToken: string;
}

interface DividedUsersOptions {
  readonly from: Pick<ReadAhead, "begin" | "listUsers" | "expectUsers" | "hasUsers" | "lackedPage">;
  /** How many parts are read side by side; 1: the users are not divided. */
  readonly listings: () => number;
  /** What an item takes in an answer. */
  readonly bytes: (user: User) => number;
  /** Called once: the users are not divided any more. Must not throw. */
  readonly onRefused: (why: string) => void;
}

export interface DividedUsers {
  /** Undefined where the users are to be listed as one. */
  list(
    request: ListRequest,
    estimatedUsers: number | undefined,
    signal: AbortSignal,
  ): Promise<ListedUsers> | undefined;
  /** They were listed otherwise: as members of a group, or as users of a listing that is not divided. */
  met(users: readonly Pick<User, "sub">[]): void;
}

export function createDividedUsers({ from, listings, bytes, onRefused }: DividedUsersOptions): DividedUsers {
  let isRefused = false;

  function refuse(why: string): void {
    if (!isRefused) onRefused(why);
    isRefused = true;
  }

  function met(users: readonly Pick<User, "sub">[]): void {
    if (!users.every(({ sub }) => isShardable(sub)))
      refuse("a user has an id (sub) that none of them selects");
  }

  async function listNext(
    asked: PartsCursor,
    request: ListRequest,
    estimatedUsers: number,
    signal: AbortSignal,
  ): Promise<ListedUsers> {
    const limit = request.pageSize === 0 ? MAX_PAGE_ITEMS : Math.min(request.pageSize, MAX_PAGE_ITEMS);
    const most = request.pageSize === 0 ? MOST_ITEMS : request.pageSize;
    let room = request.maxBytes ?? Number.POSITIVE_INFINITY;
    let cursor = withMoreParts(asked);
    let largest = 0;
    let pages = 0;
    const items: User[] = [];
    do {
      from.expectUsers(cursor.open.map((part) => pageOf(part, limit)));
      const here = cursor.open.find((part) => from.hasUsers(pageOf(part, limit)));
      // The first page is waited for; the others are added where they are here.
      const part = here ?? cursor.open[0];
      if (part === undefined) break;
      if (here === undefined && pages > 0) {
        from.lackedPage();
        break;
      }
      const page = await readPart(part, limit, pages > 0, signal);
      if (page === undefined) break;
      if (page === "marker-refused") return allUsers(items);
      pages += 1;
      met(page.items);
      if (isRefused) return allUsers(items);
      const rest = afterLastDelivered(page.items, part.after, { key });
      const sent = fittingItems(rest, room, { bytes });
      items.push(...sent);
      const size = sent.reduce((sum, user) => sum + bytes(user), 0);
      room -= size;
      largest = Math.max(largest, size);
      cursor = withMoreParts(afterPage(cursor, part, page, rest, sent));
    } while (items.length + limit <= most && room >= 2 * largest);
    if (cursor.open.length > 0) {
      const nextPageToken = encodePartsToken(cursor);
      if (nextPageToken.length <= MOST_TOKEN_BYTES) return { items, nextPageToken };
      refuse("their page markers are too long for one page token");
      return allUsers(items);
    }
    if (mayBeAllUsers(cursor.sent, estimatedUsers)) return { items, nextPageToken: "" };
    refuse(`they hold ${cursor.sent} users, and Cognito's estimate is ${estimatedUsers}`);
    return allUsers(items);
  }

  /** The failure of a page that is added belongs to the call that asks for it. */
  async function readPart(part: PartPlace, limit: number, isAdded: boolean, signal: AbortSignal) {
    try {
      return await from.listUsers(pageOf(part, limit), signal);
    } catch (error) {
      if (isAdded) return undefined;
      if (error instanceof GovernanceError && error.reason === "marker-refused") return "marker-refused";
      throw error;
    }
  }

  /** The listing goes on with the first page of all users. */
  function allUsers(items: readonly User[]): ListedUsers {
    from.begin("users");
    return { items, nextPageToken: encodePageToken(firstPage("users", "")) };
  }

  return {
    met,
    list(request, estimatedUsers, signal) {
      const { pageToken } = request;
      if (isPartsToken(pageToken)) {
        const cursor = decodePartsToken(pageToken);
        if (!isRefused && estimatedUsers !== undefined)
          return listNext(cursor, request, estimatedUsers, signal);
        return Promise.resolve(allUsers([]));
      }
      if (pageToken !== "" || isRefused || estimatedUsers === undefined) return undefined;
      const count = worthwhileListings(listings, estimatedUsers);
      if (count <= 1) return undefined;
      const cursor = { listings: count, open: [], begun: 0, sent: 0 };
      return listNext(cursor, request, estimatedUsers, signal);
    },
  };
}

function key({ sub }: User): string {
  return sub;
}

function pageOf({ prefix, marker }: PartPlace, limit: number): UserPageRequest {
  return { search: { attribute: "sub", operator: "^=", value: prefix }, marker, limit };
}

function withMoreParts(cursor: PartsCursor): PartsCursor {
  const prefixes = subPrefixes(cursor.listings);
  const open = [...cursor.open];
  let { begun } = cursor;
  while (open.length < cursor.listings && begun < prefixes.length) {
    open.push({ prefix: prefixes[begun] ?? "", marker: undefined, after: undefined, trail: NO_MARKERS });
    begun += 1;
  }
  return { ...cursor, open, begun };
}

function afterPage(
  cursor: PartsCursor,
  part: PartPlace,
  { items, next }: Page<User>,
  rest: readonly User[],
  sent: readonly User[],
): PartsCursor {
  const others = cursor.open.filter((each) => each !== part);
  const last = sent.at(-1);
  const moved = { ...cursor, sent: cursor.sent + sent.length };
  if (sent.length < rest.length && last !== undefined) {
    return { ...moved, open: [{ ...part, after: key(last) }, ...others] };
  }
  if (next === undefined) return { ...moved, open: others };
  if (next === part.marker) {
    throw new GovernanceError("internal", "Cognito repeated a page marker while listing users; sync again");
  }
  const passed = { next, isEmpty: items.length === 0, firstKey: items[0]?.sub };
  const trail = trailAfter(part.trail, passed, "users");
  return { ...moved, open: [...others, { prefix: part.prefix, marker: next, after: undefined, trail }] };
}
