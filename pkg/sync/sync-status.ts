import type { SyncState } from "./sync-progress.ts";
import type { TimeLeft } from "./time-left.ts";

/** How far a sync is, and what slows it down. */
export interface SyncStatus {
  readonly state: SyncState;
  readonly left: TimeLeft | undefined;
  /** UserList calls, which a sync waits for. */
  readonly setPerSecond: number;
  readonly grantedPerSecond: number;
  readonly usedPerSecond: number;
  /** Of the whole process so far. */
  readonly throttles: number;
  readonly calls: number;
  readonly trouble: string | undefined;
}

export function openListings({ usersOpen, groupsOpen, membersOpen }: SyncState): number {
  return Number(usersOpen) + Number(groupsOpen) + membersOpen;
}

/** The status for a log line. */
export function statusFields(status: SyncStatus) {
  const { state, left, trouble } = status;
  return {
    ...state.counts,
    openListings: openListings(state),
    calls: status.calls,
    throttles: status.throttles,
    grantedPerSecond: status.grantedPerSecond,
    usedPerSecond: Math.round(status.usedPerSecond * 10) / 10,
    ...(trouble === undefined ? {} : { outcome: trouble }),
    ...(left === undefined ? {} : { leftMs: Math.round(left.ms) }),
  };
}
