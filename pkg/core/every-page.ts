import { GovernanceError } from "./errors.ts";
import { type MarkerTrail, NO_MARKERS, trailAfter } from "./marker-trail.ts";
import type { Page } from "./page.ts";

/** Ten times the groups that AWS allows in one pool; a user is in no more. */
export const MOST_GROUP_ROWS = 100_000;

/** Of one group, in memory: the JavaScript engine holds no more than 16 million in one table. */
export const MOST_MEMBER_ROWS = 10_000_000;

/** Of one search for a value. */
export const MOST_FOUND_ROWS = 100_000;

/** What a listing of one operation may give until it ends. */
export interface ListingBound {
  readonly operation: string;
  readonly mostRows: number;
}

/** Looks at each page of one listing in turn. */
export interface ListingGuard {
  /** Throws `internal` where the listing would never end, and `failed-precondition` beyond its rows. */
  check(page: Page<unknown>): void;
}

export function createListingGuard({ operation, mostRows }: ListingBound): ListingGuard {
  let trail: MarkerTrail = NO_MARKERS;
  let rows = 0;
  return {
    check({ items, next }) {
      rows += items.length;
      if (rows > mostRows) throw tooManyRows(operation, mostRows);
      if (next === undefined) return;
      trail = trailAfter(trail, { next, isEmpty: items.length === 0 }, operation);
    },
  };
}

/** The rows of each page of a listing, to its end. Keeps none of them. */
export async function* everyPage<T>(
  bound: ListingBound,
  read: (marker: string | undefined) => Promise<Page<T>>,
): AsyncGenerator<readonly T[], void> {
  const guard = createListingGuard(bound);
  let marker: string | undefined;
  do {
    const page = await read(marker);
    yield page.items;
    guard.check(page);
    marker = page.next;
  } while (marker !== undefined);
}

function tooManyRows(operation: string, mostRows: number): GovernanceError {
  return new GovernanceError(
    "failed-precondition",
    `${operation}: AWS has answered more than ${mostRows} rows, which is more than are read at once; look at the pool, and at the endpoint or proxy between`,
  );
}
