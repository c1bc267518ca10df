import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { someUser } from "../../test/support/fake-directory.ts";
import { ask, membersPage, never, type SlowPool, slowPool, usersPage } from "../../test/support/slow-pool.ts";
import type { UserPageRequest } from "../core/directory.ts";
import { GovernanceError } from "../core/errors.ts";
import type { Page, PageRequest } from "../core/page.ts";
import type { User } from "../core/user.ts";
import { createCallOrigins } from "../ops/call-origins.ts";
import { createReadAhead } from "./create-read-ahead.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

describe("the page after the one that was served", () => {
  test("is read before it is asked for, one after the other, and served without another call", async () => {
    const pool = slowPool(4);
    await pool.earn();
    const first = ask(pool);
    await pool.settled();
    expect(pool.names()).toEqual(["users 0"]);
    pool.call("users 0").answer();
    await first;
    await pool.settled();
    expect(pool.names()).toEqual(["users 0", "users 1"]);
    expect(pool.call("users 1")).toMatchObject({ isAhead: true, caller: undefined });
    await pool.answerAll();
    expect(pool.names()).toEqual(["users 0", "users 1", "users 2", "users 3"]);
    const second = await ask(pool, "1");
    expect(second).toMatchObject({ next: "2", items: [{ username: "user1" }] });
    await ask(pool, "2");
    expect(await ask(pool, "3")).toMatchObject({ next: undefined });
    expect(pool.names()).toHaveLength(4);
    expect(pool.outcomes).toEqual(["used", "used", "used"]);
    expect(pool.ahead.held()).toBe(0);
  });

  test("is not read for the connector's own work", async () => {
    const pool = slowPool();
    await pool.earn();
    const page = pool.ahead.listUsers({ limit: 60 }, never);
    await pool.answerAll();
    await page;
    expect(pool.names()).toEqual(["users 0"]);
    expect(pool.ahead.held()).toBe(0);
  });

  test("is asked for by the caller itself, where it still waits for its turn", async () => {
    const pool = slowPool(2);
    await pool.earn();
    await Promise.all([ask(pool), pool.settled().then(() => pool.call("users 0").answer())]);
    await pool.settled();
    const background = pool.call("users 1");
    const second = ask(pool, "1");
    await pool.settled();
    expect(background.signal.aborted).toBe(true);
    expect(pool.call("users 1")).toMatchObject({ isAhead: false, caller: "ada" });
    pool.call("users 1").answer();
    expect(await second).toMatchObject({ next: undefined });
    expect(pool.outcomes).toEqual([]);
  });

  test("is waited for, where it is on its way", async () => {
    const pool = slowPool(2);
    await pool.earn();
    await Promise.all([ask(pool), pool.settled().then(() => pool.call("users 0").answer())]);
    await pool.settled();
    pool.call("users 1").turn();
    const second = ask(pool, "1");
    await pool.settled();
    expect(pool.names()).toEqual(["users 0", "users 1"]);
    pool.call("users 1").answer();
    expect(await second).toMatchObject({ items: [{ username: "user1" }] });
  });

  test("is read again where reading it ahead failed: neither an error nor an empty page", async () => {
    const pool = slowPool(2);
    await pool.earn();
    await Promise.all([ask(pool), pool.settled().then(() => pool.call("users 0").answer())]);
    await pool.settled();
    pool.call("users 1").turn();
    const second = ask(pool, "1");
    pool.call("users 1").fail(new GovernanceError("throttled", "too fast"));
    await pool.settled();
    expect(pool.call("users 1")).toMatchObject({ isAhead: false });
    await pool.answerAll();
    expect(await second).toMatchObject({ items: [{ username: "user1" }] });
    expect(pool.outcomes).toEqual(["failed"]);
  });

  test("is tried once: a failed attempt is not repeated in the background", async () => {
    const pool = slowPool(2);
    await pool.earn();
    await Promise.all([ask(pool), pool.settled().then(() => pool.call("users 0").answer())]);
    await pool.settled();
    pool.call("users 1").fail(new GovernanceError("unavailable", "no answer"));
    await pool.settled();
    expect(pool.names()).toEqual(["users 0", "users 1"]);
    expect(pool.ahead.held()).toBe(0);
  });

  test("gives the caller its own failure, and the page to the call after it", async () => {
    const pool = slowPool(2);
    await pool.earn();
    const first = ask(pool);
    await pool.settled();
    pool.call("users 0").fail(new GovernanceError("unavailable", "no answer"));
    await expect(first).rejects.toMatchObject({ code: "unavailable" });
    expect(await usersPage(pool, "ada")).toBe("1");
  });

  test("stays for the caller's next try, where the caller gives up while it is on its way", async () => {
    const pool = slowPool(2);
    await pool.earn();
    await Promise.all([ask(pool), pool.settled().then(() => pool.call("users 0").answer())]);
    await pool.settled();
    pool.call("users 1").turn();
    const gone = new AbortController();
    const second = ask(pool, "1", gone.signal);
    gone.abort(new GovernanceError("canceled", "gone"));
    await expect(second).rejects.toMatchObject({ code: "canceled" });
    await pool.answerAll();
    expect(await ask(pool, "1")).toMatchObject({ items: [{ username: "user1" }] });
    expect(pool.names()).toEqual(["users 0", "users 1"]);
  });

  test.for([
    ["to itself", { a: "a" }],
    ["to another one", { a: "b", b: "c", c: "a" }],
  ] as const)(
    "is not read again where its marker leads back %s, and none is counted twice",
    async ([, after]) => {
      const markers = new Map<string | undefined, string>([[undefined, "a"], ...Object.entries(after)]);
      const origins = createCallOrigins();
      let calls = 0;
      const read = async <T>({ marker, ahead: progress }: PageRequest): Promise<Page<T>> => {
        progress?.sent();
        calls += 1;
        await setImmediate();
        return { items: [], next: markers.get(marker) };
      };
      const ahead = createReadAhead({
        directory: { listUsers: read, listGroups: read, listMembers: (_name, page) => read(page) },
        origins,
        monotonic: () => 0,
      });
      const as = <T>(work: () => T): T => origins.within("ada", work);
      let marker: string | undefined;
      for (let at = 0; at < 20; at += 1) {
        const page = await as(() => ahead.listUsers({ marker, limit: 60 }, never));
        marker = page.next;
        as(() => ahead.lackedPage());
        for (let turn = 0; turn < 5; turn += 1) await setImmediate();
        expect(ahead.held()).toBeLessThanOrEqual(3);
      }
      expect(calls).toBeLessThanOrEqual(20 + 3);
      as(() => ahead.begin("users"));
      expect(ahead.held()).toBe(0);
    },
  );
});

