import { printable } from "../../../../pkg/ops/printable.ts";
import type { SyncState } from "../../../../pkg/sync/sync-progress.ts";
import type { TimeLeft } from "../../../../pkg/sync/time-left.ts";
import { counted, formatDuration } from "../output/text.ts";

export interface Pace {
  /** UserList calls per second that the settings allow. */
  readonly setPerSecond: number;
  /** UserList calls per second that the limiter allows now: less after AWS has throttled calls. */
  readonly grantedPerSecond: number;
  readonly usedPerSecond: number;
  readonly throttles: number;
  /** The last error, while the calls fail: its name, or the system's code of a network failure. */
  readonly trouble: string | undefined;
}

const NUMBER = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const RATE = new Intl.NumberFormat("en", { maximumFractionDigits: 1, useGrouping: false });

/**
 * The text of the live line. Trouble comes first, `waiting` before other trouble, then the time left, then what is read, since a narrow terminal cuts the
 * end.
 */
export function progressText(
  state: SyncState,
  pace: Pace,
  left: TimeLeft | undefined,
  waiting?: string,
): string {
  const { counts, estimatedUsers, previous } = state;
  // Calls are counted when AWS answers, so answers that come together can exceed the allowed rate for a moment.
  const used = Math.min(pace.usedPerSecond, pace.grantedPerSecond);
  const trouble = waiting ?? troubleText(pace);
  const parts = [
    ...(trouble === undefined ? [] : [trouble]),
    // While calls fail, nobody knows how long it takes.
    ...(left === undefined || pace.trouble !== undefined || waiting !== undefined
      ? []
      : [`${left.known ? "about" : "at least"} ${formatDuration(Math.ceil(left.ms / 1000) * 1000)} left`]),
    `reading ${readingNow(state)}`,
    state.usersOpen ? progress(state.usersListed, estimatedUsers, "user") : counted(counts.users, "user"),
    progress(counts.groups, state.groupsOpen ? previous?.groups : undefined, "group"),
    progress(counts.memberships, state.membersOpen > 0 ? previous?.memberships : undefined, "membership"),
    `${RATE.format(used)} of ${RATE.format(pace.grantedPerSecond)} calls/s`,
  ];
  if (pace.throttles > 0) parts.push(counted(pace.throttles, "throttle"));
  return parts.join(" · ");
}

const SLOWED = "slowed down by AWS";

function troubleText({ trouble, grantedPerSecond, setPerSecond }: Pace): string | undefined {
  if (trouble === undefined) return grantedPerSecond < setPerSecond ? SLOWED : undefined;
  const words = IN_WORDS[trouble];
  return words === SLOWED ? SLOWED : `retrying: ${words ?? printable(trouble)}`;
}

/** What a person calls the failures that pass by themselves. */
const IN_WORDS: Readonly<Record<string, string>> = {
  TooManyRequestsException: SLOWED,
  ThrottlingException: SLOWED,
  Throttling: SLOWED,
  RequestLimitExceeded: SLOWED,
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection lost",
  EPIPE: "connection lost",
  Error: "connection lost",
  ETIMEDOUT: "no answer in time",
  TimeoutError: "no answer in time",
  AttemptTimeout: "no answer in time",
  ENOTFOUND: "name of the host not found",
  EAI_AGAIN: "name of the host not found",
  EHOSTUNREACH: "network unreachable",
  ENETUNREACH: "network unreachable",
  InternalErrorException: "AWS reports an internal error",
};

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
