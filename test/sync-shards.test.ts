import { afterEach, describe, expect, test } from "vitest";
import { people, person } from "./cognito/definitions.ts";
import { createPool, type Pool } from "./cognito/pool.ts";
import { type ScriptedCognitoOptions, startScriptedCognito } from "./cognito/server.ts";
import {
  emptyRun,
  type MemoryRun,
  memoryTarget,
  countsOf as rowsOf,
  syncInto,
} from "./support/memory-target.ts";
import { createRig, type Rig } from "./support/rig.ts";

const POOL = "us-east-1_Ab129faBb";
const never = new AbortController().signal;
const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

async function stage(pool: Pool, options: Partial<ScriptedCognitoOptions> = {}) {
  const server = await startScriptedCognito({ pools: [pool], ...options });
  open.push(server);
  const rig = createRig({ url: server.url, poolId: pool.settings.id });
  open.push(rig);
  return { server, rig };
}

interface Reading {
  readonly run?: MemoryRun;
  readonly listShards?: number;
  readonly listingsAtOnce?: number;
  readonly estimatedUsers?: number | undefined;
  readonly startedAt?: Date;
  readonly beforeWrite?: () => Promise<void>;
}

/** Created long before each run, unless a test says otherwise. */
const LONG_AGO = new Date("2026-01-01T00:00:00Z");

async function sync(rig: Rig, reading: Reading = {}) {
  const { run = emptyRun(), listShards = 16, listingsAtOnce = 20, startedAt = new Date() } = reading;
  const reasons: string[] = [];
  const outcome = await syncInto(
    [memoryTarget(run, { ...(reading.beforeWrite && { beforeWrite: reading.beforeWrite }) })],
    {
      connector: rig.connector,
      listingsAtOnce,
      listShards,
      estimatedUsers: "estimatedUsers" in reading ? reading.estimatedUsers : 250,
      startedAt,
      onShardsUnproved: (reason) => reasons.push(reason),
    },
    never,
  );
  return { run, outcome, reasons };
}

/** 250 users; groups of 250, 61 and 0 members. */
function staff(more: Parameters<typeof person>[1][] = []): Pool {
  return createPool({
    id: POOL,
    users: [
      ...people(250, (index) => ({ createdAt: LONG_AGO, groups: index < 61 ? ["all", "some"] : ["all"] })),
      ...more.map((changes, at) => person(1000 + at, { createdAt: LONG_AGO, ...changes })),
    ],
    groups: ["all", "some", "none"],
  });
}

const subsOf = (pool: Pool): readonly string[] =>
  pool
    .allUsers()
    .map(({ sub }) => sub)
    .toSorted();

const subsIn = (run: MemoryRun): readonly string[] =>
  [...run.resources.keys()]
    .filter((key) => key.startsWith("user:"))
    .map((key) => key.slice("user:".length))
    .toSorted();

/** The answer of ListUsers without one user. */
function without(answer: unknown, sub: string): unknown {
  if (typeof answer !== "object" || answer === null || !("Users" in answer) || !Array.isArray(answer.Users))
    return answer;
  return { ...answer, Users: answer.Users.filter((user) => !JSON.stringify(user).includes(sub)) };
}

