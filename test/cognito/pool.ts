import { type GroupDefinition, identitiesText, type UserDefinition } from "./definitions.ts";
import { groupNotFound } from "./errors.ts";
import { matches } from "./filter.ts";
import { uuidAt } from "./hash.ts";
import { type GroupRecord, userJson } from "./model.ts";
import { createOrderedList, type OrderedList } from "./ordered-list.ts";
import type { PoolReader, Slice, UserView } from "./pool-reader.ts";
import { type PoolOptions, type PoolSettings, poolSettings } from "./pool-settings.ts";
import { StoredUser } from "./stored-user.ts";
import { createUserIndex } from "./user-index.ts";
import { createVisibility } from "./visibility.ts";

export interface PoolDefinition extends PoolOptions {
  readonly users?: readonly UserDefinition[];
  readonly groups?: readonly (GroupDefinition | string)[];
}

/** What the write operations, and tests between two calls, do to a stored pool. No rule of the API is kept here. */
export interface Pool extends PoolReader {
  readonly settings: PoolSettings;
  /** Clock of dates and of the consistency lags; the server sets it to its own. */
  useClock(now: () => number): void;
  addUser(definition: UserDefinition): StoredUser;
  /** Exact username only, whatever the consistency lag. */
  stored(username: string): StoredUser | undefined;
  /** Resolves like the API does; undefined while a new user may not be readable yet. */
  resolve(name: string): StoredUser | undefined;
  ownerOf(attribute: string, value: string): StoredUser | undefined;
  setAttribute(user: StoredUser, name: string, value: string | undefined): void;
  deleteUser(username: string): void;
  addGroup(group: GroupDefinition): GroupRecord;
  replaceGroup(group: GroupRecord): void;
  deleteGroup(name: string): void;
  join(username: string, groupName: string): void;
  leave(username: string, groupName: string): void;
  allUsers(): readonly StoredUser[];
}

interface StoredGroup {
  record: GroupRecord;
  readonly members: OrderedList<StoredUser>;
}

const when = (date: Date | string | undefined, otherwise: number): number =>
  date === undefined ? otherwise : new Date(date).getTime();

const view = (user: StoredUser): UserView => ({
  username: user.username,
  record: () => user,
  json: () => userJson(user),
});

