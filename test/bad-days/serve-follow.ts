// Follows the pool of the scripted server: what existed when, and which call changed it. It uses nothing of the code under test.

import type { Pool } from "../cognito/pool.ts";
import type { CallRecord } from "../cognito/record.ts";
import type { StoredUser } from "../cognito/stored-user.ts";
import {
  attributeKey,
  enabledKey,
  groupKey,
  isCovered,
  memberKey,
  nameKey,
  statusKey,
  userKey,
} from "./serve-keys.ts";
import type { Interval, PoolHistory, Transition } from "./serve-truth.ts";

/** Follows the pool from now on. What no call of the connector changes was changed by others. */
export function followPool(
  pool: Pool,
  now: () => number,
  carriedOut: () => Pick<CallRecord, "number"> | undefined,
): PoolHistory {
  const times = new Map<string, Interval[]>();
  const transitions: Transition[] = [];
  const isNow = (key: string): boolean => {
    const last = times.get(key)?.at(-1);
    return last !== undefined && last.toMs === undefined;
  };
  const note = (key: string, sign: Transition["sign"]): void =>
    void transitions.push({ key, sign, atMs: now(), call: carriedOut()?.number });

  /** What begins with something else is nobody's change. */
  function beginWithIt(key: string): void {
    const known = times.get(key) ?? [];
    known.push({ fromMs: now(), toMs: undefined });
    times.set(key, known);
  }

  function begin(key: string): void {
    if (isNow(key)) return;
    beginWithIt(key);
    note(key, "+");
  }

  function end(key: string): void {
    const last = times.get(key)?.at(-1);
    if (last === undefined || last.toMs !== undefined) return;
    last.toMs = now();
    note(key, "-");
  }

  /** What ends with something else is nobody's change. */
  function endWithIt(matches: (key: string) => boolean): void {
    for (const [key, intervals] of times) {
      const last = intervals.at(-1);
      if (last !== undefined && last.toMs === undefined && matches(key)) last.toMs = now();
    }
  }

  function watchUser(user: StoredUser): void {
    const { sub } = user;
    beginWithIt(userKey(sub));
    begin(nameKey(user.username));
    for (const [name, value] of user.attributes) beginWithIt(attributeKey(sub, name, value));
    let { enabled, status } = user;
    beginWithIt(statusKey(sub, status));
    if (enabled) beginWithIt(enabledKey(sub));
    Object.defineProperty(user, "enabled", {
      get: () => enabled,
      set(value: boolean) {
        enabled = value;
        if (value) begin(enabledKey(sub));
        else end(enabledKey(sub));
      },
    });
    Object.defineProperty(user, "status", {
      get: () => status,
      set(value: string) {
        if (value === status) return;
        end(statusKey(sub, status));
        status = value;
        begin(statusKey(sub, value));
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
      endWithIt((key) => isCovered({ membersOf: name }, key));
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
      if (before === value) return;
      if (before !== undefined) endWithIt((key) => key === attributeKey(user.sub, name, before));
      if (value !== undefined) begin(attributeKey(user.sub, name, value));
    },
  });

  return { times, transitions };
}
