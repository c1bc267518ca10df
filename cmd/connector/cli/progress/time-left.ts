import { MAX_PAGE_ITEMS } from "../../../../pkg/core/page.ts";
import type { SyncState } from "./sync-progress.ts";

export interface TimeLeft {
  readonly ms: number;
  /** False where the size of the groups is not known: it may take longer. */
  readonly known: boolean;
}

/** Calls that AWS counts as UserList are what a sync waits for: pages of users, and pages of members. */
export function timeLeft(state: SyncState, userListPerSecond: number): TimeLeft | undefined {
  const { counts, estimatedUsers, previous, usersOpen, usersListed, groupsOpen, membersOpen } = state;
  if (userListPerSecond <= 0 || (usersOpen && estimatedUsers === undefined)) return undefined;
  const users = usersOpen ? Math.max(1, pages((estimatedUsers ?? 0) - usersListed)) : 0;
  const groupsToCome = groupsOpen ? Math.max(0, (previous?.groups ?? 0) - counts.groups) : 0;
  // At least one call for each group; what the last run had in them says the rest.
  const byRows = groupsOpen || membersOpen > 0 ? pages((previous?.memberships ?? 0) - counts.memberships) : 0;
  const members = Math.max(membersOpen + groupsToCome, byRows);
  const known = previous !== undefined || (!groupsOpen && membersOpen === 0);
  return { ms: ((users + members) / userListPerSecond) * 1000, known };
}

function pages(items: number): number {
  return Math.max(0, Math.ceil(items / MAX_PAGE_ITEMS));
}
