import type { UserIdKind } from "../../pkg/connector/connector.ts";
import { createConnector } from "../../pkg/connector/create-connector.ts";
import type { EpochClock } from "../../pkg/core/clock.ts";
import type { Group } from "../../pkg/core/group.ts";
import { type SyncScope, WHOLE_POOL } from "../../pkg/core/sync-scope.ts";
import type { Identity, User } from "../../pkg/core/user.ts";
import type { FindUserFacts, UserFacts } from "../../pkg/core/user-facts.ts";
import type { PublishedRun, SyncTarget } from "../../pkg/sync/target.ts";
import { fakeDirectory, POOL, someGroup, someUser } from "./fake-directory.ts";
import { syncInto } from "./memory-target.ts";

/** A pool as plain data: memberships are `group` and `sub`. */
export interface PlainPool {
  readonly users: ReadonlyMap<string, User>;
  readonly groups: ReadonlyMap<string, Group>;
  readonly members: ReadonlyMap<string, ReadonlySet<string>>;
}

type Random = () => number;

/** mulberry32: the same numbers for the same seed. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pick = <T>(random: Random, items: readonly T[]): T => {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
};

const VALUES = [
  "",
  "x",
  "true",
  "false",
  "TRUE",
  "7",
  "é",
  "\u202e<b>",
  "a,b",
  '"',
  "🗼",
  "\uffff",
  "line\nbreak",
];
const ATTRIBUTES = [
  "email",
  "email_verified",
  "phone_number",
  "phone_number_verified",
  "name",
  "given_name",
  "family_name",
  "preferred_username",
  "locale",
  "updated_at",
  "custom:cost",
  "custom:🗼",
];
const STATES = ["CONFIRMED", "UNCONFIRMED", "FORCE_CHANGE_PASSWORD", "EXTERNAL_PROVIDER"];
/** Their order by UTF-16 and by bytes differs, and some are the start of others. */
const GROUP_NAMES = ["a", "a:member", "a b", "ab", "Ab", "é", "\uffee", "🗼", "admins", "z"];

const dateOf = (random: Random): Date => new Date(Date.UTC(2026, 0, 1) + Math.floor(random() * 1e10));

function identity(random: Random): Identity {
  return {
    providerName: pick(random, ["Google", "Corp"]),
    providerType: pick(random, ["Google", "SAML"]),
    userId: String(Math.floor(random() * 1000)),
    issuer: random() < 0.5 ? undefined : "urn:corp",
    primary: random() < 0.5,
    createdAt: dateOf(random),
  };
}

function sentText(identities: readonly Identity[]): string {
  return JSON.stringify(
    identities.map((one) => ({
      userId: one.userId,
      providerName: one.providerName,
      providerType: one.providerType,
      issuer: one.issuer ?? null,
      primary: one.primary,
      dateCreated: one.createdAt?.getTime(),
    })),
  );
}

/** Text that yields no identities is kept as well. */
function withOtherIdentities(random: Random, user: User): User {
  const identities = random() < 0.5 ? [identity(random)] : [];
  const text = identities.length > 0 ? sentText(identities) : pick(random, [null, "[]", "not JSON", ""]);
  const attributes = new Map(user.attributes);
  if (text === null) attributes.delete("identities");
  else attributes.set("identities", text);
  return { ...user, attributes, identities };
}

function randomUser(random: Random, number: number): User {
  const hex = Math.floor(random() * 0xffff_ffff)
    .toString(16)
    .padStart(8, "0");
  const sub = `${hex}-0000-4000-8000-${String(number).padStart(12, "0")}`;
  const attributes: Record<string, string> = {};
  for (const name of ATTRIBUTES) if (random() < 0.4) attributes[name] = pick(random, VALUES);
  const user = someUser({
    sub,
    username: `${pick(random, ["ada", "Bob", "é", "🗼"])}${number}-${hex}`,
    enabled: random() < 0.8,
    status: pick(random, STATES),
    createdAt: dateOf(random),
    modifiedAt: dateOf(random),
    attributes,
  });
  return random() < 0.3 ? withOtherIdentities(random, user) : user;
}

function randomGroup(random: Random, name: string): Group {
  return someGroup(name, {
    ...(random() < 0.5 ? { description: pick(random, VALUES) } : {}),
    ...(random() < 0.5 ? { precedence: Math.floor(random() * 3) } : {}),
    ...(random() < 0.5 ? { roleArn: `arn:aws:iam::123456789012:role/${pick(random, ["a", "b"])}` } : {}),
    createdAt: dateOf(random),
    modifiedAt: dateOf(random),
  });
}

