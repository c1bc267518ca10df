// Memberships read by user (D31): the groups of each user of a page, with the page.

import type { Connector, GroupRow, UserRow } from "../connector/connector.ts";
import type { Sleep } from "../core/clock.ts";
import { advance, type ListingCursor, membersListing } from "../core/sync-plan.ts";
import { readGroupsOfUser } from "./groups-of-user.ts";
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
 * all the time. Groups are asked for by username, and another user may have it by then: so the page is listed again after its
 * groups were read, and who is not in it any more is looked for.
 */
export function createUserGroupsReader(connector: Connector, sleep: Sleep): UserGroupsReader {
  let ahead: Reading | undefined;

  function begin(token: string, callsAfter: number, signal: AbortSignal): Reading {
    const list = () => connector.listUsers({ pageToken: token, pageSize: 0, callsAfter }, signal);
    const listed = list();
    const groups = listed.then(({ items }) => groupsOf(items, list, signal));
    // Who asks for the page gets its failure. A page that nobody asks for any more fails for nobody.
    for (const one of [listed, groups]) one.catch(() => undefined);
    return { token, listed, groups };
  }

  async function groupsOf(
    rows: readonly UserRow[],
    list: () => ReturnType<Connector["listUsers"]>,
    signal: AbortSignal,
  ): Promise<readonly (readonly GroupRow[])[]> {
    const groups = await Promise.all(rows.map((row) => readGroupsOfUser(connector, row, sleep, signal)));
    if (groups.every((some) => some.length === 0)) return groups;
    const still = new Set((await list()).items.map(({ user }) => user.sub));
    return await Promise.all(
      groups.map(async (some, place) => {
        const row = rows[place];
        if (row === undefined || some.length === 0 || still.has(row.user.sub)) return some;
        return (await isThere(row, signal)) ? some : [];
      }),
    );
  }

  /** The listing is asked first: AdminGetUser makes a user active for the bill of AWS. */
  async function isThere({ resourceId, user }: UserRow, signal: AbortSignal): Promise<boolean> {
    const found = await connector.findUser(resourceId, signal);
    return found?.user.sub === user.sub || !(await connector.isUserGone(user, signal));
  }

  return async (cursor, callsAfter, signal) => {
    const reading = ahead?.token === cursor.token ? ahead : begin(cursor.token, callsAfter, signal);
    ahead = undefined;
    const { items, nextPageToken } = await reading.listed;
    if (nextPageToken !== "") ahead = begin(nextPageToken, Math.max(0, callsAfter - 1), signal);
    return { cursor: advance(cursor, nextPageToken), users: items, groups: await reading.groups };
  };
}

/**
 * Which groups a run that reads memberships by user has met, in listings and as groups of users, each by its creation: a
 * group that was deleted and made again has other members (L-11). Its answers must be used in the order of the commits.
 */
export class MetGroups {
  readonly #createdAt = new Map<string, number>();
  readonly #earlier: ReadonlySet<string>;
  readonly #connector: Connector;

  /** `earlier`: groups of the run that other processes have met. */
  constructor(connector: Connector, earlier: ReadonlySet<string>) {
    this.#connector = connector;
    this.#earlier = earlier;
  }

  /** A page of the groups, without those that were made again meanwhile. */
  ofGroups(page: SyncPage): SyncPage {
    const groups = page.groups.filter((row) => this.#isNewest(row));
    return { ...page, groups, opens: groups.map((row) => this.#note(row)) };
  }

  /** The targets drop the group. Who is in it all the same brings it again. */
  forget(name: string): void {
    this.#createdAt.delete(name);
  }

  /** The page with its memberships, and with those of their groups that are new to the run. */
  ofUsers({ cursor, users, groups: ofUsers }: UserGroupsPage): SyncPage {
    const groups = new Map<string, GroupRow>();
    const opens = new Map<string, ListingCursor>();
    for (const row of ofUsers.flat()) {
      if (this.#isKnown(row) || !this.#isNewest(row)) continue;
      opens.set(row.group.name, this.#note(row));
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
    return { cursor, users, groups: [...groups.values()], opens: [...opens.values()], memberships };
  }

  #isKnown({ group }: GroupRow): boolean {
    return this.#createdAt.get(group.name) === group.createdAt.getTime();
  }

  #isNewest({ group }: GroupRow): boolean {
    return group.createdAt.getTime() >= (this.#createdAt.get(group.name) ?? Number.NEGATIVE_INFINITY);
  }

  /**
   * Returns the listing of its members, with which a target drops the memberships of an older group of that name. It is read
   * where there was one: the users whom the run has passed are asked for no group again.
   */
  #note({ group: { name, createdAt } }: GroupRow): ListingCursor {
    const mayBeAgain = this.#createdAt.has(name) || this.#earlier.has(name);
    this.#createdAt.set(name, createdAt.getTime());
    const listing = membersListing(name);
    return mayBeAgain ? listing : { ...listing, state: "done" };
  }
}
