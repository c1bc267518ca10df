// The truth of a day: what existed when, and who changed it. It follows the pool of the scripted server, and uses nothing of the
// code under test.

import type { Pool } from "../cognito/pool.ts";
import type { StoredUser } from "../cognito/stored-user.ts";

interface Interval {
  readonly fromMs: number;
  toMs: number;
}

/** One thing begins (+) or ends (-) to be. */
export interface Transition {
  readonly key: string;
  readonly sign: "+" | "-";
  readonly atMs: number;
  /** The connector by its requests, or the rest of the world. */
  readonly by: "connector" | "others";
}

export interface Truth {
  readonly transitions: readonly Transition[];
  /** What the work changes is not done by the connector. */
  byOthers<T>(work: () => T): T;
  isNow(key: string): boolean;
  /** Whether it was so at some moment between the two. */
  wasSometime(key: string, fromMs: number, toMs: number): boolean;
  wasNotSometime(key: string, fromMs: number, toMs: number): boolean;
  /** What is wrong with a reading between the two moments that says that these things are, and no others that it covers. */
  faultsOf(said: Claimed): readonly string[];
}

interface Claimed {
  readonly keys: ReadonlySet<string>;
  readonly covers: (key: string) => boolean;
  readonly fromMs: number;
  readonly toMs: number;
}

export const userKey = (sub: string): string => `user ${sub}`;
export const nameKey = (username: string): string => `name ${username}`;
export const groupKey = (group: string): string => `group ${group}`;
export const enabledKey = (sub: string): string => `enabled ${sub}`;
export const nicknameKey = (sub: string, value: string): string => `nickname ${sub} ${value}`;
/** A sub has no space in it, and the name of a group may. */
export const memberKey = (sub: string, group: string): string => `member ${sub} ${group}`;
const MEMBER = "member ";

export const coversUsers = (key: string): boolean => key.startsWith("user ");
export const coversGroups = (key: string): boolean => key.startsWith("group ");
export const coversMembersOf =
  (group: string) =>
  (key: string): boolean =>
    key.startsWith(MEMBER) && groupIn(key) === group;
export const coversPool = (key: string): boolean =>
  coversUsers(key) || coversGroups(key) || key.startsWith(MEMBER);

/** Follows the pool from now on. */
export function followPool(pool: Pool, now: () => number): Truth {
  const times = new Map<string, Interval[]>();
  const transitions: Transition[] = [];
  let by: Transition["by"] = "connector";
  const isNow = (key: string): boolean => times.get(key)?.at(-1)?.toMs === Number.POSITIVE_INFINITY;

  /** What begins with something else is nobody's change. */
  function beginWithIt(key: string): void {
    const known = times.get(key) ?? [];
    known.push({ fromMs: now(), toMs: Number.POSITIVE_INFINITY });
    times.set(key, known);
  }

  function begin(key: string): void {
    if (isNow(key)) return;
    beginWithIt(key);
    transitions.push({ key, sign: "+", atMs: now(), by });
  }

  function end(key: string): void {
    const last = times.get(key)?.at(-1);
    if (last === undefined || last.toMs !== Number.POSITIVE_INFINITY) return;
    last.toMs = now();
    transitions.push({ key, sign: "-", atMs: now(), by });
  }

  /** What ends with something else is nobody's change. */
  function endWithIt(matches: (key: string) => boolean): void {
    for (const [key, intervals] of times) {
      const last = intervals.at(-1);
      if (last?.toMs === Number.POSITIVE_INFINITY && matches(key)) last.toMs = now();
    }
  }

  function watchUser(user: StoredUser): void {
    const { sub } = user;
    beginWithIt(userKey(sub));
    begin(nameKey(user.username));
    let { enabled } = user;
    if (enabled) beginWithIt(enabledKey(sub));
    Object.defineProperty(user, "enabled", {
      get: () => enabled,
      set(value: boolean) {
        enabled = value;
        if (value) begin(enabledKey(sub));
        else end(enabledKey(sub));
      },
    });
  }

  const subOf = (username: string): string => pool.stored(username)?.sub ?? "";
  const original = { ...pool };
  for (const user of pool.allUsers()) watchUser(user);
  for (const { name } of pool.groups(-1, 1_000).items) {
    begin(groupKey(name));
    for (const { username } of pool.members(name, -1, 1_000).items) begin(memberKey(subOf(username), name));
  }
  transitions.length = 0;

  Object.assign(pool, {
    addUser(...args: Parameters<Pool["addUser"]>) {
      const user = original.addUser(...args);
      watchUser(user);
      return user;
    },
    deleteUser(username: string) {
      const sub = subOf(username);
      original.deleteUser(username);
      end(nameKey(username));
      endWithIt((key) => key.includes(` ${sub}`));
    },
    addGroup(...args: Parameters<Pool["addGroup"]>) {
      const group = original.addGroup(...args);
      begin(groupKey(group.name));
      return group;
    },
    deleteGroup(name: string) {
      original.deleteGroup(name);
      end(groupKey(name));
      endWithIt(coversMembersOf(name));
    },
    join(username: string, group: string) {
      original.join(username, group);
      begin(memberKey(subOf(username), group));
    },
    leave(username: string, group: string) {
      original.leave(username, group);
      end(memberKey(subOf(username), group));
    },
    setAttribute(user: StoredUser, name: string, value: string | undefined) {
      const before = user.attributes.get(name);
      original.setAttribute(user, name, value);
      if (name !== "nickname" || before === value) return;
      if (before !== undefined) endWithIt((key) => key === nicknameKey(user.sub, before));
      if (value !== undefined) begin(nicknameKey(user.sub, value));
    },
  });

  return {
    transitions,
    isNow,
    byOthers(work) {
      by = "others";
      try {
        return work();
      } finally {
        by = "connector";
      }
    },
    wasSometime: (key, fromMs, toMs) =>
      times.get(key)?.some((one) => one.fromMs <= toMs && one.toMs >= fromMs) ?? false,
    wasNotSometime: (key, fromMs, toMs) => !lasted(times.get(key), fromMs, toMs),
    faultsOf({ keys, covers, fromMs, toMs }) {
      const faults: string[] = [];
      for (const [key, intervals] of times) {
        if (covers(key) && lasted(intervals, fromMs, toMs) && !keys.has(key))
          faults.push(`lost: ${key}, there ${text(intervals, fromMs)}`);
      }
      for (const key of keys) {
        const was = times.get(key)?.some((one) => one.fromMs <= toMs && one.toMs >= fromMs) ?? false;
        if (!was) faults.push(`kept: ${key}, there ${text(times.get(key), fromMs)}`);
      }
      return faults;
    },
  };
}

function groupIn(key: string): string {
  return key.slice(MEMBER.length + 37);
}

/** Seen from the beginning of a reading. */
function text(intervals: readonly Interval[] | undefined, sinceMs: number): string {
  return (
    intervals?.map(({ fromMs, toMs }) => `from ${fromMs - sinceMs} to ${toMs - sinceMs} ms`).join(", ") ??
    "never"
  );
}

/** From the first moment to the last. What began or ended in the very millisecond may be seen either way. */
function lasted(intervals: readonly Interval[] | undefined, fromMs: number, toMs: number): boolean {
  return intervals?.some((one) => one.fromMs < fromMs && one.toMs > toMs) ?? false;
}
