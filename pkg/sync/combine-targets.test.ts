import { describe, expect, test } from "vitest";
import {
  type FakePool,
  fakeDirectory,
  groupGone,
  type Interception,
  POOL,
  someGroup,
  userNumber,
} from "../../test/support/fake-directory.ts";
import { emptyRun, type MemoryRun, memoryTarget, NOON, syncInto } from "../../test/support/memory-target.ts";
import { createConnector } from "../connector/create-connector.ts";
import { GovernanceError } from "../core/errors.ts";
import { WHOLE_POOL } from "../core/sync-scope.ts";
import { combineTargets } from "./combine-targets.ts";
import type { SyncTarget } from "./target.ts";

const never = new AbortController().signal;
const PUBLISH = { acceptShrink: false };
const FULL_DISK = new GovernanceError("resource-exhausted", "the disk is full");

/** 10 users and 7 groups of 0 to 6 members, read in pages of 3. */
function world(): Partial<FakePool> {
  const users = Array.from({ length: 10 }, (_, n) => userNumber(n));
  const names = Array.from({ length: 7 }, (_, size) => `g${size}`);
  return {
    users,
    groups: names.map((name) => someGroup(name)),
    members: new Map(names.map((name, size) => [name, users.slice(0, size)])),
    pageItems: 3,
  };
}

const PAGES = 4 + 3 + (1 + 1 + 1 + 1 + 2 + 2 + 2);

function connectorOf(content: Partial<FakePool>, intercept?: Interception) {
  const { directory, calls } = fakeDirectory(content, intercept);
  return { connector: createConnector({ directory, poolId: POOL, userIdKind: "sub", now: () => 0 }), calls };
}

async function read(targets: readonly SyncTarget[], content = world(), listingsAtOnce = 3) {
  const { connector, calls } = connectorOf(content);
  return { ...(await syncInto(targets, { connector, listingsAtOnce })), calls };
}

function rowsOf(run: MemoryRun) {
  return {
    resources: [...run.resources.keys()].sort(),
    entitlements: [...run.entitlements.keys()].sort(),
    grants: [...run.grants.keys()].sort(),
  };
}

async function rowsOfOneRun(content = world()) {
  const run = emptyRun();
  await read([memoryTarget(run)], content);
  return rowsOf(run);
}

/** Fails at the nth write. */
function failingAt(nth: number): () => Promise<void> {
  let writes = 0;
  return async () => {
    writes += 1;
    if (writes === nth) throw FULL_DISK;
  };
}