describe("how much is read ahead", () => {
  test("is what a caller has come for that stops asking, and none later", async () => {
    const pool = slowPool(100);
    await pool.earn();
    await usersPage(pool, "ada");
    expect(pool.names()).toHaveLength(9);
    expect(pool.ahead.held()).toBe(8);
    pool.advance(30_000);
    await vi.advanceTimersByTimeAsync(5_000);
    await pool.answerAll();
    expect(pool.ahead.held()).toBe(0);
    expect(pool.names()).toHaveLength(9);
    expect(pool.outcomes).toEqual(Array.from({ length: 8 }, () => "dropped"));
    expect(vi.getTimerCount()).toBe(0);
  });

  test("never more than two readings of a caller wait for their turn", async () => {
    const pool = slowPool(100);
    await pool.earn();
    pool.as("ada", () =>
      pool.ahead.expectUsers(["0", "1", "2", "3"].map((value) => ({ search: subs(value), limit: 60 }))),
    );
    expect(pool.names()).toEqual(["users0 0", "users1 0"]);
    pool.call("users0 0").turn();
    expect(pool.names()).toEqual(["users0 0", "users1 0", "users2 0"]);
  });

  test("grows while the caller waits for want of it, with the pages that it takes", async () => {
    const pool = slowPool(100);
    pool.as("ada", () => {
      for (let at = 0; at < 50; at += 1) pool.ahead.visited(`g${at}`);
    });
    const held: number[] = [];
    for (let at = 0; at < 200; at += 1) {
      // Each page is asked for before it is here.
      const marker = at === 0 ? undefined : String(at % 100);
      const page = pool.as("ada", () => pool.ahead.listMembers("g0", { marker, limit: 60 }, never));
      await answerAllBut(pool, "members of g0");
      await page;
      held.push(pool.ahead.held());
    }
    expect(held.slice(0, 10)).toEqual([0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(held.slice(-3)).toEqual([1336, 1344, 1352]);
  });

  test("is a few kilobytes for each page of a group to come", async () => {
    const pool = slowPool(
      (scope) => (scope === "members of g0" ? 1 : 100),
      (at) => someUser({ username: `user${at}`, attributes: { profile: "x".repeat(20_000) } }),
    );
    await pool.earn();
    pool.as("ada", () => {
      for (let at = 0; at < 50; at += 1) pool.ahead.visited(`g${at}`);
    });
    await membersPage(pool, "g0");
    expect(pool.ahead.held()).toBe(8);
    expect(pool.ahead.heldBytes()).toBeLessThan(8 * 4096);
    pool.ahead.outdated({ kind: "all-members" });
    expect(pool.ahead.heldBytes()).toBe(0);
  });

  test("leaves nothing of the answer in memory beside the compressed page", async () => {
    const users: WeakRef<User>[] = [];
    const pool = slowPool(
      (scope) => (scope === "members of g0" ? 1 : 100),
      (at) => {
        const user = someUser({ username: `user${at}` });
        users.push(new WeakRef(user));
        return user;
      },
    );
    await pool.earn();
    pool.as("ada", () => {
      for (let at = 0; at < 50; at += 1) pool.ahead.visited(`g${at}`);
    });
    await membersPage(pool, "g0");
    expect(pool.ahead.held()).toBe(8);
    // The first collection leaves what optimized code and weak references still hold in this turn of the event loop.
    collectGarbage();
    await setImmediate();
    collectGarbage();
    expect(users.filter((user) => user.deref() !== undefined)).toEqual([]);
  });

  test.for([
    ["pages grew too old", (pool: SlowPool) => pool.advance(30_000)],
    [
      "the members of all groups were dropped",
      (pool: SlowPool) => pool.ahead.outdated({ kind: "all-members" }),
    ],
  ] as const)("is as many fewer as were dropped, after %s", async ([, drop]) => {
    const pool = slowPool(100);
    await pool.earn();
    await membersPage(pool, "team");
    expect(pool.ahead.held()).toBe(8);
    await membersPage(pool, "team", "7");
    expect(pool.ahead.held()).toBe(8);
    drop(pool);
    await membersPage(pool, "team", "1");
    expect(pool.ahead.held()).toBe(0);
  });

  test("is at most 24 MiB for one caller, pages that are under way included", async () => {
    const pool = slowPool(100, largeUser);
    await pool.earn("ada", 64);
    await usersPage(pool, "ada");
    const known = pool.calls.length;
    pool.as("ada", () => pool.ahead.expectUsers(sixtyFourParts()));
    // All have their turn before one is answered.
    for (let at = known; at < pool.calls.length; at += 1) pool.calls[at]?.turn();
    expect(pool.ahead.held()).toBe(23);
    expect(pool.ahead.heldBytes()).toBeLessThanOrEqual(24 * MIB);
    await pool.answerAll();
    expect(pool.ahead.heldBytes()).toBeGreaterThan(22 * MIB);
    expect(pool.ahead.heldBytes()).toBeLessThanOrEqual(24 * MIB);
  });

  test("is at most 48 MiB for all callers together", async () => {
    const pool = slowPool(100, largeUser);
    for (let at = 0; at < 10; at += 1) {
      await pool.earn(`caller ${at}`);
      await usersPage(pool, `caller ${at}`);
    }
    expect(pool.ahead.heldBytes()).toBeGreaterThan(44 * MIB);
    expect(pool.ahead.heldBytes()).toBeLessThanOrEqual(48 * MIB);
  });

  test("is at most 128 pages of the parts of the users for each caller", async () => {
    const pool = slowPool(2);
    for (let at = 0; at < 10; at += 1) {
      await pool.earn(`caller ${at}`, 128);
      pool.as(`caller ${at}`, () => pool.ahead.expectUsers(sixtyFourParts()));
      await pool.answerAll();
    }
    expect(pool.ahead.held()).toBe(10 * 128);
  });

  test("are no listings that a caller has left, also while it asks for others", async () => {
    const pool = slowPool(100);
    await pool.earn();
    for (let at = 0; at < 40; at += 1) await membersPage(pool, `left ${at}`);
    pool.advance(30_000);
    await membersPage(pool, "now");
    expect(pool.ahead.listings()).toBe(1);
  });

  test("are no more than 192 parts of the users, whatever tokens a caller makes up", async () => {
    const pool = slowPool(2);
    await pool.earn("ada", 128);
    for (let limit = 1; limit <= 60; limit += 1) {
      pool.as("ada", () => pool.ahead.expectUsers(sixtyFourParts().map((part) => ({ ...part, limit }))));
      await pool.answerAll();
      expect(pool.ahead.listings()).toBeLessThanOrEqual(192);
    }
  });

  test("are no parts of the users with a marker that is longer than any of Cognito", async () => {
    const pool = slowPool(2);
    const expected = (length: number) => {
      const pages = sixtyFourParts().map((part) => ({ ...part, marker: "m".repeat(length) }));
      pool.as("ada", () => pool.ahead.expectUsers(pages));
      return pool.ahead.listings();
    };
    expect(expected(16_385)).toBe(0);
    expect(expected(16_384)).toBe(64);
  });

  test("is bounded for all callers together, and no caller takes the pages of another", async () => {
    const pool = slowPool(100);
    for (let at = 0; at < 100; at += 1) {
      await pool.earn(`caller ${at}`);
      await usersPage(pool, `caller ${at}`);
    }
    expect(pool.ahead.held()).toBe(64 * 8);
    const before = pool.calls.length;
    await usersPage(pool, "caller 0", "1");
    expect(pool.calls.slice(before).every(({ isAhead }) => isAhead)).toBe(true);
    await usersPage(pool, "caller 99", "1");
    expect(pool.call("users 1")).toMatchObject({ isAhead: false, caller: "caller 99" });
  });
});

describe("several listings of one caller", () => {
  test("parts of the users are read side by side, each from where the caller is", async () => {
    const pool = slowPool(3);
    await pool.earn();
    pool.as("ada", () =>
      pool.ahead.expectUsers([
        { search: subs("0"), limit: 60 },
        { search: subs("1"), marker: "1", limit: 60 },
      ]),
    );
    await pool.answerAll();
    expect(pool.names().toSorted()).toEqual(["users0 0", "users0 1", "users0 2", "users1 1", "users1 2"]);
    pool.as("ada", () => {
      expect(pool.ahead.hasUsers({ search: subs("1"), marker: "1", limit: 60 })).toBe(true);
      expect(pool.ahead.hasUsers({ search: subs("1"), limit: 60 })).toBe(false);
    });
  });

  test("the members of the groups to come are read, the nearest first, and each page once", async () => {
    const pool = slowPool(2);
    await pool.earn();
    const groups = ["a", "b", "c", "d"];
    pool.as("ada", () => {
      for (const name of groups) pool.ahead.visited(name);
    });
    for (const name of groups) {
      await membersPage(pool, name);
      await membersPage(pool, name, "1");
    }
    expect(pool.names().toSorted()).toEqual(
      groups.flatMap((name) => [`members of ${name} 0`, `members of ${name} 1`]),
    );
    expect(pool.calls.filter(({ isAhead }) => !isAhead).map(({ name }) => name)).toEqual(["members of a 0"]);
    expect(pool.ahead.held()).toBe(0);
  });

  test("every page that is read ahead has the size that the caller asks for", async () => {
    const pool = slowPool(3);
    await pool.earn();
    pool.as("ada", () => {
      for (const name of ["a", "b"]) pool.ahead.visited(name);
      pool.ahead.expectUsers([{ search: subs("0"), limit: 7 }]);
    });
    const members = pool.as("ada", () => pool.ahead.listMembers("a", { limit: 7 }, never));
    const groups = pool.as("ada", () => pool.ahead.listGroups({ limit: 7 }, never));
    await pool.answerAll();
    await Promise.all([members, groups]);
    expect(pool.names()).toEqual(expect.arrayContaining(["members of b 0", "users0 1", "groups 1"]));
    expect(pool.calls.filter(({ limit }) => limit !== 7)).toEqual([]);
  });

  test("a group whose members cannot be read is asked about again by the caller alone", async () => {
    const pool = slowPool(1);
    await pool.earn();
    pool.as("ada", () => {
      for (const name of ["a", "b"]) pool.ahead.visited(name);
    });
    const first = pool.as("ada", () => pool.ahead.listMembers("a", { limit: 60 }, never));
    await pool.settled();
    pool.call("members of b 0").fail(new GovernanceError("not-found", "gone", { reason: "group-gone" }));
    pool.call("members of a 0").answer();
    await first;
    expect(pool.outcomes).toEqual(["failed"]);
    const second = pool.as("ada", () => pool.ahead.listMembers("b", { limit: 60 }, never));
    await pool.settled();
    pool.call("members of b 0").fail(new GovernanceError("not-found", "gone", { reason: "group-gone" }));
    await expect(second).rejects.toMatchObject({ reason: "group-gone" });
    expect(pool.names()).toEqual(["members of b 0", "members of a 0", "members of b 0"]);
  });

  test("a group whose members cannot be read is not tried for each page before it, but again after 30 seconds", async () => {
    const pool = slowPool(8);
    await pool.earn();
    pool.as("ada", () => {
      for (const name of ["a", "b", "c"]) pool.ahead.visited(name);
    });
    let answered = 0;
    const page = async (marker: string | undefined) => {
      const asked = pool.as("ada", () => pool.ahead.listMembers("a", { marker, limit: 60 }, never));
      for (await pool.settled(); answered < pool.calls.length; await pool.settled()) {
        for (const call of pool.calls.slice(answered)) {
          answered += 1;
          call.turn();
          if (call.name === "members of b 0") call.fail(new GovernanceError("not-found", "gone"));
          else call.answer();
        }
      }
      return (await asked).next;
    };
    const tries = () => pool.names().filter((name) => name === "members of b 0").length;
    let marker = await page(undefined);
    while (marker !== "6") marker = await page(marker);
    expect(tries()).toBe(1);
    expect(pool.names()).toContain("members of c 0");
    for (let at = 0; at < 7; at += 1) {
      pool.advance(4_900);
      marker = await page(marker === undefined ? "6" : marker);
    }
    expect(tries()).toBe(2);
  });

  test("a listing that the caller has left is not read on", async () => {
    const pool = slowPool(100);
    await pool.earn();
    await membersPage(pool, "left");
    const left = pool.names().filter((name) => name.startsWith("members of left")).length;
    pool.advance(6_000);
    await usersPage(pool, "ada");
    expect(pool.names().filter((name) => name.startsWith("members of left"))).toHaveLength(left);
  });
});

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (!isAction(collect)) throw new TypeError("no gc");
  collect();
}

function isAction(value: unknown): value is () => void {
  return typeof value === "function";
}

/** Answers everything but the pages of this listing that nobody has asked for. */
async function answerAllBut(pool: SlowPool, listing: string): Promise<void> {
  await pool.settled();
  for (const call of pool.calls) {
    if (call.isAhead && call.name.startsWith(`${listing} `)) continue;
    call.turn();
    call.answer();
    await pool.settled();
  }
}

function subs(value: string) {
  return { attribute: "sub", operator: "^=", value } as const;
}

const MIB = 1024 * 1024;

/** A page of one such user takes a little more than 1 MiB. */
function largeUser(at: number): User {
  return someUser({ username: `user${at}`, attributes: { profile: "x".repeat(MIB / 2) } });
}

function sixtyFourParts(): UserPageRequest[] {
  return Array.from({ length: 64 }, (_, at) => ({
    search: subs(at.toString(16).padStart(2, "0")),
    limit: 60,
  }));
}
