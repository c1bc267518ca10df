import { MAX_PAGE_ITEMS } from "../core/page.ts";
import type { SyncState } from "./sync-progress.ts";

export interface TimeLeft {
  readonly ms: number;
  /** False if the number of members is not known, so that it may take longer. */
  readonly known: boolean;
}

/**
 * A sync waits for UserList calls, which read the pages of users and of members. One that reads memberships by user waits for
 * the calls of each user.
 */
export function timeLeft(
  state: SyncState,
  userListPerSecond: number,
  perUserPerSecond = 0,
): TimeLeft | undefined {
  const { counts, estimatedUsers, previous, usersOpen, usersListed, groupsOpen, membersOpen } = state;
  if (userListPerSecond <= 0 || (usersOpen && estimatedUsers === undefined)) return undefined;
  if (state.isByUser) {
    if (perUserPerSecond <= 0) return undefined;
    const left = usersOpen ? Math.max(1, (estimatedUsers ?? 0) - usersListed) : 0;
    return { ms: (left / perUserPerSecond) * 1000, known: true };
  }
  const users = usersOpen ? Math.max(1, pages((estimatedUsers ?? 0) - usersListed)) : 0;
  const groupsToCome = groupsOpen ? Math.max(0, (previous?.groups ?? 0) - counts.groups) : 0;
  // At least one call for each group. The memberships of the previous run tell how many more.
  const byRows = groupsOpen || membersOpen > 0 ? pages((previous?.memberships ?? 0) - counts.memberships) : 0;
  const members = Math.max(membersOpen + groupsToCome, byRows);
  const known = previous !== undefined || (!groupsOpen && membersOpen === 0);
  return { ms: ((users + members) / userListPerSecond) * 1000, known };
}

function pages(items: number): number {
  return Math.max(0, Math.ceil(items / MAX_PAGE_ITEMS));
}