describe("two targets", () => {
  test("SYNC-7: are filled by one reading, no call more, and each message is built once", async () => {
    const [a, b] = [emptyRun(), emptyRun()];
    const { pages, calls } = await read([memoryTarget(a), memoryTarget(b)]);
    expect(pages).toBe(PAGES);
    expect(calls.filter((call) => call !== "DescribeUserPool")).toHaveLength(PAGES);
    expect(rowsOf(b)).toEqual(await rowsOfOneRun());
    expect(rowsOf(a)).toEqual(rowsOf(b));
    expect(a.run).toEqual(b.run);
    for (const [id, grant] of a.grants) expect(b.grants.get(id)).toBe(grant);
    const listedOnce = a.resources.get(`user:${userNumber(9).sub}`);
    expect(b.resources.get(`user:${userNumber(9).sub}`)).toBe(listedOnce);
  });

  const cuts = Array.from({ length: PAGES }, (_, n) => n + 1);
  test.for(cuts.flatMap((cut) => [0, 1].map((which) => [cut, which] as const)))(
    "SYNC-8: at write %i target %i fails, and the run goes on to the same rows in both",
    async ([cut, which]) => {
      const runs = [emptyRun(), emptyRun()];
      const broken = runs.map((run, index) =>
        memoryTarget(run, {
          name: `target ${index}`,
          ...(index === which ? { beforeWrite: failingAt(cut) } : {}),
        }),
      );
      await expect(read(broken)).rejects.toMatchObject({
        code: "resource-exhausted",
        message: `target ${which}: the disk is full`,
      });
      const [id] = runs.map(({ run }) => run?.id);
      // Brought to the same place here, and once more by the reading: a process may die in between.
      const group = await combineTargets(runs.map((run) => memoryTarget(run)));
      expect(group).toMatchObject({ resumed: true, discarded: [], run: { id } });
      const { pages } = await read(runs.map((run) => memoryTarget(run)));
      const whole = await rowsOfOneRun();
      for (const run of runs) {
        expect(rowsOf(run)).toEqual(whole);
        expect([...run.listings.values()].filter(({ state }) => state !== "done")).toEqual([]);
      }
      // What both had is not read again: at most a page for each of the three listings in flight.
      expect(pages).toBeLessThanOrEqual(PAGES - cut + 1 + 3);
    },
  );

  test("SYNC-8: a group that only one of them dropped, or met, is dropped or met in both", async () => {
    const content = world();
    const gone: Interception = (operation, _, page) => {
      if (operation === "ListUsersInGroup g6" && page.marker !== undefined) throw groupGone("g6");
    };
    for (let cut = 1; cut <= PAGES; cut += 1) {
      const runs = [emptyRun(), emptyRun()];
      const targets = [
        memoryTarget(runs[0] ?? emptyRun()),
        memoryTarget(runs[1] ?? emptyRun(), { beforeWrite: failingAt(cut) }),
      ];
      const { connector } = connectorOf(content, gone);
      await expect(syncInto(targets, { connector, listingsAtOnce: 2 })).rejects.toThrow("disk is full");
      const rest = connectorOf(content, gone);
      const reopened = runs.map((run) => memoryTarget(run));
      await syncInto(reopened, { connector: rest.connector, listingsAtOnce: 2 });
      const without = {
        ...world(),
        groups: world().groups?.filter(({ name }) => name !== "g6") ?? [],
      };
      for (const run of runs) expect(rowsOf(run)).toEqual(await rowsOfOneRun(without));
    }
  });

  async function cutRun(): Promise<MemoryRun> {
    const run = emptyRun();
    await expect(read([memoryTarget(run, { beforeWrite: failingAt(5) })])).rejects.toThrow("disk is full");
    return run;
  }

  test.for([
    ["nothing", async () => emptyRun(), ["a"]],
    ["another run", cutRun, ["a", "b"]],
  ] as const)("SYNC-8: begin again in all when the other one holds %s", async ([, other, discarded]) => {
    const [a, b] = [await cutRun(), await other()];
    const group = await combineTargets([memoryTarget(a, { name: "a" }), memoryTarget(b, { name: "b" })]);
    const reason = "another target of the sync does not hold it";
    expect(group.discarded).toEqual(discarded.map((target) => ({ target, reason })));
    expect(group).toMatchObject({ resumed: false, run: undefined });
    expect((await read([memoryTarget(a), memoryTarget(b)])).pages).toBe(PAGES);
    expect(rowsOf(a)).toEqual(rowsOf(b));
  });

  test("SYNC-8: go on where the groups could be set back in one of them alone", async () => {
    for (const which of [0, 1]) {
      const runs = [emptyRun(), emptyRun()];
      await expect(
        read(runs.map((run) => memoryTarget(run, { beforeWrite: failingAt(12) }))),
      ).rejects.toThrow("disk is full");
      expect(runs.map(({ listings }) => listings.get("groups:")?.pages)).toEqual([3, 3]);
      const id = runs[0]?.run?.id;
      const broken = runs.map((run, index) => {
        const target = memoryTarget(run);
        return index === which ? { ...target, rewind: () => Promise.reject(FULL_DISK) } : target;
      });
      await expect(read(broken)).rejects.toThrow("disk is full");
      const group = await combineTargets(runs.map((run) => memoryTarget(run)));
      expect(group).toMatchObject({ resumed: true, discarded: [], run: { id } });
      await read(runs.map((run) => memoryTarget(run)));
      for (const run of runs) expect(rowsOf(run)).toEqual(await rowsOfOneRun());
    }
  });

  test("SYNC-8: begin again when they hold one run at places that one page does not explain", async () => {
    const runs = [emptyRun(), emptyRun()];
    await read(runs.map((run) => memoryTarget(run)));
    const [a, b] = runs;
    a?.listings.set("users:", { kind: "users", part: "", token: "t", state: "open", pages: 1 });
    const group = await combineTargets(runs.map((run, index) => memoryTarget(run, { name: `${index}` })));
    const reason = "the targets of the sync are at different places in it";
    expect(group.discarded).toEqual(["0", "1"].map((target) => ({ target, reason })));
    expect([a?.run, b?.run]).toEqual([undefined, undefined]);
  });
});

