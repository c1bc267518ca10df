// Memberships read by user (D31): the groups of each user of a page, with the page.

import type { Connector, GroupRow, UserRow } from "../connector/connector.ts";
import { GovernanceError } from "../core/errors.ts";
import { advance, type ListingCursor, membersListing } from "../core/sync-plan.ts";
import { createCycleGuard } from "./cycle-guard.ts";
import type { SyncPage } from "./target.ts";

/** A page of users, and the groups of each of them, place by place. */
export interface UserGroupsPage {
  readonly cursor: ListingCursor;
  readonly users: readonly UserRow[];
  readonly groups: readonly (readonly GroupRow[])[];
}

interface Reading {
  readonly token: string;
  readonly listed: ReturnType<Connector["listUsers"]>;
  readonly groups: Promise<readonly (readonly GroupRow[])[]>;
}

export type UserGroupsReader = (
  cursor: ListingCursor,
  callsAfter: number,
  signal: AbortSignal,
) => Promise<UserGroupsPage>;

/**
 * Reads one page after the other. The page after it is begun as soon as its token is known, so that calls wait for the limiter
 * all the time.
 */
export function createUserGroupsReader(connector: Connector): UserGroupsReader {
  let ahead: Reading | undefined;

  function begin(token: string, callsAfter: number, signal: AbortSignal): Reading {
    const listed = connector.listUsers({ pageToken: token, pageSize: 0, callsAfter }, signal);
    const groups = listed.then(({ items }) =>
      Promise.all(items.map((row) => everyGroupOf(connector, row, signal))),
    );
    // Who asks for the page gets its failure. A page that nobody asks for any more fails for nobody.
    for (const one of [listed, groups]) one.catch(() => undefined);
    return { token, listed, groups };
  }

  return async (cursor, callsAfter, signal) => {
    const reading = ahead?.token === cursor.token ? ahead : begin(cursor.token, callsAfter, signal);
    ahead = undefined;
    const { items, nextPageToken } = await reading.listed;
    if (nextPageToken !== "") ahead = begin(nextPageToken, Math.max(0, callsAfter - 1), signal);
    return { cursor: advance(cursor, nextPageToken), users: items, groups: await reading.groups };
  };
}

/** Every page. None of a user that was deleted since it was listed. */
async function everyGroupOf(
  connector: Connector,
  { user }: UserRow,
  signal: AbortSignal,
): Promise<readonly GroupRow[]> {
  const groups: GroupRow[] = [];
  const guard = createCycleGuard("the groups of a user");
  let pageToken = "";
  do {
    try {
      const page = await connector.listGroupsOfUser(user, { pageToken, pageSize: 0 }, signal);
      groups.push(...page.items);
      pageToken = page.nextPageToken;
    } catch (error) {
      if (error instanceof GovernanceError && error.reason === "user-gone") return [];
      throw error;
    }
    guard.next(pageToken);
  } while (pageToken !== "");
  return groups;
}

/**
 * Which groups a run that reads memberships by user has met, in listings and as groups of users, each by its creation: a
 * group that was deleted and made again has other members (L-11). Its answers must be used in the order of the commits.
 */
export class MetGroups {
  readonly #createdAt = new Map<string, number>();
  readonly #connector: Connector;

  constructor(connector: Connector) {
    this.#connector = connector;
  }

  /** A page of the groups, without those that were made again meanwhile, and without listings of members to read. */
  ofGroups(page: SyncPage): SyncPage {
    const groups = page.groups.filter((row) => this.#isNewest(row));
    for (const row of groups) this.#note(row);
    return { ...page, groups, opens: groups.map(noMembersToRead) };
  }

  /** The page with its memberships, and with those of their groups that are new to the run. */
  ofUsers({ cursor, users, groups: ofUsers }: UserGroupsPage): SyncPage {
    const groups = new Map<string, GroupRow>();
    for (const row of ofUsers.flat()) {
      if (this.#isKnown(row) || !this.#isNewest(row)) continue;
      this.#note(row);
      groups.set(row.group.name, row);
    }
    // A group that is older than another one of its name is gone, and so is the membership.
    const members = new Map<string, UserRow[]>();
    for (const [place, member] of users.entries()) {
      for (const row of ofUsers[place] ?? []) {
        if (!this.#isKnown(row)) continue;
        const others = members.get(row.group.name);
        if (others === undefined) members.set(row.group.name, [member]);
        else others.push(member);
      }
    }
    const memberships = [...members].flatMap(([name, some]) => this.#connector.memberships(name, some));
    const met = [...groups.values()];
    return { cursor, users, groups: met, opens: met.map(noMembersToRead), memberships };
  }

  #isKnown({ group }: GroupRow): boolean {
    return this.#createdAt.get(group.name) === group.createdAt.getTime();
  }

  #isNewest({ group }: GroupRow): boolean {
    return group.createdAt.getTime() >= (this.#createdAt.get(group.name) ?? Number.NEGATIVE_INFINITY);
  }

  #note({ group }: GroupRow): void {
    this.#createdAt.set(group.name, group.createdAt.getTime());
  }
}

/** With it a target drops the memberships of an older group of that name. */
function noMembersToRead({ group }: GroupRow): ListingCursor {
  return { ...membersListing(group.name), state: "done" };
}
