import { person } from "../cognito/definitions.ts";
import { createPool, type Pool } from "../cognito/pool.ts";
import { randomOf } from "../support/changing-pool.ts";
import type { OtherKind, ServeDay } from "./serve-plan.ts";

export const SERVE_POOL = "eu-west-1_BadDay002";
/** Some are the beginning of others, and their order by UTF-16 and by bytes differs. */
const GROUPS = ["a", "a:member", "a:member:user", "ab", "é", "\uffee", "🗼", "z"];

export function poolOfServeDay({ seed, users, groups, memberChance, order }: ServeDay): Pool {
  const random = randomOf(seed ^ 0x5bd1e995);
  const names = GROUPS.slice(0, groups);
  return createPool({
    id: SERVE_POOL,
    order,
    groups: names,
    users: Array.from({ length: users }, (_, index) =>
      person(index, {
        username: `p${index}`,
        enabled: random() < 0.8,
        groups: names.filter(() => random() < memberChance),
      }),
    ),
  });
}

/** Makes one change, as another program would. False: there was nothing to be changed. */
export function changeByOthers(pool: Pool, kind: OtherKind, choice: number, number: number): boolean {
  const users = pool.allUsers();
  const user = users[Math.floor(choice * users.length)];
  const groups = pool.groups(-1, 1_000).items;
  const group = groups[Math.floor(choice * 7919) % Math.max(1, groups.length)];
  switch (kind) {
    case "others-add-user":
      pool.addUser(
        person(1_000 + number, {
          username: `other${number}`,
          groups: group === undefined ? [] : [group.name],
        }),
      );
      return true;
    case "others-delete-user":
      if (user !== undefined) pool.deleteUser(user.username);
      return user !== undefined;
    case "others-add-group":
      pool.addGroup({ name: `other${number}` });
      if (user !== undefined) pool.join(user.username, `other${number}`);
      return true;
    case "others-delete-group":
      if (group !== undefined) pool.deleteGroup(group.name);
      return group !== undefined;
    case "others-remake-group":
      if (group === undefined) return false;
      pool.deleteGroup(group.name);
      pool.addGroup({ name: group.name });
      for (const [index, { username }] of users.entries()) {
        if ((index + number) % 3 === 0) pool.join(username, group.name);
      }
      return true;
    case "others-join":
    case "others-leave":
      if (user === undefined || group === undefined) return false;
      if (kind === "others-join") pool.join(user.username, group.name);
      else pool.leave(user.username, group.name);
      return true;
  }
}