describe("a target across a network", () => {
  /** Each write waits until it is released. */
  function slowTarget(run: MemoryRun) {
    const waiting: (() => void)[] = [];
    const target = memoryTarget(run, {
      name: "slow",
      beforeWrite: () => new Promise<void>((resolve) => waiting.push(resolve)),
    });
    return { target, waiting };
  }

  /** Lets everything run that does not wait for a release. */
  async function quiet(): Promise<void> {
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  test("SYNC-7: gets one call at a time; meanwhile other listings are read, and no more than may be in flight", async () => {
    const [fast, slow] = [emptyRun(), emptyRun()];
    const { target, waiting } = slowTarget(slow);
    const content = world();
    const { connector, calls } = connectorOf(content);
    const reading = syncInto([memoryTarget(fast), target], { connector, listingsAtOnce: 4 });
    let mostAhead = 0;
    const state = { ended: false };
    const done = reading.finally(() => {
      state.ended = true;
    });
    const pagesOf = (run: MemoryRun) => [...run.listings.values()].reduce((sum, { pages }) => sum + pages, 0);
    await quiet();
    // The first page of the users is not committed in the slow target, but the groups were read.
    expect(calls.toSorted()).toEqual(["DescribeUserPool", "ListGroups", "ListUsers"]);
    while (!state.ended) {
      expect(waiting.length).toBeLessThanOrEqual(1);
      mostAhead = Math.max(mostAhead, pagesOf(fast) - pagesOf(slow));
      waiting.shift()?.();
      await quiet();
    }
    await done;
    expect(mostAhead).toBeGreaterThan(1);
    expect(mostAhead).toBeLessThanOrEqual(4);
    expect(rowsOf(slow)).toEqual(rowsOf(fast));
  });

  test("is waited for when another target fails, so that nothing closes it within a commit", async () => {
    const { target, waiting } = slowTarget(emptyRun());
    const failing = memoryTarget(emptyRun(), { name: "full", beforeWrite: failingAt(1) });
    let ended = false;
    const reading = read([failing, target]).finally(() => {
      ended = true;
    });
    const failure = reading.catch((error: unknown) => error);
    await quiet();
    expect(ended).toBe(false);
    for (; waiting.length > 0; await quiet()) waiting.shift()?.();
    expect(await failure).toMatchObject({ message: "full: the disk is full" });
  });

  test("with an answer time of some milliseconds holds the same rows as one that answers at once", async () => {
    const run = emptyRun();
    const target = memoryTarget(run, {
      beforeWrite: () => new Promise((resolve) => setTimeout(resolve, 2)),
    });
    await read([target], world(), 8);
    expect(rowsOf(run)).toEqual(await rowsOfOneRun());
  });
});

describe("publishing", () => {
  async function wholeRuns(): Promise<readonly [MemoryRun, MemoryRun]> {
    const runs = [emptyRun(), emptyRun()] as const;
    await read(runs.map((run) => memoryTarget(run)));
    return runs;
  }

  test("SYNC-9: asks all before the first publishes, so a guard of one keeps them all as they were", async () => {
    const [a, b] = await wholeRuns();
    const guarded = memoryTarget(b, {
      name: "b",
      beforeCheck: () => Promise.reject(new GovernanceError("refused-by-guard", "half would be lost")),
    });
    const group = await combineTargets([memoryTarget(a, { name: "a" }), guarded]);
    await expect(group.publish(PUBLISH, never)).rejects.toMatchObject({
      code: "refused-by-guard",
      message: "b: half would be lost",
    });
    expect([a.complete, b.complete]).toEqual([undefined, undefined]);
    expect((await combineTargets([memoryTarget(a), memoryTarget(b)])).resumed).toBe(true);
  });

  test("SYNC-9: goes in the order of the targets; the second one that fails is published later, alone", async () => {
    const [a, b] = await wholeRuns();
    const order: string[] = [];
    const publishing = (name: string, fails: boolean) => ({
      name,
      beforePublish: async () => {
        order.push(name);
        if (fails) throw FULL_DISK;
      },
    });
    const group = await combineTargets([
      memoryTarget(a, publishing("a", false)),
      memoryTarget(b, publishing("b", true)),
    ]);
    const id = group.run?.id;
    await expect(group.publish(PUBLISH, never)).rejects.toThrow(
      "b: the disk is full; the run is in a, and the next sync publishes the rest without reading again",
    );
    expect(order).toEqual(["a", "b"]);
    expect([a.complete?.id, b.complete]).toEqual([id, undefined]);

    const { connector, calls } = connectorOf(world());
    const targets = [memoryTarget(a, { name: "a" }), memoryTarget(b, { name: "b" })];
    const rest = await combineTargets(targets);
    expect(rest).toMatchObject({ resumed: true, names: ["b"] });
    await syncInto(targets, { connector, listingsAtOnce: 3 });
    expect(calls).toEqual([]);
    expect(await rest.publish(PUBLISH, never)).toMatchObject([{ id, endedAt: NOON }]);
    expect(a.complete).toEqual(b.complete);
  });

  test("SYNC-9: a run that waits in one target is dropped when the others have published a later one", async () => {
    const [a, b] = await wholeRuns();
    a.run = undefined;
    a.complete = {
      id: "another",
      startedAt: NOON,
      scope: WHOLE_POOL,
      endedAt: NOON,
      counts: { users: 0, groups: 0, memberships: 0 },
    };
    const group = await combineTargets([memoryTarget(a, { name: "a" }), memoryTarget(b, { name: "b" })]);
    expect(group.discarded).toEqual([{ target: "b", reason: "another target of the sync does not hold it" }]);
    expect(b.run).toBeUndefined();
  });
});

describe("a target of domain rows", () => {
  test("gets users, groups and memberships as the domain knows them, and no message is built for it", async () => {
    const seen = { users: new Set<string>(), groups: new Set<string>(), memberships: new Set<string>() };
    let built = 0;
    const { connector } = connectorOf(world());
    function counting<T extends { build(): unknown }>(row: T): T {
      return Object.assign(row, {
        build() {
          built += 1;
          throw new Error("nobody asked for it");
        },
      });
    }
    const counted: typeof connector = {
      ...connector,
      async listUsers(request, signal) {
        const page = await connector.listUsers(request, signal);
        return { ...page, items: page.items.map(counting) };
      },
      async listGroups(request, signal) {
        const page = await connector.listGroups(request, signal);
        return { ...page, items: page.items.map(counting) };
      },
      async listMembers(group, request, signal) {
        const page = await connector.listMembers(group, request, signal);
        for (const { member } of page.items) counting(member);
        return { ...page, items: page.items.map(counting) };
      },
    };
    const plan = memoryTarget(emptyRun());
    const sql: SyncTarget = {
      ...plan,
      get run() {
        return plan.run;
      },
      async commit(page) {
        for (const { user } of page.users) seen.users.add(`${user.sub} ${user.attributes.get("email")}`);
        for (const { group } of page.groups)
          seen.groups.add(`${group.name} ${group.createdAt.toISOString()}`);
        for (const { groupName, member } of page.memberships) {
          seen.memberships.add(`${groupName} ${member.user.sub}`);
        }
        return await plan.commit({ ...page, users: [], groups: [], memberships: [] });
      },
    };
    await syncInto([sql], { connector: counted, listingsAtOnce: 3 });
    expect(built).toBe(0);
    expect([seen.users.size, seen.groups.size, seen.memberships.size]).toEqual([10, 7, 21]);
    expect(seen.users).toContain(`${userNumber(3).sub} user3@example.com`);
    expect(seen.memberships).toContain(`g4 ${userNumber(3).sub}`);
  });
});
