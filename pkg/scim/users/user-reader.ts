// Reads of single users.
//
// A user is read by ListUsers, never by AdminGetUser, which makes AWS bill the user as active (mark 5). Listings lag behind
// a change for a moment (mark 50), and a client looks at once for what it has just written: so what this program has just
// made, changed and deleted is remembered until every listing shows it.
import type { EpochClock } from "../../core/clock.ts";
import type { Directory, SearchableAttribute } from "../../core/directory.ts";
import { GovernanceError } from "../../core/errors.ts";
import { createRecentMap } from "../../core/recent-map.ts";
import type { User } from "../../core/user.ts";
import { isUuid } from "../../core/uuid.ts";
import type { KeptResource, ScimRecords } from "../records.ts";
import type { MemberRef } from "../resource.ts";
import { eachOf } from "../several-at-once.ts";

/** A user with what is kept beside the pool. */
export interface FoundUser {
  readonly user: User;
  readonly kept: KeptResource | undefined;
}

export interface UserReader {
  /** By the id of SCIM; a username is taken as well. Undefined: there is no such user, or a client has removed it. */
  find(id: string, signal: AbortSignal): Promise<FoundUser | undefined>;
  /** By the id of SCIM exactly, without what is kept. Those that are not there are missing. */
  byIds(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, User>>;
  /**
   * The accounts of these ids, read at most ten minutes ago: who gives up on a long list and sends it again does not begin at
   * its first id. An account may be gone by now; its change finds that out.
   */
  accountsOf(ids: readonly string[], signal: AbortSignal): Promise<readonly MemberRef[]>;
  /** After a change has found out that one of them is gone. */
  forgetAccounts(): void;
  bySubs(subs: readonly string[], signal: AbortSignal): Promise<readonly User[]>;
  /** Nobody where no filter of Cognito can contain the value. */
  search(
    attribute: SearchableAttribute,
    value: string,
    signal: AbortSignal,
    options?: SearchOptions,
  ): Promise<readonly User[]>;
  withKept(users: readonly User[]): Promise<readonly FoundUser[]>;
  /** After a change that this program has made. */
  remember(user: User): void;
  rememberDeleted(sub: string): void;
  /** Whether this program has made or changed the user a moment ago. */
  isRemembered(sub: string): boolean;
}

export interface SearchOptions {
  /** A search that has just found nobody is not made again. Only where Cognito refuses a name in use by itself. */
  readonly trustsMisses?: boolean;
}

interface UserReaderOptions {
  readonly directory: Pick<Directory, "findUsers">;
  readonly records: Pick<ScimRecords, "findMany">;
  readonly now: EpochClock;
  /** What the ids of users are: `sub`, or with the profile `starling` the username. */
  readonly idAttribute: "sub" | "username";
}

/** After this time every listing shows a change (mark 50). */
const SHOWN_WITHIN_MS = 30_000;

const REMEMBERED = 10_000;

/** Identity providers look for a person, and create the person at once. */
const MISSED_MS = 10_000;

/** The limiter decides how many requests are sent; more at once would only wait there. */
const READS_AT_ONCE = 8;

/** Long enough for some attempts of a client. */
const ACCOUNTS_KEPT_MS = 10 * 60_000;

const ACCOUNTS = 100_000;

/** Deleted by this program. */
const DELETED = "deleted";

export function createUserReader({ directory, records, now, idAttribute }: UserReaderOptions): UserReader {
  const recent = createRecentMap<User | typeof DELETED>(now, SHOWN_WITHIN_MS, REMEMBERED);
  const accounts = createRecentMap<MemberRef>(now, ACCOUNTS_KEPT_MS, ACCOUNTS);
  const misses = createRecentMap<true>(now, MISSED_MS, REMEMBERED);

  /** The user as this program has just left it, where the listing does not show that yet. */
  function newest(listed: User): User | undefined {
    const own = recent.get(listed.sub);
    if (own === undefined) return listed;
    if (own === DELETED) return undefined;
    return own.modifiedAt.getTime() > listed.modifiedAt.getTime() ? own : listed;
  }

  async function search(
    attribute: SearchableAttribute,
    value: string,
    signal: AbortSignal,
    { trustsMisses = false }: SearchOptions = {},
  ): Promise<readonly User[]> {
    const found = new Map<string, User>();
    const isMissed = trustsMisses && misses.get(`${attribute} ${value}`) !== undefined;
    for (const listed of isMissed ? [] : await list(attribute, value, signal)) {
      const user = newest(listed);
      if (user !== undefined) found.set(user.sub, user);
    }
    for (const [sub, own] of recent.entries()) {
      if (own !== DELETED && !found.has(sub)) found.set(sub, own);
    }
    return [...found.values()].filter((user) => has(user, attribute, value));
  }

  async function list(
    attribute: SearchableAttribute,
    value: string,
    signal: AbortSignal,
  ): Promise<readonly User[]> {
    try {
      const listed = await directory.findUsers(attribute, value, signal);
      if (listed.length === 0) misses.set(`${attribute} ${value}`, true);
      return listed;
    } catch (error) {
      if (error instanceof GovernanceError && error.reason === "not-searchable") return [];
      throw error;
    }
  }

  async function withKept(users: readonly User[]): Promise<readonly FoundUser[]> {
    if (users.length === 0) return [];
    const kept = await records.findMany(
      "User",
      users.map(({ sub }) => sub),
    );
    return users.map((user) => ({ user, kept: kept.get(user.sub) }));
  }

  async function byIds(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, User>> {
    const found = new Map<string, User>();
    await eachOf([...new Set(ids)], READS_AT_ONCE, async (id) => {
      // Every sub is a UUID: a search for another text would find nobody.
      if (idAttribute === "sub" && !isUuid(id)) return;
      const [user] = await search(idAttribute, id, signal);
      if (user !== undefined) found.set(id, user);
    });
    return found;
  }

  /** Each of them is remembered as soon as it is read, also when the rest is given up. */
  async function readAccounts(ids: readonly string[], signal: AbortSignal): Promise<void> {
    await eachOf(ids, READS_AT_ONCE, async (id) => {
      const user = (await byIds([id], signal)).get(id);
      if (user !== undefined) accounts.set(id, { sub: user.sub, username: user.username });
    });
  }

  return {
    async accountsOf(ids, signal) {
      await readAccounts(
        ids.filter((id) => accounts.get(id) === undefined),
        signal,
      );
      return ids.flatMap((id) => accounts.get(id) ?? []);
    },
    async find(id, signal) {
      const named = idAttribute === "sub" ? "username" : "sub";
      const user = (await byIds([id], signal)).get(id) ?? (await search(named, id, signal))[0];
      if (user === undefined) return undefined;
      const [found] = await withKept([user]);
      return found?.kept?.hidden === true ? undefined : found;
    },
    byIds,
    async bySubs(subs, signal) {
      const found: User[] = [];
      await eachOf([...new Set(subs)], READS_AT_ONCE, async (sub) => {
        found.push(...(await search("sub", sub, signal)));
      });
      return found;
    },
    search,
    withKept,
    forgetAccounts: () => accounts.clear(),
    remember(user) {
      const { sub, username } = user;
      recent.set(sub, user);
      // Where ids are usernames, another user may have had this one.
      accounts.set(idAttribute === "sub" ? sub : username, { sub, username });
    },
    rememberDeleted(sub) {
      recent.set(sub, DELETED);
      if (idAttribute === "sub") accounts.delete(sub);
      else for (const [id, one] of accounts.entries()) if (one.sub === sub) accounts.delete(id);
    },
    isRemembered(sub) {
      const own = recent.get(sub);
      return own !== undefined && own !== DELETED;
    },
  };
}

function has(user: User, attribute: SearchableAttribute, value: string): boolean {
  const found = attribute === "username" ? user.username : user.attributes.get(attribute);
  if (attribute === "sub") return user.sub === value;
  return attribute === "email" ? found?.toLowerCase() === value.toLowerCase() : found === value;
}
