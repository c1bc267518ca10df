// Whether memberships cost less as the members of each group or as the groups of each user (D31).

import { MAX_PAGE_ITEMS } from "../core/page.ts";
import type { MembersRead, ReadMembers, SyncCounts } from "../core/sync-plan.ts";

export interface MemberFacts {
  /** Of the run before; its users may be newer. */
  readonly counts: SyncCounts;
  /** Requests a second that are granted for listings of users and members. */
  readonly listPerSecond: number;
  /** And for the groups of one user. */
  readonly perUserPerSecond: number;
  readonly latencyMs: number;
  /** Listings side by side, and of them parts of the users. */
  readonly listingsAtOnce: number;
  readonly partsAtOnce: number;
}

export interface WayCost {
  /** Users are part of it, groups are not: they cost the same in both ways. */
  readonly calls: number;
  readonly seconds: number;
}

export interface MembersChoice {
  readonly membersRead: MembersRead;
  /** One plain line. */
  readonly reason: string;
  /** The other way would take less time; the reason says why it is not taken. */
  readonly isSlower?: true;
}

/** By user has to be faster by so much: the numbers are those of yesterday, and most pools are read by group. */
const CLEARLY_FASTER = 0.8;
/** The calls of one page of users wait side by side. */
const USERS_AT_ONCE = MAX_PAGE_ITEMS;

export function costByGroup(facts: MemberFacts): WayCost {
  const { counts, listPerSecond, latencyMs, listingsAtOnce, partsAtOnce } = facts;
  const users = pagesOf(counts.users);
  const calls = users + counts.groups * pagesEach(counts.memberships, counts.groups);
  return {
    calls: Math.round(calls),
    seconds: Math.max(
      calls / listPerSecond,
      inSeconds(calls / listingsAtOnce, latencyMs),
      inSeconds(users / partsAtOnce, latencyMs),
    ),
  };
}

export function costByUser(facts: MemberFacts): WayCost {
  const { counts, listPerSecond, perUserPerSecond, latencyMs } = facts;
  const users = pagesOf(counts.users);
  const ofUsers = counts.users * pagesEach(counts.memberships, counts.users);
  // Each page is listed again after the groups of its users.
  const listings = 2 * users;
  return {
    calls: Math.round(listings + ofUsers),
    seconds: Math.max(
      listings / listPerSecond,
      ofUsers / perUserPerSecond,
      inSeconds(ofUsers / USERS_AT_ONCE, latencyMs),
      inSeconds(listings, latencyMs),
    ),
  };
}

/** `facts`: undefined where no earlier run says how many groups and memberships there are. */
export function chooseMembers(setting: ReadMembers, facts: MemberFacts | undefined): MembersChoice {
  if (setting !== "auto") {
    return { membersRead: setting === "by-user" ? "by user" : "by group", reason: "it is set" };
  }
  if (facts === undefined) {
    return {
      membersRead: "by group",
      reason: "no earlier run says how many groups and memberships there are",
    };
  }
  const [byGroup, byUser] = [costByGroup(facts), costByUser(facts)];
  return {
    membersRead: byUser.seconds < byGroup.seconds * CLEARLY_FASTER ? "by user" : "by group",
    reason: `by group about ${costText(byGroup)}, by user about ${costText(byUser)}`,
  };
}

/** Pages of each of so many lists with so many items altogether, one at least. The last page of a long one is half full. */
function pagesEach(items: number, lists: number): number {
  if (lists === 0) return 0;
  return Math.max(1, items / lists / MAX_PAGE_ITEMS + 0.5);
}

function pagesOf(items: number): number {
  return Math.ceil(items / MAX_PAGE_ITEMS);
}

function inSeconds(callsInTurn: number, latencyMs: number): number {
  return (callsInTurn * latencyMs) / 1000;
}

const NUMBER = new Intl.NumberFormat("en");

function costText({ calls, seconds }: WayCost): string {
  return `${NUMBER.format(calls)} calls in ${NUMBER.format(Math.ceil(seconds))} s`;
}
