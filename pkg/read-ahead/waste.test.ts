// Pages that are read for nothing cost calls of the quota that sign-ins share.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { membersPage, never, type SlowPool, slowPool, usersPage } from "../../test/support/slow-pool.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

/** Asks for so many pages of all users, one at a time, and for the first one again after the last. */
async function comeFor(pool: SlowPool, caller: string, pages: number, between: () => void = () => {}) {
  let marker: string | undefined;
  for (let at = 0; at < pages; at += 1) {
    marker = await usersPage(pool, caller, marker);
    between();
  }
}

const dropped = (pool: SlowPool): number => pool.outcomes.filter((outcome) => outcome === "dropped").length;

describe("nothing is read ahead", () => {
  test("for a caller that looks at one page, or at two", async () => {
    const pool = slowPool(100);
    await comeFor(pool, "ada", 1);
    await comeFor(pool, "grace", 2);
    expect(pool.calls.filter(({ isAhead }) => isAhead)).toEqual([]);
  });

  test("for a caller that comes for each page after a pause", async () => {
    const pool = slowPool(100);
    await comeFor(pool, "ada", 20, () => pool.advance(5_001));
    expect(pool.names()).toHaveLength(20);
  });

  test("for a caller that begins the listing again and again", async () => {
    const pool = slowPool(100);
    for (let time = 0; time < 20; time += 1) {
      pool.as("ada", () => pool.ahead.begin("users"));
      await usersPage(pool, "ada");
    }
    expect(pool.names()).toHaveLength(20);
  });

  test("of groups for a caller that asks for groups in no order", async () => {
    const pool = slowPool(3);
    pool.as("ada", () => {
      for (let at = 0; at < 50; at += 1) pool.ahead.visited(`g${at}`);
    });
    for (let at = 0; at < 20; at += 1) await membersPage(pool, `g${(at * 19 + 7) % 50}`);
    expect(pool.names()).toHaveLength(20);
  });

  test("while users are changed before each page is asked for", async () => {
    const pool = slowPool(100);
    await comeFor(pool, "ada", 20, () => pool.ahead.outdated({ kind: "users" }));
    expect(pool.names()).toHaveLength(20);
  });

  test("of parts of the users with the first page, nor while users are changed before each page", async () => {
    const pool = slowPool(100);
    const parts = ["a", "b", "c"].map((value) => ({ attribute: "sub", operator: "^=", value }) as const);
    for (let at = 0; at < 20; at += 1) {
      const pages = parts.map((search) => ({ search, marker: at === 0 ? undefined : String(at), limit: 60 }));
      pool.as("ada", () => pool.ahead.expectUsers(pages));
      const page = pool.as("ada", () => pool.ahead.listUsers(pages[0] ?? {}, never));
      await pool.answerAll();
      await page;
      pool.ahead.outdated({ kind: "users" });
    }
    expect(pool.names()).toHaveLength(20);
  });

  test("again for parts of the users that were dropped, before the caller has come for more of them", async () => {
    const pool = slowPool(100);
    await pool.earn("ada", 4);
    const search = { attribute: "sub", operator: "^=", value: "a" } as const;
    pool.as("ada", () => pool.ahead.expectUsers([{ search, limit: 60 }]));
    await pool.answerAll();
    expect(pool.names()).toHaveLength(4);
    pool.ahead.outdated({ kind: "users" });
    await usersPage(pool, "ada");
    pool.as("ada", () => pool.ahead.expectUsers([{ search, limit: 60 }]));
    await pool.answerAll();
    expect(pool.names()).toHaveLength(5);
  });
});

