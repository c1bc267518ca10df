// The truth of a day: which persons, groups and memberships there were, when, and with which values. It follows the pool,
// and every change of it, and uses nothing of the code under test.

import type { Pool } from "../cognito/pool.ts";
import type { StoredUser } from "../cognito/stored-user.ts";

/** What a pool is, or what somebody says that it is: a value for each person, group and membership. */
export type PoolState = ReadonlyMap<string, string>;

export interface Reading {
  readonly fromMs: number;
  readonly toMs: number;
  /** By group nobody says of which group a member is, if the group was made again since it was listed. */
  readonly isByUser: boolean;
  /**
   * Keys of groups that were made again while no process read, with the moment from which one had to read them again: members of
   * the older group are none of the newer one (SYNC-10).
   */
  readonly madeAgain?: ReadonlyMap<string, number> | undefined;
}

export interface History {
  /** What is wrong with `said` about a pool that was read in this time; nothing, if each of it was so at some moment. */
  differences(said: PoolState, reading: Reading): readonly string[];
  /** The pool has changed now. Changes by its own methods are noted without it. */
  note(): void;
  /** Several changes that are made at one moment, and noted as one. */
  together<T>(work: () => T): T;
  /** What is so now. */
  state(): PoolState;
}

/** AWS sends dates in seconds with three decimals. */
const wholeMs = (ms: number): number => Math.round(ms);

export const userKey = (sub: string): string => `user ${sub}`;
export const groupKey = (name: string): string => `group ${JSON.stringify(name)}`;
export const memberKey = (group: string, sub: string): string => `member ${sub} of ${JSON.stringify(group)}`;
/** A membership is of one group of that name: of another one that was made later it is another. */
export const memberText = (groupCreatedMs: number): string => `of the group of ${wholeMs(groupCreatedMs)}`;

/** Everything that a listing says of a user. */
export interface UserValue {
  readonly username: string;
  readonly enabled: boolean;
  readonly status: string;
  readonly createdMs: number;
  readonly modifiedMs: number;
  /** Without `sub`. */
  readonly attributes: Readonly<Record<string, string>>;
}

export interface GroupValue {
  readonly description: string | undefined;
  readonly precedence: number | undefined;
  readonly roleArn: string | undefined;
  readonly createdMs: number;
  readonly modifiedMs: number;
}

export function userText({ attributes, ...user }: UserValue): string {
  const sorted = Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([
    user.username,
    user.enabled,
    user.status,
    wholeMs(user.createdMs),
    wholeMs(user.modifiedMs),
    sorted,
  ]);
}

export function groupText({ description, precedence, roleArn, createdMs, modifiedMs }: GroupValue): string {
  return JSON.stringify([
    description ?? null,
    precedence ?? null,
    roleArn ?? null,
    wholeMs(createdMs),
    wholeMs(modifiedMs),
  ]);
}

const textOfUser = ({ attributes, ...user }: StoredUser): string => {
  const others = [...attributes].filter(([name]) => name !== "sub");
  return userText({ ...user, attributes: Object.fromEntries(others) });
};

/** The state of a pool as it is now. */
export function stateOfPool(pool: Pool): PoolState {
  const state = new Map<string, string>();
  for (const user of pool.allUsers()) state.set(userKey(user.sub), textOfUser(user));
  for (const group of pool.groups(-1, MANY).items) {
    state.set(groupKey(group.name), groupText(group));
    for (const member of pool.members(group.name, -1, MANY).items)
      state.set(memberKey(group.name, member.record().sub), memberText(group.createdMs));
  }
  return state;
}

const MANY = 1_000_000;

interface Interval {
  readonly value: string;
  readonly fromMs: number;
  /** It follows another value of the same thing, without a gap. A group that is made again is not the same thing. */
  readonly continues: boolean;
  /** Infinity: it is so now. */
  toMs: number;
}

