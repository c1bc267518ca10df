import { person } from "../cognito/definitions.ts";
import { createPool, type Pool } from "../cognito/pool.ts";
import type { History } from "./history.ts";
import { drawing, type PoolChange, type PoolPlan } from "./schedule.ts";

export const DAY_POOL = "eu-west-1_BadDay001";
/** Some are the beginning of others, and their order by UTF-16 and by bytes differs. */
const GROUPS = ["a", "a:member", "a:b", "ab", "é", "\uffee", "🗼", "admins", "z"];

export function poolOfDay({ seed, users, groups, memberChance }: PoolPlan, estimatedUsers?: number): Pool {
  const { random } = drawing(seed ^ 0x5bd1e995);
  const names = GROUPS.slice(0, groups);
  return createPool({
    id: DAY_POOL,
    order: seed % 2 === 0 ? "sub" : "insertion",
    ...(estimatedUsers === undefined ? {} : { estimatedUsers }),
    groups: names,
    users: Array.from({ length: users }, (_, index) =>
      person(index, { username: `p${index}`, groups: names.filter(() => random() < memberChance) }),
    ),
  });
}

/** Makes one change, as another program would. Returns whether it was possible. */
export function changePool(
  { pool, history, nowMs }: { readonly pool: Pool; readonly history: History; readonly nowMs: number },
  { kind, choice }: PoolChange,
  number: number,
): boolean {
  const users = pool.allUsers();
  const user = users[Math.floor(choice * users.length)];
  const groups = pool.groups(-1, 1_000).items;
  const group = groups[Math.floor(choice * 7919) % Math.max(1, groups.length)];
  switch (kind) {
    case "add-user":
      pool.addUser(
        person(100_000 + number, {
          username: `new${number}`,
          groups: group === undefined ? [] : [group.name],
        }),
      );
      return true;
    case "add-group": {
      const free = GROUPS.find((name) => pool.findGroup(name) === undefined);
      if (free === undefined) return false;
      pool.addGroup({ name: free });
      if (user !== undefined) pool.join(user.username, free);
      return true;
    }
    case "delete-user":
      if (user !== undefined) pool.deleteUser(user.username);
      return user !== undefined;
    case "remake-user":
      if (user === undefined) return false;
      pool.deleteUser(user.username);
      pool.addUser(
        person(100_000 + number, {
          username: user.username,
          groups: groups.filter((_, index) => (index + number) % 3 === 0).map(({ name }) => name),
        }),
      );
      return true;
    case "disable-user":
    case "change-user":
      if (user === undefined) return false;
      user.modifiedMs = nowMs;
      if (kind === "disable-user") user.enabled = !user.enabled;
      pool.setAttribute(user, "name", `Renamed ${number}`);
      return true;
    case "delete-group":
      if (group !== undefined) pool.deleteGroup(group.name);
      return group !== undefined;
    case "change-group":
      if (group === undefined) return false;
      pool.replaceGroup({
        ...group,
        description: `Changed ${number}`,
        precedence: number,
        modifiedMs: nowMs,
      });
      return true;
    case "remake-group": {
      if (group === undefined) return false;
      pool.deleteGroup(group.name);
      history.together(() => {
        pool.addGroup({ name: group.name });
        for (const one of users.filter((_, index) => (index + number) % 3 === 0))
          pool.join(one.username, group.name);
      });
      return true;
    }
    case "join":
    case "leave":
      if (group === undefined || user === undefined) return false;
      if (kind === "join") pool.join(user.username, group.name);
      else pool.leave(user.username, group.name);
      return true;
  }
}
