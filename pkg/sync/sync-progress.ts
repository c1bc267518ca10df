import { MAX_PAGE_ITEMS } from "../core/page.ts";
import {
  firstListings,
  type ListingCursor,
  type ListingKind,
  membersReadBy,
  type SyncCounts,
} from "../core/sync-plan.ts";
import { type SyncScope, WHOLE_POOL } from "../core/sync-scope.ts";
import type { RowsSoFar } from "./sync-once.ts";

/** The progress of a sync. */
export interface SyncState {
  readonly counts: SyncCounts;
  /** Cognito's estimate. Undefined until the pool is read. */
  readonly estimatedUsers: number | undefined;
  readonly previous: SyncCounts | undefined;
  readonly usersOpen: boolean;
  /** Users that the listing of users has passed. Rows may be more, since members are added from their groups. */
  readonly usersListed: number;
  readonly groupsOpen: boolean;
  /** Groups whose members are not yet read to the end. */
  readonly membersOpen: number;
  /** The groups of each user are read with the users (D31). */
  readonly isByUser: boolean;
}

export interface SyncTracker {
  /** A page was committed. */
  onPage(cursor: ListingCursor): void;
  onPool(estimatedUsers: number): void;
  state(): SyncState;
}

/** Counts what a run still has to read. `open` are the listings that an earlier process left open. */
export function createSyncTracker(
  open: readonly ListingCursor[],
  rows: RowsSoFar,
  scope: SyncScope = WHOLE_POOL,
): SyncTracker {
  const previous = rows.previousCounts;
  const fresh = open.length === 0 && rows.counts.users === 0 && rows.counts.groups === 0;
  const left = fresh ? firstListings(scope) : open;
  /** The pages of each listing of users: of all, or of those whose `sub` begins so. */
  const userPages = new Map<string, number>();
  const openUsers = new Set<string>();
  let isByUser = membersReadBy(left) === "by user";
  for (const { kind, part, pages } of left) if (isOfUsers(kind)) noteUsers(part, pages, true);
  let groupsOpen = left.some(({ kind }) => kind === "groups");
  let membersDone = rows.counts.groups - open.filter(({ kind }) => kind === "members").length;
  let estimatedUsers: number | undefined;

  function noteUsers(part: string, pages: number, isOpen: boolean): void {
    // The listing of all users stays open while parts are read, and may never be read itself (D30).
    if (part !== "") openUsers.delete("");
    userPages.set(part, pages);
    if (isOpen) openUsers.add(part);
    else openUsers.delete(part);
  }

  return {
    onPage({ kind, part, state, pages }) {
      const isOpen = state === "open";
      isByUser ||= kind === "users-with-groups";
      if (isOfUsers(kind)) noteUsers(part, pages, isOpen);
      else if (kind === "groups") groupsOpen = isOpen;
      else if (!isOpen) membersDone += 1;
    },
    onPool(estimated) {
      estimatedUsers = estimated;
    },
    state() {
      const { counts } = rows;
      // The row of a group that was deleted meanwhile is removed, so nothing waits for its members.
      const hasMembers = scope.depth === "grants" && !isByUser;
      const membersOpen = hasMembers ? Math.max(0, counts.groups - membersDone) : 0;
      const pages = [...userPages.values()].reduce((sum, some) => sum + some, 0);
      const usersListed = Math.min(counts.users, pages * MAX_PAGE_ITEMS);
      const usersOpen = openUsers.size > 0;
      return { counts, estimatedUsers, previous, usersOpen, usersListed, groupsOpen, membersOpen, isByUser };
    },
  };
}

function isOfUsers(kind: ListingKind): boolean {
  return kind === "users" || kind === "users-with-groups";
}