export function randomPool(random: Random, userCount: number): PlainPool {
  const users = new Map(
    Array.from({ length: userCount }, (_, number) => randomUser(random, number)).map((user) => [
      user.sub,
      user,
    ]),
  );
  const groups = new Map(
    GROUP_NAMES.filter(() => random() < 0.7).map((name) => [name, randomGroup(random, name)]),
  );
  const members = new Map(
    [...groups.keys()].map((name) => [name, new Set([...users.keys()].filter(() => random() < 0.3))]),
  );
  return { users, groups, members };
}

/** The pool some time later. */
export function changedPool(random: Random, pool: PlainPool): PlainPool {
  const users = new Map(pool.users);
  const groups = new Map(pool.groups);
  const members = new Map([...pool.members].map(([name, subs]) => [name, new Set(subs)]));
  for (const [sub, user] of pool.users) {
    const chance = random();
    if (chance < 0.1) {
      users.delete(sub);
      for (const subs of members.values()) subs.delete(sub);
    } else if (chance < 0.6) users.set(sub, changedUser(random, user));
  }
  for (let number = 1000; number < 1003; number += 1) {
    const user = randomUser(random, number);
    users.set(user.sub, user);
  }
  for (const name of GROUP_NAMES) {
    const chance = random();
    const group = groups.get(name);
    if (group === undefined || chance < 0.15) {
      if (random() < 0.5) {
        groups.delete(name);
        members.delete(name);
      } else {
        groups.set(name, randomGroup(random, name));
        members.set(name, new Set([...users.keys()].filter(() => random() < 0.3)));
      }
    } else if (chance < 0.5) {
      groups.set(name, { ...randomGroup(random, name), createdAt: group.createdAt });
    }
  }
  for (const subs of members.values()) {
    for (const sub of users.keys()) {
      if (random() < 0.05) subs.add(sub);
      if (random() < 0.05) subs.delete(sub);
    }
  }
  return { users, groups, members };
}

function changedUser(random: Random, user: User): User {
  const attributes = new Map(user.attributes);
  for (const name of ATTRIBUTES) {
    if (random() < 0.1) attributes.set(name, pick(random, VALUES));
    if (random() < 0.05) attributes.delete(name);
  }
  const changed: User = {
    ...user,
    attributes,
    enabled: random() < 0.8 ? user.enabled : !user.enabled,
    status: random() < 0.8 ? user.status : pick(random, STATES),
    // Cognito moves it with every change; alone, it shows one that no listing has.
    modifiedAt: new Date(user.modifiedAt.getTime() + 1 + Math.floor(random() * 1000)),
  };
  return random() < 0.8 ? changed : withOtherIdentities(random, changed);
}

export interface PoolSync {
  readonly userIdKind?: UserIdKind | undefined;
  readonly scope?: SyncScope | undefined;
  readonly poolId?: string | undefined;
  /** Known of every user. */
  readonly facts?: UserFacts | undefined;
}

/** Syncs the pool into the targets with the engine, publishes them and closes them. */
export async function syncPool<P extends PublishedRun>(
  pool: PlainPool,
  targets: readonly SyncTarget<P>[],
  now: EpochClock,
  { userIdKind = "sub", scope = WHOLE_POOL, poolId = POOL, facts }: PoolSync = {},
): Promise<readonly P[]> {
  const members = new Map(
    [...pool.members].map(([name, subs]) => [name, [...subs].flatMap((sub) => pool.users.get(sub) ?? [])]),
  );
  const content = { users: [...pool.users.values()], groups: [...pool.groups.values()], members };
  const { directory } = fakeDirectory(content);
  const findFacts: FindUserFacts = async (subs) =>
    new Map(facts === undefined ? [] : subs.map((sub) => [sub, facts]));
  const connector = createConnector({ directory, poolId, userIdKind, now, findFacts });
  const published: P[] = [];
  try {
    await syncInto(targets, { connector, listingsAtOnce: 2, scope, startedAt: new Date(now()) });
    for (const target of targets)
      published.push(await target.publish({ acceptShrink: true }, new AbortController().signal));
    return published;
  } finally {
    for (const target of targets) await target.close();
  }
}
