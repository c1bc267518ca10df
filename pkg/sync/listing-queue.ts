import type { ListingCursor } from "../core/sync-plan.ts";

export interface QueuedListing {
  readonly cursor: ListingCursor;
  /** Of a members listing: how many the group had in the last run. */
  readonly expectedMembers: number;
  /** About how many pages it has left. */
  readonly pagesLeft: number;
}

/** The listings waiting to be read, for any number of workers. */
export interface ListingQueue {
  add(listings: readonly QueuedListing[]): void;
  /** The listing to read next, once there is one; undefined when all are read and no reader can open another. */
  take(): Promise<QueuedListing | undefined>;
  /** Called once for each listing taken, when its reader is done with it. */
  finished(cursor: ListingCursor): void;
  /** Ends it early: every `take`, waiting or later, resolves with undefined. */
  close(): void;
}

interface WeighedListing {
  readonly listing: QueuedListing;
  readonly weight: number;
}

/**
 * All users first and groups next, since a listing is read page by page and the longest decides when the sync ends; then the
 * longest of the others, for the same reason. Of the parts of the users at most `partsAtOnce` are read side by side.
 */
export function createListingQueue(partsAtOnce = Number.POSITIVE_INFINITY): ListingQueue {
  const ordered: WeighedListing[] = []; // lightest first
  const waiting: ((listing: QueuedListing | undefined) => void)[] = [];
  let beingRead = 0;
  let usersBeingRead = 0;
  let closed = false;

  function isReadable({ listing }: WeighedListing): boolean {
    return listing.cursor.kind !== "users" || usersBeingRead < partsAtOnce;
  }

  function next(): QueuedListing | undefined {
    const at = ordered.findLastIndex(isReadable);
    return at === -1 ? undefined : ordered.splice(at, 1)[0]?.listing;
  }

  function dispatch(): void {
    while (waiting.length > 0) {
      const listing = closed ? undefined : next();
      if (listing === undefined && !closed && beingRead > 0) return; // a reader may still open listings
      if (listing !== undefined) beingRead += 1;
      if (listing?.cursor.kind === "users") usersBeingRead += 1;
      waiting.shift()?.(listing);
    }
  }

  return {
    add(listings) {
      for (const listing of listings) {
        const weight = weightOf(listing);
        ordered.splice(firstHeavierOrEqual(ordered, weight), 0, { listing, weight });
      }
      dispatch();
    },
    take() {
      return new Promise((resolve) => {
        waiting.push(resolve);
        dispatch();
      });
    },
    finished({ kind }) {
      beingRead -= 1;
      if (kind === "users") usersBeingRead -= 1;
      dispatch();
    },
    close() {
      closed = true;
      dispatch();
    },
  };
}

function weightOf({ cursor, pagesLeft }: QueuedListing): number {
  if (cursor.kind === "users-with-groups" || (cursor.kind === "users" && cursor.part === ""))
    return Number.POSITIVE_INFINITY;
  return cursor.kind === "groups" ? Number.MAX_VALUE : pagesLeft;
}

function firstHeavierOrEqual(ordered: readonly { readonly weight: number }[], weight: number): number {
  let low = 0;
  let high = ordered.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ordered[middle]?.weight ?? weight) < weight) low = middle + 1;
    else high = middle;
  }
  return low;
}
