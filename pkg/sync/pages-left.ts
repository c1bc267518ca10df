import { MAX_PAGE_ITEMS } from "../core/page.ts";
import type { ListingCursor } from "../core/sync-plan.ts";

export interface PagesLeft {
  /** About how many pages a listing has left that nobody has begun, as far as anybody knows. */
  readonly known: (cursor: ListingCursor, expectedMembers: number) => number;
  /** About how many come after its next page. A length that nobody knows is guessed from the pages that were read. */
  readonly after: (cursor: ListingCursor, expectedMembers: number) => number;
}

/** Where nobody knows how many users there are, they are taken to be more than the members of any group. */
const UNKNOWN = 1e9;
/**
 * How much longer a group is than it is already, where nobody knows: between twice, as half of all listings are, and the mean,
 * which the few very large groups raise.
 */
const TIMES_LONGER = 8;
/** The first page of a group that nobody knows goes before listings that are shorter than this part of all users. */
const FIRST_PAGE_PART = 16;

/** `users`: about how many there are. */
export function createPagesLeft(users: number | undefined): PagesLeft {
  const userPages = users === undefined ? UNKNOWN : pagesOf(users);

  function lengthOf({ kind, part }: ListingCursor, expectedMembers: number): number {
    switch (kind) {
      case "users":
      case "users-with-groups":
        return Math.ceil(userPages / 16 ** part.length);
      case "groups":
        return 0;
      case "members":
        return pagesOf(expectedMembers);
    }
  }

  return {
    known: (cursor, expectedMembers) => Math.max(0, lengthOf(cursor, expectedMembers) - cursor.pages),
    after(cursor, expectedMembers) {
      const left = lengthOf(cursor, expectedMembers) - cursor.pages - 1;
      if (left >= 0) return left;
      if (cursor.pages === 0) return Math.floor(userPages / FIRST_PAGE_PART);
      return Math.min(userPages, TIMES_LONGER * cursor.pages);
    },
  };
}

function pagesOf(items: number): number {
  return Math.ceil(items / MAX_PAGE_ITEMS);
}
