import { type Filter, matches } from "./filter.ts";
import { generatedGroups } from "./generated-groups.ts";
import { generatedUsers } from "./generated-users.ts";
import { type GroupRecord, userJson } from "./model.ts";
import type { PoolReader, Slice, UserView } from "./pool-reader.ts";
import { type PoolOptions, poolSettings } from "./pool-settings.ts";

export interface GeneratedPoolOptions extends PoolOptions {
  readonly users: number;
  readonly groups: number;
  readonly memberships: number;
  readonly seed?: number;
  /** One user in a hundred is changed, and each group has lost one member in a hundred. */
  readonly changed?: boolean;
}

// A filtered page looks at so many users and then hands out a token, as a partitioned store does.
const scanBudget = 20_000;

function* range(from: number, to: number): Generator<number> {
  for (let index = from; index < to; index += 1) yield index;
}

function page(
  after: number,
  want: number,
  total: number,
): { from: number; to: number; next: number | undefined } {
  const from = after + 1;
  const to = Math.min(from + want, total);
  return { from, to, next: to < total ? to - 1 : undefined };
}

/**
 * A pool of any size that holds no user: each is computed from its index, each membership from its place on a
 * ring. Read-only. Same options, same pool, in every process.
 */
export function createGeneratedPool(options: GeneratedPoolOptions): PoolReader {
  const settings = poolSettings({
    schema: [{ name: "custom:department" }, { name: "custom:employee_number", mutable: false, max: 20 }],
    ...options,
  });
  const seed = options.seed ?? 1;
  const { changed = false } = options;
  const people = generatedUsers(seed, options.users, {
    emailPool: settings.usernameAttributes.includes("email"),
    changed,
  });
  const crowd = generatedGroups(seed, options);

  const byEmail = [...settings.usernameAttributes, ...settings.aliasAttributes].includes("email");

  const view = (index: number): UserView => ({
    get username() {
      return people.at(index).username;
    },
    record: () => people.at(index),
    json: () => userJson(people.at(index)),
  });

  const views = (indexes: Iterable<number>): UserView[] => Array.from(indexes, view);

  function scan(after: number, want: number, filter: Filter): Slice<UserView> {
    const found: UserView[] = [];
    const stop = Math.min(after + 1 + scanBudget, options.users);
    // A page of one of many parts looks at thousands of users, which held up every other call of a bench.
    const ofSub = filter.attribute === "sub" ? filter.value.toLowerCase() : "";
    let index = after + 1;
    for (; index < stop && found.length < want; index += 1) {
      if (!people.subAt(index).startsWith(ofSub)) continue;
      if (matches(filter, people.at(index))) found.push(view(index));
    }
    return { items: found, next: index < options.users ? index - 1 : undefined };
  }

  function exact(filter: Filter): Slice<UserView> | undefined {
    if (filter.operator !== "=" || !["sub", "username", "email"].includes(filter.attribute)) return undefined;
    const index = people.indexOf(filter.attribute === "username" ? filter.value : filter.value.toLowerCase());
    if (index === undefined || !matches(filter, people.at(index))) return { items: [], next: undefined };
    return { items: [view(index)], next: undefined };
  }

  return {
    settings,
    userCount: () => options.users,
    groupCount: () => options.groups,
    membershipCount: () => crowd.memberships,
    users(after, want, filter) {
      if (filter !== undefined) return exact(filter) ?? scan(after, want, filter);
      const { from, to, next } = page(after, want, options.users);
      return { items: views(range(from, to)), next };
    },
    findUser(name) {
      if (name.includes("@") && !byEmail) return undefined;
      const index = people.indexOf(name);
      return index === undefined ? undefined : view(index);
    },
    groups(after, want) {
      const { from, to, next } = page(after, want, options.groups);
      return { items: crowd.groups.slice(from, to), next };
    },
    findGroup: (name) => crowd.find(name),
    members(groupName, after, want) {
      const { from, to, next } = page(after, want, crowd.sizeOf(groupName));
      return { items: views(crowd.members(groupName, from, to)), next };
    },
    groupsOf(username, after, want) {
      const index = people.indexOf(username);
      const all: readonly GroupRecord[] = index === undefined ? [] : crowd.groupsOf(index);
      const { from, to, next } = page(after, want, all.length);
      return { items: all.slice(from, to), next };
    },
  };
}
