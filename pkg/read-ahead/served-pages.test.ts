import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ask, membersPage, slowPool, usersPage } from "../../test/support/slow-pool.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

describe("what is served", () => {
  test("was asked of AWS at most 30 seconds before", async () => {
    const pool = slowPool(3);
    await pool.earn();
    await usersPage(pool, "ada");
    pool.advance(30_000);
    await usersPage(pool, "ada", "1");
    expect(pool.names()).toEqual(["users 0", "users 1", "users 2", "users 1", "users 2"]);
  });

  test("is older for members only, while the caller goes through the groups without a pause", async () => {
    const pool = slowPool(2);
    await pool.earn();
    pool.as("ada", () => {
      for (const name of ["a", "b", "c", "d"]) pool.ahead.visited(name);
    });
    await membersPage(pool, "a");
    for (let second = 0; second < 200; second += 5) {
      await usersPage(pool, "ada", "1");
      pool.advance(5_000);
      await membersPage(pool, "a", second === 0 ? "1" : undefined);
    }
    await membersPage(pool, "b");
    expect(pool.names().filter((name) => name === "members of b 0")).toHaveLength(1);
    pool.advance(5_001);
    await membersPage(pool, "c");
    expect(pool.names().filter((name) => name === "members of c 0")).toHaveLength(2);
  });

  test("is no page of members after 30 seconds, where the caller asks for users alone", async () => {
    const pool = slowPool(2);
    await pool.earn();
    await membersPage(pool, "team");
    for (let second = 0; second < 40; second += 10) {
      pool.advance(10_000);
      await vi.advanceTimersByTimeAsync(10_000);
      await usersPage(pool, "ada", "1");
    }
    expect(pool.ahead.held()).toBe(0);
    expect(pool.ahead.listings()).toBe(0);
  });

  test("is at most 15 minutes old in such a pass", async () => {
    const pool = slowPool((scope) => (scope === "members of a" ? 1000 : 1));
    await pool.earn();
    pool.as("ada", () => {
      for (const name of ["a", "b"]) pool.ahead.visited(name);
    });
    const readB = (): number => pool.names().filter((name) => name === "members of b 0").length;
    let marker = await membersPage(pool, "a");
    for (let second = 0; second < 15 * 60; second += 5) {
      expect(readB()).toBeLessThanOrEqual(1);
      pool.advance(4_999);
      marker = await membersPage(pool, "a", marker);
    }
    expect(readB()).toBe(1);
    pool.advance(4_999);
    await membersPage(pool, "a", marker);
    pool.advance(4_999);
    await membersPage(pool, "b");
    expect(readB()).toBe(2);
  });

  test.for([
    ["a group that comes again after another one", "a"],
    ["the group that the caller is in, from its first page on", "b"],
  ] as const)("is at most 30 seconds old behind %s", async ([, again]) => {
    const pool = slowPool(3);
    await pool.earn();
    pool.as("ada", () => {
      for (const name of ["a", "b", "c"]) pool.ahead.visited(name);
    });
    await membersPage(pool, "a");
    await membersPage(pool, "b");
    for (let second = 0; second < 25; second += 5) {
      pool.advance(5_000);
      await membersPage(pool, "b");
    }
    const before = pool.calls.length;
    pool.advance(5_000);
    await membersPage(pool, again);
    await membersPage(pool, "b", "1");
    expect(pool.names().slice(before)).toContain("members of b 1");
  });

  test("is not from before the listing began", async () => {
    const pool = slowPool(2);
    await pool.earn();
    await usersPage(pool, "ada");
    pool.as("ada", () => pool.ahead.begin("users"));
    await usersPage(pool, "ada");
    await usersPage(pool, "ada", "1");
    expect(pool.names()).toEqual(["users 0", "users 1", "users 0", "users 1"]);
    expect(pool.outcomes).toEqual(["dropped", "used"]);
  });

  test("is not from before a change that was made here, on its way or not", async () => {
    const pool = slowPool(3);
    await pool.earn();
    await usersPage(pool, "ada");
    pool.ahead.outdated({ kind: "users" });
    const again = ask(pool, "1");
    await pool.settled();
    expect(pool.call("users 1")).toMatchObject({ isAhead: false });
    pool.call("users 1").answer();
    await again;
    await pool.settled();
    pool.call("users 2").turn();
    const last = ask(pool, "2");
    pool.ahead.outdated({ kind: "users" });
    await pool.settled();
    expect(pool.call("users 2")).toMatchObject({ isAhead: false });
    await pool.answerAll();
    expect(await last).toMatchObject({ items: [{ username: "user2" }] });
  });

  test.for([
    ["members of another group stay", { kind: "members", groupName: "other" }, true],
    ["members of the group go", { kind: "members", groupName: "team" }, false],
    ["a name that only begins the same is another group", { kind: "members", groupName: "tea" }, true],
    ["members of all groups go", { kind: "all-members" }, false],
    ["users are no members", { kind: "users" }, true],
    ["groups are no members", { kind: "groups" }, true],
  ] as const)("%s", async ([, what, stays]) => {
    const pool = slowPool(2);
    await pool.earn();
    await membersPage(pool, "team");
    pool.ahead.outdated(what);
    const has = pool.as("ada", () => pool.ahead.hasMembers("team", { marker: "1", limit: 60 }));
    expect(has).toBe(stays);
  });

  test("is nothing after the end, and what is under way is aborted", async () => {
    const pool = slowPool(5);
    await pool.earn();
    await Promise.all([ask(pool), pool.settled().then(() => pool.call("users 0").answer())]);
    await pool.settled();
    pool.ahead.close();
    expect(pool.call("users 1").signal.aborted).toBe(true);
    await usersPage(pool, "ada", "1");
    expect(pool.names()).toEqual(["users 0", "users 1", "users 1"]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