/** The methods of a pool that change it. */
const CHANGING = [
  "addUser",
  "deleteUser",
  "setAttribute",
  "addGroup",
  "replaceGroup",
  "deleteGroup",
  "join",
  "leave",
] as const;

/** Follows the pool from now on. */
export function recordHistory(pool: Pool, elapsed: () => number): History {
  const intervals = new Map<string, Interval[]>();
  let now: PoolState = new Map();
  let depth = 0;

  function note(): void {
    const then = now;
    now = stateOfPool(pool);
    const atMs = elapsed();
    for (const [key, value] of then) {
      const last = intervals.get(key)?.at(-1);
      if (last !== undefined && now.get(key) !== value) last.toMs = atMs;
    }
    for (const [key, value] of now) {
      if (then.get(key) === value) continue;
      const known = intervals.get(key) ?? [];
      known.push({ value, fromMs: atMs, continues: then.has(key), toMs: Number.POSITIVE_INFINITY });
      intervals.set(key, known);
    }
  }

  // One change may be made by others; the moment between them is no state of the pool.
  function together<T>(work: () => T): T {
    depth += 1;
    try {
      return work();
    } finally {
      depth -= 1;
      if (depth === 0) note();
    }
  }

  for (const name of CHANGING) {
    const change: unknown = pool[name];
    if (typeof change !== "function") throw new Error(`the pool has no ${name}`);
    Object.assign(pool, {
      [name]: (...args: unknown[]): unknown => together((): unknown => Reflect.apply(change, pool, args)),
    });
  }
  note();

  return {
    note,
    together,
    state: () => now,
    differences: (said, reading) => [...differencesOf(intervals, said, reading)],
  };
}

function* differencesOf(
  intervals: ReadonlyMap<string, readonly Interval[]>,
  said: PoolState,
  { fromMs, toMs, isByUser, madeAgain }: Reading,
): Generator<string> {
  const groupOf = (member: string): string => `group ${member.slice(member.indexOf('"'))}`;

  /** The earliest moment at which it may have been read. */
  function sinceMs(key: string): number {
    if (!key.startsWith("member ") || isByUser) return fromMs;
    const group = groupOf(key);
    const againMs = madeAgain?.get(group);
    // A group that is deleted later is read once more, or not at all.
    if (againMs === undefined || !wasThroughout(intervals.get(group) ?? [], againMs, toMs)) return fromMs;
    return Math.max(fromMs, againMs);
  }

  /** Of one that was made again twice a run may have the members of the one in between, as by group (SYNC-10). */
  function isMadeAgainOnce(member: string): boolean {
    const group = intervals.get(groupOf(member)) ?? [];
    const meanwhile = group.filter((one) => one.fromMs <= toMs && one.toMs >= fromMs);
    return meanwhile.filter((one, at) => at === 0 || !one.continues).length <= 2;
  }

  for (const [key, known] of intervals) {
    if (!said.has(key) && wasThroughout(known, sinceMs(key), toMs)) yield `lost: ${key}`;
  }
  for (const [key, value] of said) {
    const meanwhile = (intervals.get(key) ?? []).filter(
      (one) => one.fromMs <= toMs && one.toMs >= sinceMs(key),
    );
    if (meanwhile.length === 0) yield `kept: ${key}, which was not there`;
    else if (key.startsWith("member ") && !(isByUser && isMadeAgainOnce(key))) continue;
    else if (!meanwhile.some((one) => one.value === value)) {
      yield `never so: ${key} is said to be ${value}, and was ${meanwhile.map((one) => one.value).join(", then ")}`;
    }
  }
}

/** Whether it was there all the time, with whatever values. */
function wasThroughout(known: readonly Interval[], fromMs: number, toMs: number): boolean {
  let sinceMs = Number.POSITIVE_INFINITY;
  for (const one of known) {
    if (!one.continues) sinceMs = one.fromMs;
    if (sinceMs <= fromMs && one.toMs > toMs) return true;
  }
  return false;
}
