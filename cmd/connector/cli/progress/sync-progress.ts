import { MAX_PAGE_ITEMS } from "../../../../pkg/core/page.ts";
import type { ListingCursor } from "../../../../pkg/core/sync-plan.ts";
import type { Counts } from "../../../../pkg/sync/sink.ts";

/** Where a sync stands. */
export interface SyncState {
  readonly counts: Counts;
  /** Cognito's estimate, once the pool was read. */
  readonly estimatedUsers: number | undefined;
  readonly previous: Counts | undefined;
  readonly usersOpen: boolean;
  /** Users that the listing of users has come past; rows may be more, since members bring people along. */
  readonly usersListed: number;
  readonly groupsOpen: boolean;
  /** Groups whose members are not yet read to the end. */
  readonly membersOpen: number;
}

export interface SyncTracker {
  /** A page was committed. */
  onPage(cursor: ListingCursor): void;
  onPool(estimatedUsers: number): void;
  state(): SyncState;
}

/** What is known of a run besides its rows; `open` are the listings that it began with. */
export function createSyncTracker(
  open: readonly ListingCursor[],
  rows: { counts(): Counts; previousCounts(): Counts | undefined },
): SyncTracker {
  const previous = rows.previousCounts();
  const fresh = open.length === 0 && rows.counts().users === 0 && rows.counts().groups === 0;
  let userPages = open.find(({ kind }) => kind === "users")?.pages ?? 0;
  let usersOpen = fresh || open.some(({ kind }) => kind === "users");
  let groupsOpen = fresh || open.some(({ kind }) => kind === "groups");
  let membersDone = rows.counts().groups - open.filter(({ kind }) => kind === "members").length;
  let estimatedUsers: number | undefined;
  return {
    onPage({ kind, state, pages }) {
      if (kind === "users") userPages = pages;
      if (state !== "done") return;
      if (kind === "users") usersOpen = false;
      else if (kind === "groups") groupsOpen = false;
      else membersDone += 1;
    },
    onPool(estimated) {
      estimatedUsers = estimated;
    },
    state() {
      const counts = rows.counts();
      // A group that vanished took its row along, so it is not waited for.
      const membersOpen = Math.max(0, counts.groups - membersDone);
      const usersListed = Math.min(counts.users, userPages * MAX_PAGE_ITEMS);
      return { counts, estimatedUsers, previous, usersOpen, usersListed, groupsOpen, membersOpen };
    },
  };
}
