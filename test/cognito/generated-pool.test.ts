import { describe, expect, test } from "vitest";

import { createGeneratedPool, type GeneratedPoolOptions } from "./generated-pool.ts";
import { mix, unmix, uuidAt } from "./hash.ts";
import { atStart, type PoolReader, type Slice } from "./pool-reader.ts";

const options: GeneratedPoolOptions = {
  id: "us-east-1_Ab129faBb",
  users: 1_003,
  groups: 23,
  memberships: 2_345,
};

function all<T>(read: (after: number, want: number) => Slice<T>): T[] {
  const found: T[] = [];
  let after: number | undefined = atStart;
  while (after !== undefined) {
    const slice: Slice<T> = read(after, 60);
    found.push(...slice.items);
    after = slice.next;
  }
  return found;
}

const usernames = (pool: PoolReader): string[] =>
  all((after, want) => pool.users(after, want, undefined)).map((user) => user.username);

describe("a generated pool", () => {
  test("has the requested sizes, and each user once", () => {
    const pool = createGeneratedPool(options);
    expect(new Set(usernames(pool)).size).toBe(1_003);
    const groups = all((after, want) => pool.groups(after, want));
    expect(new Set(groups.map((group) => group.name)).size).toBe(23);
    const members = groups.map((group) => all((after, want) => pool.members(group.name, after, want)));
    expect(members.flat()).toHaveLength(2_345);
    for (const one of members) expect(new Set(one.map((user) => user.username)).size).toBe(one.length);
  });

  test("shows the same memberships by user and by group", () => {
    const pool = createGeneratedPool(options);
    const fromGroups = all((after, want) => pool.groups(after, want)).flatMap((group) =>
      all((after, want) => pool.members(group.name, after, want)).map(
        (user) => `${user.username} ${group.name}`,
      ),
    );
    const fromUsers = usernames(pool).flatMap((username) =>
      all((after, want) => pool.groupsOf(username, after, want)).map((group) => `${username} ${group.name}`),
    );
    expect(fromUsers.sort()).toEqual(fromGroups.sort());
  });

  test.for([
    ["everybody in every group", { users: 10, groups: 7, memberships: 70 }],
    ["no group", { users: 10, groups: 0, memberships: 0 }],
    ["one user", { users: 1, groups: 3, memberships: 2 }],
    ["nobody", { users: 0, groups: 2, memberships: 0 }],
  ] as const)("%s", ([, sizes]) => {
    const pool = createGeneratedPool({ ...options, ...sizes });
    const counts = all((after, want) => pool.groups(after, want)).map(
      (group) =>
        new Set(all((after, want) => pool.members(group.name, after, want)).map((one) => one.username)).size,
    );
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(sizes.memberships);
    expect(usernames(pool)).toHaveLength(sizes.users);
  });

  test("refuses more memberships than there is room for", () => {
    expect(() => createGeneratedPool({ ...options, users: 10, groups: 2, memberships: 21 })).toThrow(
      RangeError,
    );
  });

  test("depends on the seed only", () => {
    const first = usernames(createGeneratedPool(options));
    expect(usernames(createGeneratedPool(options))).toEqual(first);
    expect(usernames(createGeneratedPool({ ...options, seed: 2 }))).not.toEqual(first);
  });

  test("finds users by username, sub and filter without looking at all of them", () => {
    const pool = createGeneratedPool({ ...options, users: 1_000_000, memberships: 2_000_000 });
    for (const index of [0, 1, 16, 345_678, 999_999]) {
      const user = pool.users(index - 1, 1, undefined).items[0]?.record();
      expect(pool.findUser(user?.username ?? "")?.record()).toEqual(user);
      expect(pool.findUser(user?.sub ?? "")?.record()).toEqual(user);
      const hit = pool.users(atStart, 60, { attribute: "sub", operator: "=", value: user?.sub ?? "" });
      expect([hit.items[0]?.username, hit.next]).toEqual([user?.username, undefined]);
    }
    expect(pool.findUser(uuidAt(2, 5))).toBeUndefined();
    expect(pool.findUser("zoe.smith.0")).toBeUndefined();
  });

  test("sixteen sub prefixes cover each user once, over short and empty pages", () => {
    const pool = createGeneratedPool(options);
    const found = Array.from("0123456789abcdef", (value) =>
      all((after, want) => pool.users(after, want, { attribute: "sub", operator: "^=", value })),
    ).flat();
    expect(found.map((user) => user.username).sort()).toEqual(usernames(pool).sort());
  });

  test("in an e-mail pool the username of a local user is the sub", () => {
    const pool = createGeneratedPool({ ...options, usernameAttributes: ["email"] });
    const users = all((after, want) => pool.users(after, want, undefined)).map((user) => user.record());
    const local = users.filter((user) => user.status !== "EXTERNAL_PROVIDER");
    expect(local.every((user) => user.username === user.sub)).toBe(true);
    expect(users.length - local.length).toBeGreaterThan(20);
    expect(pool.findUser(local[9]?.attributes.get("email") ?? "")?.username).toBe(local[9]?.sub);
  });
});

test("the mixer can be undone", () => {
  for (const value of [0, 1, 2, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]) expect(unmix(mix(value))).toBe(value);
});
