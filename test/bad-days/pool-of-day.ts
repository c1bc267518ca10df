import { person } from "../cognito/definitions.ts";
import { createPool, type Pool } from "../cognito/pool.ts";
import type { History } from "./history.ts";
import { type DayPlan, drawing, type PoolChange, type PoolPlan } from "./schedule.ts";

export const DAY_POOL = "eu-west-1_BadDay001";
/** Some are the beginning of others, and their order by UTF-16 and by bytes differs. */
const GROUPS = ["a", "a:member", "a:b", "ab", "é", "\uffee", "🗼", "admins", "z"];

export function poolOfDay(
  { seed, users, groups, memberChance }: PoolPlan,
  { estimatedUsers, oddSubs = 0 }: Partial<Pick<DayPlan, "estimatedUsers" | "oddSubs">> = {},
): Pool {
  const { random } = drawing(seed ^ 0x5bd1e995);
  const odd = drawing(seed ^ 0x1f83d9ab);
  const names = GROUPS.slice(0, groups);
  return createPool({
    id: DAY_POOL,
    // The order by `sub` knows hexadecimal digits alone.
    order: seed % 2 === 0 && oddSubs === 0 ? "sub" : "insertion",
    ...(estimatedUsers === undefined ? {} : { estimatedUsers }),
    groups: names,
    users: Array.from({ length: users }, (_, index) => {
      const groupsOfUser = names.filter(() => random() < memberChance);
      const usual = person(index, { username: `p${index}`, groups: groupsOfUser });
      return odd.random() < oddSubs ? { ...usual, sub: odd.pick(ODD_FORMS)(usual.sub ?? "") } : usual;
    }),
  });
}

/** Forms of a `sub` that AWS does not promise to avoid. */
const ODD_FORMS: readonly ((sub: string) => string)[] = [
  (sub) => `F${sub.slice(1).toUpperCase()}`,
  (sub) => `g${sub.slice(1)}`,
  (sub) => `Z${sub.slice(1)}`,
  (sub) => `_${sub}`,
  (sub) => `${sub.slice(0, 1)}-${sub.slice(2)}`,
];

/** From now on, a search by a prefix answers without some of the users. */
export function withLackingSearch(
  pool: Pool,
  { members, others }: { readonly members: number; readonly others: number },
): void {
  const users = pool.allUsers();
  const isMember = ({ username }: { readonly username: string }): boolean =>
    pool.groupsOf(username, -1, 1).items.length > 0;
  const lacked = new Set(
    [
      ...users.filter(isMember).slice(0, members),
      ...users.filter((user) => !isMember(user)).slice(0, others),
    ].map(({ username }) => username),
  );
  const list = pool.users.bind(pool);
  const search: typeof list = (after, want, filter) => {
    const slice = list(after, want, filter);
    if (filter?.operator !== "^=") return slice;
    return { ...slice, items: slice.items.filter(({ username }) => !lacked.has(username)) };
  };
  Object.assign(pool, { users: search });
}

/** This share of the users is deleted, as one change. */
export function leavePool(
  { pool, history }: { readonly pool: Pool; readonly history: History },
  share: number,
): void {
  const users = pool.allUsers();
  history.together(() => {
    for (const { username } of users.slice(0, Math.ceil(users.length * share))) pool.deleteUser(username);
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