describe("users that are read in parts", () => {
  test.each([2, 16, 17, 64])("are all users, with %i parts side by side", async (listShards) => {
    const pool = staff();
    const { rig, server } = await stage(pool);
    const { run, outcome, reasons } = await sync(rig, { listShards });
    expect({ subs: subsIn(run), reasons }).toEqual({ subs: subsOf(pool), reasons: [] });
    expect(rowsOf(run)).toEqual({ users: 250, groups: 3, memberships: 311 });
    expect(outcome.usersRead).toBe("in parts");
    // No part has more than one page here.
    expect(server.stats.count("ListUsers")).toBe(listShards > 16 ? 256 : 16);
  });

  test.each([
    "ABCDEF00-0000-4000-8000-000000000001",
    "zzzzzzzz-0000-4000-8000-000000000001",
    "us-east-1:anna",
  ])("are read again, by one listing, where the sub of a member is %j", async (sub) => {
    const pool = staff([{ sub, groups: ["some"] }]);
    const { rig } = await stage(pool);
    const { run, outcome, reasons } = await sync(rig);
    expect(subsIn(run)).toEqual(subsOf(pool));
    expect(outcome.usersRead).toBe("again");
    expect(reasons).toEqual(["a user has an id (sub) that none of them selects"]);
  });

  test("are not read any further where a page shows that they are not all users", async () => {
    const pool = staff([{ sub: "ABCDEF00-0000-4000-8000-000000000001" }]);
    const { rig, server } = await stage(pool);
    await sync(rig, { listShards: 1, listingsAtOnce: 1 });
    expect(server.stats.count("ListUsers")).toBeLessThanOrEqual(5);
    const { outcome } = await sync(rig, { listingsAtOnce: 1 });
    expect(outcome.usersRead).toBe("again");
    // One page of each part from 0 to a, and five of all users.
    expect(server.stats.count("ListUsers")).toBe(5 + 11 + 5);
  });

  test("are read again where Cognito's estimate, or the run before, is larger by more than two in a hundred", async () => {
    const pool = staff();
    const { rig } = await stage(pool);
    expect((await sync(rig, { estimatedUsers: 400 })).reasons).toEqual([
      "they hold 250 users, and Cognito's estimate is 400",
    ]);
    expect((await sync(rig, { estimatedUsers: 255 })).reasons).toEqual([]);
    expect((await sync(rig, { estimatedUsers: undefined })).reasons).toEqual([
      "how many users there are about is not known",
    ]);
    const run = emptyRun();
    const counts = { users: 500, groups: 3, memberships: 0 };
    const scope = { users: "all", groups: "all", depth: "grants" } as const;
    run.complete = { id: "before", startedAt: LONG_AGO, endedAt: LONG_AGO, scope, counts };
    expect((await sync(rig, { run })).reasons).toEqual(["they hold 250 users, and the run before had 500"]);
  });

  test.each([
    undefined,
    // Looked for in lower case it is not found, which does not mean that the user is gone.
    "0a000000-0000-4000-8000-00000000ABCD",
  ])("are read again where somebody whom they passed over is a member (sub %s)", async (sub) => {
    const pool = staff([{ groups: ["some"], ...(sub !== undefined && { sub }) }]);
    const { rig, server } = await stage(pool);
    const left = pool.allUsers().at(-1);
    if (left === undefined) throw new Error("the pool is empty");
    // The index of the parts lacks one user, whose sub is as usual.
    server.script({
      operation: "ListUsers",
      when: ({ input }) => input?.["Filter"] !== undefined,
      rewrite: (answer) => without(answer, left.sub),
    });
    const { run, reasons } = await sync(rig);
    expect(subsIn(run)).toEqual(subsOf(pool));
    expect(reasons).toEqual(["1 members of groups were not among them"]);
  });

  test("hold those who were created meanwhile as well, and count as proved", async () => {
    const pool = staff();
    const { rig, server } = await stage(pool);
    server.onCall("ListUsersInGroup", 1, () => {
      pool.addUser(person(2000, { groups: ["none", "some"], createdAt: new Date() }));
    });
    const { run, reasons } = await sync(rig, { listingsAtOnce: 1, startedAt: new Date(Date.now() - 1000) });
    expect(subsIn(run)).toEqual(subsOf(pool));
    expect(reasons).toEqual([]);
  });

  test("are read beside the members, of which those of the largest group begin at once", async () => {
    const { rig, server } = await stage(staff());
    const order: string[] = [];
    server.script({ run: ({ operation }) => void order.push(operation) });
    const { reasons } = await sync(rig, { listingsAtOnce: 3, listShards: 2 });
    expect(reasons).toEqual([]);
    expect(order.indexOf("ListUsersInGroup")).toBeLessThan(order.lastIndexOf("ListUsers"));
  });

  test("are proved although somebody who was met in a group is deleted before the part is read", async () => {
    const pool = staff([{ sub: "ffffffff-0000-4000-8000-000000000001", groups: ["none"] }]);
    const { rig, server } = await stage(pool);
    const last = pool.allUsers().at(-1);
    if (last === undefined) throw new Error("the pool is empty");
    const met = Promise.withResolvers<void>();
    server.script({
      operation: "ListUsersInGroup",
      group: "none",
      rewrite(answer) {
        met.resolve();
        return answer;
      },
    });
    server.script({
      operation: "ListUsers",
      when: ({ input }) => JSON.stringify(input).includes('sub ^= \\"f'),
      async run() {
        await met.promise;
        pool.deleteUser(last.username);
      },
    });
    const { run, reasons, outcome } = await sync(rig, { listingsAtOnce: 3, listShards: 2 });
    expect(subsIn(run)).toContain(last.sub);
    expect({ reasons, usersRead: outcome.usersRead }).toEqual({ reasons: [], usersRead: "in parts" });
  });

  test("keep each who was there throughout while others come and go", async () => {
    const pool = staff();
    const stayed = subsOf(pool).slice(40);
    const { rig, server } = await stage(pool);
    for (let call = 1; call <= 40; call += 1) {
      server.onCall("ListUsers", call, () => {
        const gone = pool.allUsers().find(({ sub }) => !stayed.includes(sub));
        if (gone !== undefined) pool.deleteUser(gone.username);
        pool.addUser(person(3000 + call, { createdAt: new Date() }));
      });
    }
    const { run } = await sync(rig, { listShards: 64, listingsAtOnce: 3 });
    expect(stayed.filter((sub) => !run.resources.has(`user:${sub}`))).toEqual([]);
  });

  test("restart only the part whose marker has expired", async () => {
    let nowMs = Date.UTC(2026, 10, 21);
    const pool = createPool({ id: POOL, users: people(2000, () => ({ createdAt: LONG_AGO })) });
    const { rig, server } = await stage(pool, { clock: () => nowMs });
    // One page of the first part is read.
    server.onCall("ListUsers", 1, () => {
      nowMs += 61 * 60_000;
    });
    const { run, outcome } = await sync(rig, { listingsAtOnce: 1 });
    expect(subsIn(run)).toEqual(subsOf(pool));
    expect(outcome.usersRead).toBe("in parts");
    expect(server.stats.outcomes()["ListUsers InvalidParameterException"]).toBe(1);
  });

  test("fail the run when one of them fails: nothing is complete", async () => {
    const { rig, server } = await stage(staff());
    server.script({ operation: "ListUsers", nth: 9, error: { name: "AccessDeniedException" } });
    const run = emptyRun();
    await expect(sync(rig, { run })).rejects.toMatchObject({ code: "permission-denied" });
    expect(run.complete).toBeUndefined();
  });
});