/** A pool that is held in memory and may change between two calls. */
export function createPool(definition: PoolDefinition): Pool {
  const settings = poolSettings(definition);
  const users = createOrderedList<StoredUser>();
  const index = createUserIndex(settings);
  const groups = new Map<string, StoredGroup>();
  const groupList = createOrderedList<StoredGroup>();
  const groupsByUser = new Map<StoredUser, OrderedList<StoredGroup>>();
  const lagging = createVisibility(settings.consistency);
  let now: () => number = Date.now;
  let serial = 0;
  let memberships = 0;

  const next = (): number => {
    serial += 1;
    return serial;
  };

  // 48 bits of the sub, so that a user created during a listing is placed before or behind the reader.
  const placeOf = (user: StoredUser): number =>
    settings.order === "sub" ? Number.parseInt(user.sub.replaceAll("-", "").slice(0, 12), 16) : next();

  const groupOf = (name: string): StoredGroup => {
    const group = groups.get(name);
    if (group === undefined) throw groupNotFound();
    return group;
  };

  const userOf = (username: string): StoredUser => {
    const user = index.byUsername(username);
    if (user === undefined) throw new Error(`pool ${settings.id} has no user with the username given`);
    return user;
  };

  const viewed = (slice: Slice<StoredUser>): Slice<UserView> => ({ ...slice, items: slice.items.map(view) });

  const pool: Pool = {
    settings,
    useClock(clock) {
      now = clock;
    },
    userCount: () => users.size - lagging.deletedCount,
    groupCount: () => groups.size,
    membershipCount: () => memberships,

    users(after, want, filter) {
      const lists = lagging.lists(now());
      const kept = (user: StoredUser): boolean =>
        lists.shows(user) && (filter === undefined || matches(filter, user));
      return viewed(users.slice(after, want, kept));
    },
    findUser(name) {
      const user = pool.resolve(name);
      return user === undefined ? undefined : view(user);
    },
    resolve(name) {
      lagging.countRead();
      const user = index.resolve(name);
      return user !== undefined && lagging.readable(user, now()) ? user : undefined;
    },
    stored: (username) => index.byUsername(username),
    ownerOf: (attribute, value) => index.owner(attribute, value),
    allUsers: () => users.items().filter((user) => !lagging.isDeleted(user)),

    groups(after, want) {
      const slice = groupList.slice(after, want);
      return { ...slice, items: slice.items.map((group) => group.record) };
    },
    findGroup: (name) => groups.get(name)?.record,
    members: (groupName, after, want) => viewed(groupOf(groupName).members.slice(after, want)),
    groupsOf(username, after, want) {
      const user = index.byUsername(username);
      const slice = user === undefined ? undefined : groupsByUser.get(user)?.slice(after, want);
      return { items: slice?.items.map((group) => group.record) ?? [], next: slice?.next };
    },

    addUser(wanted) {
      const createdMs = when(wanted.createdAt, now());
      const sub = wanted.sub ?? uuidAt(90_001, next());
      const { email, phone_number: phone } = wanted.attributes ?? {};
      const generated =
        (settings.usernameAttributes.includes("email") && wanted.username === email) ||
        (settings.usernameAttributes.includes("phone_number") && wanted.username === phone);
      const user = new StoredUser({
        username: wanted.username === undefined || generated ? sub : wanted.username,
        sub,
        createdMs,
        modifiedMs: when(wanted.modifiedAt, createdMs),
        enabled: wanted.enabled ?? true,
        status: wanted.status ?? "CONFIRMED",
        mfaList: wanted.mfa ?? [],
        preferredMfa: wanted.preferredMfa,
        events: (wanted.events ?? [])
          .map(({ at, type = "SignIn", response = "Pass" }) => ({ atMs: when(at, 0), type, response }))
          .toSorted((a, b) => b.atMs - a.atMs),
      });
      for (const [name, value] of Object.entries(wanted.attributes ?? {})) {
        if (value !== null) user.attributes.set(name, value);
      }
      if (wanted.identities !== undefined) {
        user.attributes.set("identities", identitiesText(wanted.identities, createdMs));
      }
      if (index.byUsername(user.username) !== undefined) {
        throw new Error(`pool ${settings.id} was given the username ${user.username} twice`);
      }
      index.add(user);
      users.insert(placeOf(user), user);
      lagging.created(user, now());
      groupsByUser.set(user, createOrderedList());
      for (const group of wanted.groups ?? []) pool.join(user.username, group);
      if (user.status === "EXTERNAL_PROVIDER") joinProviderGroups(user, wanted);
      return user;
    },
    setAttribute(user, name, value) {
      index.remove(user);
      if (value === undefined) user.attributes.delete(name);
      else user.attributes.set(name, value);
      index.add(user);
    },
    deleteUser(username) {
      const user = userOf(username);
      for (const group of groupsByUser.get(user)?.items() ?? []) group.members.remove(user);
      memberships -= groupsByUser.get(user)?.size ?? 0;
      groupsByUser.delete(user);
      index.remove(user);
      lagging.deleted(user, now(), () => {
        users.remove(user);
      });
    },

    addGroup(wanted) {
      const createdMs = when(wanted.createdAt, now());
      const record: GroupRecord = {
        name: wanted.name,
        description: wanted.description,
        roleArn: wanted.roleArn,
        precedence: wanted.precedence,
        createdMs,
        modifiedMs: when(wanted.modifiedAt, createdMs),
      };
      if (groups.has(wanted.name))
        throw new Error(`pool ${settings.id} was given the group ${wanted.name} twice`);
      const group: StoredGroup = { record, members: createOrderedList() };
      groups.set(wanted.name, group);
      groupList.insert(next(), group);
      return record;
    },
    replaceGroup(record) {
      groupOf(record.name).record = record;
    },
    deleteGroup(name) {
      const group = groupOf(name);
      for (const user of group.members.items()) groupsByUser.get(user)?.remove(group);
      memberships -= group.members.size;
      groups.delete(name);
      groupList.remove(group);
    },
    join(username, groupName) {
      const user = userOf(username);
      const group = groupOf(groupName);
      const own = groupsByUser.get(user);
      if (own === undefined || own.items().includes(group)) return;
      own.insert(next(), group);
      group.members.insert(next(), user);
      memberships += 1;
    },
    leave(username, groupName) {
      const user = userOf(username);
      const group = groupOf(groupName);
      const own = groupsByUser.get(user);
      if (own === undefined || !own.items().includes(group)) return;
      own.remove(group);
      group.members.remove(user);
      memberships -= 1;
    },
  };

  // Cognito makes this group at the first sign-in over a provider and adds its users at each one.
  function joinProviderGroups(user: StoredUser, wanted: UserDefinition): void {
    for (const { providerName } of wanted.identities ?? []) {
      const name = `${settings.id}_${providerName}`;
      if (!groups.has(name)) {
        const description = `Autogenerated group for users who sign in using ${providerName}`;
        pool.addGroup({ name, description, createdAt: new Date(user.createdMs) });
      }
      pool.join(user.username, name);
    }
  }

  now = () => settings.createdMs;
  for (const group of definition.groups ?? [])
    pool.addGroup(typeof group === "string" ? { name: group } : group);
  for (const user of definition.users ?? []) pool.addUser(user);
  now = Date.now;
  // Only users that come later are subject to the lags; those of the definition are visible at once.
  lagging.watch();
  return pool;
}
