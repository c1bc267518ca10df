import type { ListingCursor } from "../core/sync-plan.ts";

/** The listings waiting to be read, for any number of workers. */
export interface ListingQueue {
  add(listings: readonly ListingCursor[]): void;
  /** The listing to read next, once there is one; undefined when nothing is left and nobody can add any more. */
  take(): Promise<ListingCursor | undefined>;
  /** To be called once for each listing taken, when its reader is done with it. */
  finished(): void;
  /** Ends it early: whoever waits, and whoever asks later, gets undefined. */
  close(): void;
}

/**
 * Users first and groups next, since one listing is read page by page and the longest decides when the sync ends; then
 * the members of the largest group, for the same reason.
 */
export function createListingQueue(expectedMembers: (group: string) => number): ListingQueue {
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
      for (const cursor of listings) {
        const weight = weightOf(cursor, expectedMembers);
        ordered.splice(firstHeavierOrEqual(ordered, weight), 0, { cursor, weight });
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

function weightOf(cursor: ListingCursor, expectedMembers: (group: string) => number): number {
  switch (cursor.kind) {
    case "users":
      return Number.POSITIVE_INFINITY;
    case "groups":
      return Number.MAX_VALUE;
    case "members":
      return expectedMembers(cursor.group);
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