describe("a caller that comes for one page after the other", () => {
  test("gets one page read ahead with its third page", async () => {
    const pool = slowPool(100);
    await comeFor(pool, "ada", 3);
    expect(pool.names()).toEqual(["users 0", "users 1", "users 2", "users 3"]);
  });

  test("gets more read ahead where an answer could have held more", async () => {
    const pool = slowPool(100);
    const held: number[] = [];
    await comeFor(pool, "ada", 6, () => {
      pool.as("ada", () => pool.ahead.lackedPage());
      held.push(pool.ahead.held());
    });
    expect(held).toEqual([0, 0, 1, 2, 3, 4]);
  });

  test("has no more read ahead than it needs, so that little is dropped when it stops", async () => {
    const pool = slowPool(100);
    await comeFor(pool, "ada", 50);
    pool.advance(30_000);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(pool.names()).toHaveLength(51);
    expect(dropped(pool)).toBe(1);
  });

  test.for([
    ["users", { kind: "users" }, 1],
    ["users", { kind: "users" }, 2],
    ["users", { kind: "users" }, 5],
    ["members", { kind: "all-members" }, 5],
    ["members", { kind: "all-members" }, 10],
  ] as const)(
    "AHEAD-5: costs at most twice its calls, where a change drops all %s (%o) after every %i pages",
    async ([what, change, every]) => {
      const pool = slowPool(1000);
      pool.as("ada", () => {
        for (let at = 0; at < 50; at += 1) pool.ahead.visited(`g${at}`);
      });
      let marker: string | undefined;
      for (let at = 1; at <= 200; at += 1) {
        marker =
          what === "users" ? await usersPage(pool, "ada", marker) : await membersPage(pool, "g0", marker);
        if (at % every === 0) pool.ahead.outdated(change);
      }
      expect(dropped(pool)).toBeLessThanOrEqual(200);
      expect(pool.names().length).toBeLessThanOrEqual(400);
    },
  );
});

describe("more callers than the 64 places", () => {
  test("read directly, and no page of another caller is dropped for them", async () => {
    const pool = slowPool(100);
    for (let at = 0; at < 64; at += 1) await comeFor(pool, `caller ${at}`, 3);
    const before = pool.names().length;
    for (let at = 64; at < 200; at += 1) await comeFor(pool, `caller ${at}`, 3);
    expect(pool.names()).toHaveLength(before + 136 * 3);
    expect(dropped(pool)).toBe(0);
    expect(pool.ahead.held()).toBe(64);
    await usersPage(pool, "caller 0", "3");
    expect(pool.outcomes.filter((outcome) => outcome === "used")).toHaveLength(1);
  });

  test("take the place of one for which nothing is read ahead", async () => {
    const pool = slowPool(100);
    for (let at = 0; at < 200; at += 1) await comeFor(pool, `caller ${at}`, 1);
    await comeFor(pool, "ada", 4);
    expect(pool.ahead.held()).toBe(1);
    expect(pool.outcomes).toEqual(["used"]);
  });

  test("take the place of one that has been away for longer than its pages are served", async () => {
    const pool = slowPool(100);
    for (let at = 0; at < 64; at += 1) await comeFor(pool, `caller ${at}`, 3);
    pool.advance(30_000);
    await vi.advanceTimersByTimeAsync(5_000);
    await comeFor(pool, "ada", 4);
    expect(pool.outcomes.filter((outcome) => outcome === "used")).toHaveLength(1);
  });

  test("take the place of one that has read a listing to its end and comes back after pauses", async () => {
    const pool = slowPool((scope) => (scope === "users" ? 8 : 1));
    for (let at = 0; at < 64; at += 1) {
      await comeFor(pool, `caller ${at}`, 8, () => pool.as(`caller ${at}`, () => pool.ahead.lackedPage()));
    }
    for (let round = 0; round < 3; round += 1) {
      for (let at = 0; at < 64; at += 1) pool.as(`caller ${at}`, () => pool.ahead.visited("g0"));
      pool.advance(25_000);
      await vi.advanceTimersByTimeAsync(25_000);
    }
    pool.outcomes.length = 0;
    await comeFor(pool, "ada", 4);
    expect(pool.outcomes).toEqual(["used"]);
  });

  test("cost no call more, where each of 200 comes back every eight seconds", async () => {
    const pool = slowPool(100);
    for (let round = 0; round < 4; round += 1) {
      for (let at = 0; at < 200; at += 1) {
        await usersPage(pool, `caller ${at}`, round === 0 ? undefined : String(round));
        pool.advance(40);
      }
      await vi.advanceTimersByTimeAsync(8_000);
    }
    expect(pool.names()).toHaveLength(800);
  });
});
