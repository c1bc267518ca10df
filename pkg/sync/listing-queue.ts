import type { ListingCursor } from "../core/sync-plan.ts";

export interface QueuedListing {
  readonly cursor: ListingCursor;
  /** Of a members listing: how many the group had in the last run. */
  readonly expectedMembers: number;
}

/** The listings waiting to be read, for any number of workers. */
export interface ListingQueue {
  add(listings: readonly QueuedListing[]): void;
  /** The listing to read next, once there is one; undefined when all are read and no reader can open another. */
  take(): Promise<ListingCursor | undefined>;
  /** Called once for each listing taken, when its reader is done with it. */
  finished(): void;
  /** Ends it early: every `take`, waiting or later, resolves with undefined. */
  close(): void;
}

/**
 * Users first and groups next, since a listing is read page by page and the longest decides when the sync ends; then the
 * members of the largest group, for the same reason.
 */
export function createListingQueue(): ListingQueue {
  const ordered: { readonly cursor: ListingCursor; readonly weight: number }[] = []; // lightest first
  const waiting: ((cursor: ListingCursor | undefined) => void)[] = [];
  let beingRead = 0;
  let closed = false;

  function dispatch(): void {
    while (waiting.length > 0) {
      const next = closed ? undefined : ordered.pop();
      if (next === undefined && !closed && beingRead > 0) return; // a reader may still open listings
      if (next !== undefined) beingRead += 1;
      waiting.shift()?.(next?.cursor);
    }
  }

  return {
    add(listings) {
      for (const listing of listings) {
        const weight = weightOf(listing);
        ordered.splice(firstHeavierOrEqual(ordered, weight), 0, { cursor: listing.cursor, weight });
      }
      dispatch();
    },
    take() {
      return new Promise((resolve) => {
        waiting.push(resolve);
        dispatch();
      });
    },
    finished() {
      beingRead -= 1;
      dispatch();
    },
    close() {
      closed = true;
      dispatch();
    },
  };
}

function weightOf({ cursor, expectedMembers }: QueuedListing): number {
  switch (cursor.kind) {
    case "users":
      return Number.POSITIVE_INFINITY;
    case "groups":
      return Number.MAX_VALUE;
    case "members":
      return expectedMembers;
  }
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
