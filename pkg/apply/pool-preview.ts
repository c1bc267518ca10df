import type { Directory, SearchableAttribute } from "../core/directory.ts";
import type { DirectoryWriter } from "../core/directory-writer.ts";
import { GovernanceError } from "../core/errors.ts";
import type { Group } from "../core/group.ts";
import type { Pool } from "../core/pool.ts";
import type { User } from "../core/user.ts";
import { groupListOfUser } from "../provision/groups/listings.ts";

/**
 * The pool as it will be while a batch is planned row by row: what was read is read once, and the rows that are planned
 * already are in effect. So a grant to an account that an earlier row creates is checked as any other, and so is the limit
 * of groups for a user who gets several.
 */
export interface PoolPreview {
  readonly directory: Directory & DirectoryWriter;
  create(user: User): void;
  /** Whether the account of this `sub` was created here, so that the `sub` is not a true one. */
  isCreated(sub: string): boolean;
  remove(user: User): void;
  setEnabled(user: User, enabled: boolean): void;
  addMember(user: User, group: string): void;
  removeMember(user: User, group: string): void;
}

export function createPoolPreview(real: Directory & DirectoryWriter): PoolPreview {
  const pools = remembering((_key, signal) => real.describePool(signal));
  const groupsByName = remembering((name, signal) => real.getGroup(name, signal));
  const usersByName = remembering((name, signal) => real.getUser(name, signal));
  const groupsByUser = remembering((username, signal) => groupListOfUser(real, username, signal));
  const found = new Map<SearchableAttribute, Remembering<readonly User[]>>();
  const createdNames = new Set<string>();
  /** Created accounts by what they can be searched for, in lower case. */
  const createdWith = new Map<string, User[]>();
  const removed = new Set<string>();
  const enabled = new Map<string, boolean>();
  const joined = new Map<string, Set<string>>();
  const left = new Map<string, Set<string>>();

  const describePool = (signal: AbortSignal): Promise<Pool> => pools("", signal);

  function asItWillBe<U extends User>(user: U): U {
    const now = enabled.get(user.sub);
    return now === undefined ? user : { ...user, enabled: now };
  }

  async function sameName(a: string, b: string, signal: AbortSignal): Promise<boolean> {
    if (a === b) return true;
    const { caseSensitiveUsernames } = await describePool(signal);
    return !caseSensitiveUsernames && a.toLowerCase() === b.toLowerCase();
  }

  async function createdBy(
    attribute: SearchableAttribute,
    value: string,
    signal: AbortSignal,
  ): Promise<User[]> {
    const matching: User[] = [];
    for (const user of createdWith.get(keyOf(attribute, value)) ?? []) {
      const known = attribute === "username" ? user.username : user.attributes.get(attribute);
      if (known === undefined || removed.has(user.sub)) continue;
      const same =
        attribute === "username"
          ? await sameName(known, value, signal)
          : attribute === "email" || known === value;
      if (same) matching.push(asItWillBe(user));
    }
    return matching;
  }

  async function groupsOf(username: string, signal: AbortSignal): Promise<readonly Group[]> {
    const groups = new Map<string, Group>();
    if (!createdNames.has(username)) {
      const all = await groupsByUser(username, signal);
      for (const group of all) groups.set(group.name, group);
    }
    for (const name of joined.get(username) ?? []) groups.set(name, bareGroup(name));
    for (const name of left.get(username) ?? []) groups.delete(name);
    return [...groups.values()];
  }

  const directory: Directory & DirectoryWriter = {
    ...real,
    describePool,
    getGroup: (name, signal) => groupsByName(name, signal),
    async findUsers(attribute, value, signal) {
      const search =
        found.get(attribute) ?? remembering((text, inner) => real.findUsers(attribute, text, inner));
      found.set(attribute, search);
      const there = (await search(value, signal)).filter(({ sub }) => !removed.has(sub)).map(asItWillBe);
      return [...there, ...(await createdBy(attribute, value, signal))];
    },
    async getUser(username, signal) {
      const [own] = [
        ...(await createdBy("username", username, signal)),
        ...(await createdBy("sub", username, signal)),
        ...(await createdBy("email", username, signal)),
        ...(await createdBy("phone_number", username, signal)),
      ];
      if (own !== undefined) return { ...own, factors: [], preferredFactor: undefined };
      const user = await usersByName(username, signal);
      if (!removed.has(user.sub)) return asItWillBe(user);
      throw new GovernanceError("not-found", `user ${user.sub} is deleted by an earlier row`, {
        reason: "user-gone",
      });
    },
    async listGroupsOfUser(username, _page, signal) {
      return { items: await groupsOf(username, signal), next: undefined };
    },
  };

  return {
    directory,
    isCreated: (sub) => createdWith.has(keyOf("sub", sub)),
    create(user) {
      createdNames.add(user.username);
      const values = new Map([...user.attributes, ["username", user.username]]);
      for (const attribute of SEARCHED) {
        const value = values.get(attribute);
        if (value === undefined) continue;
        const key = keyOf(attribute, value);
        createdWith.set(key, [...(createdWith.get(key) ?? []), user]);
      }
    },
    remove: (user) => void removed.add(user.sub),
    setEnabled: (user, now) => void enabled.set(user.sub, now),
    addMember(user, group) {
      setOf(joined, user.username).add(group);
      setOf(left, user.username).delete(group);
    },
    removeMember(user, group) {
      setOf(left, user.username).add(group);
      setOf(joined, user.username).delete(group);
    },
  };
}

const SEARCHED: readonly SearchableAttribute[] = [
  "sub",
  "username",
  "email",
  "phone_number",
  "preferred_username",
];

function keyOf(attribute: SearchableAttribute, value: string): string {
  return `${attribute} ${value.toLowerCase()}`;
}

type Remembering<T> = (key: string, signal: AbortSignal) => Promise<T>;

/** Reads each key once. "Not found" is an answer too; any other failure is tried again when the key is asked for again. */
function remembering<T>(read: Remembering<T>): Remembering<T> {
  const known = new Map<string, Promise<T>>();
  return async (key, signal) => {
    const reading = known.get(key) ?? read(key, signal);
    known.set(key, reading);
    try {
      return await reading;
    } catch (error) {
      if (!isGone(error)) known.delete(key);
      throw error;
    }
  };
}

function isGone(error: unknown): boolean {
  return error instanceof GovernanceError && (error.reason === "user-gone" || error.reason === "group-gone");
}

function setOf(sets: Map<string, Set<string>>, key: string): Set<string> {
  const set = sets.get(key) ?? new Set<string>();
  sets.set(key, set);
  return set;
}

/** Only the name of a group counts where the groups of a user are read. */
function bareGroup(name: string): Group {
  const never = new Date(0);
  return {
    name,
    description: undefined,
    roleArn: undefined,
    precedence: undefined,
    createdAt: never,
    modifiedAt: never,
  };
}
