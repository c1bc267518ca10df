import { MAX_PAGE_ITEMS } from "../../../../pkg/core/page.ts";
import { printable } from "../../../../pkg/ops/printable.ts";
import type { SyncState } from "../../../../pkg/sync/sync-progress.ts";
import { counted, formatDuration } from "../output/text.ts";

export interface Pace {
  /** UserList calls per second that the limiter allows now. */
  readonly grantedPerSecond: number;
  readonly usedPerSecond: number;
  readonly throttles: number;
  /** The last error, while the calls fail. */
  readonly trouble: string | undefined;
}

const NUMBER = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const RATE = new Intl.NumberFormat("en", { maximumFractionDigits: 1, useGrouping: false });

/** The text of the live line. The most important comes first, since a narrow terminal cuts the end. */
export function progressText(state: SyncState, pace: Pace, left: TimeLeft | undefined): string {
  const { counts, estimatedUsers, previous } = state;
  // Calls are counted when AWS answers, so answers that come together can exceed the allowed rate for a moment.
  const used = Math.min(pace.usedPerSecond, pace.grantedPerSecond);
  const parts = [
    `reading ${readingNow(state)}`,
    state.usersOpen ? progress(state.usersListed, estimatedUsers, "user") : counted(counts.users, "user"),
    progress(counts.groups, state.groupsOpen ? previous?.groups : undefined, "group"),
    progress(counts.memberships, state.membersOpen > 0 ? previous?.memberships : undefined, "membership"),
    `${RATE.format(used)} of ${RATE.format(pace.grantedPerSecond)} calls/s`,
  ];
  if (pace.throttles > 0) parts.push(counted(pace.throttles, "throttle"));
  if (pace.trouble !== undefined)
    parts.push(`retrying after ${pace.trouble === "Error" ? "a lost connection" : printable(pace.trouble)}`);
  else if (left !== undefined)
    parts.push(
      `${left.known ? "about" : "at least"} ${formatDuration(Math.ceil(left.ms / 1000) * 1000)} left`,
    );
  return parts.join(" · ");
}

function readingNow({ usersOpen, groupsOpen, membersOpen }: SyncState): string {
  const kinds = [
    ...(usersOpen ? ["users"] : []),
    ...(groupsOpen ? ["groups"] : []),
    ...(membersOpen > 0 ? [`members of ${counted(membersOpen, "group")}`] : []),
  ];
  return kinds.length === 0 ? "the last pages" : kinds.join(", ");
}

function progress(now: number, about: number | undefined, noun: string): string {
  // The estimate can be too low, and "500 of about 400" would confuse.
  return about === undefined || about < now
    ? counted(now, noun)
    : `${NUMBER.format(now)} of about ${counted(about, noun)}`;
}

export interface TimeLeft {
  readonly ms: number;
  /** False if the number of members is not known, so that it may take longer. */
  readonly known: boolean;
}

/** A sync waits for UserList calls, which read the pages of users and of members. */
export function timeLeft(state: SyncState, userListPerSecond: number): TimeLeft | undefined {
  const { counts, estimatedUsers, previous, usersOpen, usersListed, groupsOpen, membersOpen } = state;
  if (userListPerSecond <= 0 || (usersOpen && estimatedUsers === undefined)) return undefined;
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
