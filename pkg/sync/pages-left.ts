import { MAX_PAGE_ITEMS } from "../core/page.ts";
import type { ListingCursor } from "../core/sync-plan.ts";

/** About how many pages come after the next one of a listing. */
export type PagesLeft = (cursor: ListingCursor, expectedMembers: number) => number;

/** Where nobody knows how many users there are, they are taken to be more than the members of any group. */
const LONGEST = Number.MAX_SAFE_INTEGER;

/**
 * `users`: about how many there are. A listing that is as long as nobody knows, or longer than expected, is taken to be half
 * read: so a large group is found while it is read, also in the first run.
 */
export function createPagesLeft(users: number | undefined): PagesLeft {
  return (cursor, expectedMembers) => {
    const length = lengthOf(cursor, users, expectedMembers);
    const left = length - cursor.pages - 1;
    return left >= 0 ? left : cursor.pages;
  };
}

function lengthOf({ kind, part }: ListingCursor, users: number | undefined, expectedMembers: number): number {
  switch (kind) {
    case "users":
      return users === undefined ? LONGEST : pagesOf(users / 16 ** part.length);
    case "groups":
      return 0;
    case "members":
      return pagesOf(expectedMembers);
  }
}

function pagesOf(items: number): number {
  return Math.ceil(items / MAX_PAGE_ITEMS);
}