describe("a run in parts that is cut off", () => {
  const usual = { name: "a usual pool", more: [] };
  const odd = { name: "a pool with another sub", more: [{ sub: "ZZ-1", groups: ["some"] }] };

  test.each([usual, odd])("goes on at each write, with another number of parts: $name", async ({ more }) => {
    const pool = staff(more);
    const { rig } = await stage(pool);
    for (let cut = 1; ; cut += 3) {
      const run = emptyRun();
      let writes = 0;
      const first = sync(rig, {
        run,
        listingsAtOnce: 2,
        beforeWrite: async () => {
          writes += 1;
          if (writes >= cut) throw new Error("killed");
        },
      });
      const isWhole = await first.then(
        () => true,
        () => false,
      );
      if (isWhole) break;
      for (const listShards of [1, 64]) {
        const copy = structuredClone({ ...run, complete: undefined });
        const { run: resumed } = await sync(rig, { run: copy, listShards });
        expect(subsIn(resumed), `cut at write ${cut}`).toEqual(subsOf(pool));
        expect(rowsOf(resumed).memberships).toBe(311 + more.length);
      }
    }
  });

  test("goes on without a proof where a page had shown that the parts are not all users", async () => {
    const pool = staff([{ sub: "ABCDEF00-0000-4000-8000-000000000001" }]);
    const { rig } = await stage(pool);
    expect(await resumedAtEachWrite(rig, pool, 1)).toEqual([READ_AGAIN]);
  });

  test("after its parts have ended is proved by another process, which reads no user again", async () => {
    const pool = staff();
    const { rig, server } = await stage(pool);
    const run = emptyRun();
    const denied = server.script({
      operation: "ListUsersInGroup",
      nth: 3,
      error: { name: "AccessDeniedException" },
    });
    await expect(sync(rig, { run, listingsAtOnce: 1 })).rejects.toMatchObject({ code: "permission-denied" });
    denied.remove();
    const before = server.stats.count("ListUsers");
    const { outcome, reasons } = await sync(rig, { run });
    expect({ reasons, usersRead: outcome.usersRead, subs: subsIn(run) }).toEqual({
      reasons: [],
      usersRead: "in parts",
      subs: subsOf(pool),
    });
    expect(server.stats.count("ListUsers")).toBe(before);
  });

  test.each(["ZZ-1", "ABCDEF00-0000-4000-8000-000000000001"])(
    "is not proved by another process where a member has the sub %s, or a part was given up",
    async (sub) => {
      const pool = staff([{ sub, groups: ["some"] }]);
      const { rig } = await stage(pool);
      expect(await resumedAtEachWrite(rig, pool, 20)).toEqual([READ_AGAIN]);
    },
  );
});

const READ_AGAIN = "again, all users";

/** Stops a run at each of its writes in turn, and lets another process go on with it: the different ends that this has. */
async function resumedAtEachWrite(rig: Rig, pool: Pool, listingsAtOnce: number): Promise<readonly string[]> {
  const ends = new Set<string>();
  for (let cut = 1; ; cut += 1) {
    const run = emptyRun();
    let writes = 0;
    const isWhole = await sync(rig, {
      run,
      listingsAtOnce,
      beforeWrite: async () => {
        writes += 1;
        if (writes >= cut) throw new Error("killed");
      },
    }).then(
      () => true,
      () => false,
    );
    if (isWhole) return [...ends];
    const { outcome } = await sync(rig, { run });
    const isAll = JSON.stringify(subsIn(run)) === JSON.stringify(subsOf(pool));
    ends.add(`${outcome.usersRead}, ${isAll ? "all users" : `not all users (write ${cut})`}`);
  }
}
