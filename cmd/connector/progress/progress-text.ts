import { formatDuration } from "./duration.ts";
import type { SyncState } from "./sync-progress.ts";
import type { TimeLeft } from "./time-left.ts";

export interface Pace {
  /** UserList calls that the limiter grants now. */
  readonly grantedPerSecond: number;
  readonly usedPerSecond: number;
  readonly throttles: number;
}

const NUMBER = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const RATE = new Intl.NumberFormat("en", { maximumFractionDigits: 1, useGrouping: false });

/** The live line: the most telling first, since a narrow terminal cuts the end. */
export function progressText(state: SyncState, pace: Pace, left: TimeLeft | undefined): string {
  const { counts, estimatedUsers, previous } = state;
  const parts = [
    `reading ${readingNow(state)}`,
    `${count(counts.users, state.usersOpen ? estimatedUsers : undefined)} users`,
    `${count(counts.groups, state.groupsOpen ? previous?.groups : undefined)} groups`,
    `${count(counts.memberships, state.membersOpen > 0 ? previous?.memberships : undefined)} memberships`,
    `${RATE.format(pace.usedPerSecond)} of ${RATE.format(pace.grantedPerSecond)} calls/s`,
  ];
  if (pace.throttles > 0) parts.push(`${NUMBER.format(pace.throttles)} throttles`);
  if (left !== undefined) parts.push(`${left.known ? "about" : "at least"} ${formatDuration(left.ms)} left`);
  return parts.join(" · ");
}

function readingNow({ usersOpen, groupsOpen, membersOpen }: SyncState): string {
  const kinds = [
    ...(usersOpen ? ["users"] : []),
    ...(groupsOpen ? ["groups"] : []),
    ...(membersOpen > 0 ? [`members of ${NUMBER.format(membersOpen)} groups`] : []),
  ];
  return kinds.length === 0 ? "the last pages" : kinds.join(", ");
}

function count(now: number, about: number | undefined): string {
  // The estimate lags behind the truth, and "500 of about 400" helps nobody.
  return about === undefined || about < now
    ? NUMBER.format(now)
    : `${NUMBER.format(now)} of about ${NUMBER.format(about)}`;
}
