import { setImmediate as nextTurn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import {
  fakeDirectory,
  groupGone,
  POOL,
  someGroup,
  throttledError,
  userNumber,
} from "../../test/support/fake-directory.ts";
import {
  countsOf,
  emptyRun,
  type MemoryRun,
  memoryTarget,
  openListingsOf,
  syncInto,
} from "../../test/support/memory-target.ts";
import { createConnector } from "../connector/create-connector.ts";
import { orAborted } from "../core/abort.ts";
import type { Directory } from "../core/directory.ts";
import { GovernanceError } from "../core/errors.ts";
import type { Page } from "../core/page.ts";
import type { User } from "../core/user.ts";
import type { SyncTarget } from "./target.ts";

const never = new AbortController().signal;

function connectorOver(directory: Directory) {
  return createConnector({ directory, poolId: POOL, userIdKind: "sub", now: () => 0 });
}

/** 130 users and four groups of 0, 1, 61 and 130 members, read in pages of 60. */
function world() {
  const users = Array.from({ length: 130 }, (_, n) => userNumber(n));
  const sizes = { none: 0, one: 1, some: 61, all: 130 };
  return {
    users,
    groups: Object.keys(sizes).map((name) => someGroup(name)),
    members: new Map(Object.entries(sizes).map(([name, size]) => [name, users.slice(0, size)])),
  };
}

const PAGES = 3 + 1 + (1 + 1 + 2 + 3);

function rowsOf(run: MemoryRun) {
  return {
    resources: [...run.resources.keys()].sort(),
    entitlements: [...run.entitlements.keys()].sort(),
    grants: [...run.grants.keys()].sort(),
  };
}

async function wholeRun(): Promise<MemoryRun> {
  const run = emptyRun();
  await syncInto(
    [memoryTarget(run)],
    { connector: connectorOver(fakeDirectory(world()).directory), listingsAtOnce: 4 },
    never,
  );
  return run;
}

describe("a sync", () => {
  test("SYNC-6: reads every page once and asks nothing per user (mark 15, mark 16)", async () => {
    const { directory, calls } = fakeDirectory(world());
    const run = emptyRun();
    const outcome = await syncInto(
      [memoryTarget(run)],
      { connector: connectorOver(directory), listingsAtOnce: 3 },
      never,
    );
    expect(outcome).toEqual({ pages: PAGES, droppedGroups: [], usersRead: "whole", membersRead: "by group" });
    expect(calls.filter((call) => call !== "DescribeUserPool")).toHaveLength(PAGES);
    expect(countsOf(run)).toEqual({ users: 130, groups: 4, memberships: 192 });
  });

  test.for(Array.from({ length: PAGES + 1 }, (_, n) => n + 1))(
    "SYNC-1, SYNC-2: cut at call %i and resumed gives the same rows, and re-reads the groups and at most one page of any other listing",
    async (cut) => {
      const run = emptyRun();
      const broken = fakeDirectory(world(), (_, number) => {
        if (number === cut) throw throttledError();
      });
      const deps = { connector: connectorOver(broken.directory), listingsAtOnce: 2 };
      await expect(syncInto([memoryTarget(run)], deps, never)).rejects.toMatchObject({ code: "throttled" });
      const kept = [...run.listings.values()].filter(({ kind }) => kind !== "groups");
      const pagesKept = kept.reduce((sum, cursor) => sum + cursor.pages, 0);

      const healthy = fakeDirectory(world());
      const rest = await syncInto(
        [memoryTarget(run)],
        { connector: connectorOver(healthy.directory), listingsAtOnce: 2 },
        never,
      );
      expect(rowsOf(run)).toEqual(rowsOf(await wholeRun()));
      expect(pagesKept + rest.pages).toBe(PAGES);
    },
  );

  test("holds no page while it waits for the next one", async () => {
    const [read, stopped] = [Promise.withResolvers<void>(), new AbortController()];
    let user: WeakRef<User> | undefined;
    const fake = fakeDirectory({ users: [], groups: [], members: new Map() });
    const directory: Directory = {
      ...fake.directory,
      async listUsers({ marker }, signal) {
        if (marker === undefined) {
          const only = userNumber(1);
          user = new WeakRef(only);
          return { items: [only], next: "second" };
        }
        read.resolve();
        return await orAborted(new Promise<never>(() => {}), signal);
      },
    };
    const deps = { connector: connectorOver(directory), listingsAtOnce: 1 };
    const reading = syncInto([memoryTarget(emptyRun())], deps, stopped.signal);
    await read.promise;
    setFlagsFromString("--expose-gc");
    const collect: unknown = runInNewContext("gc");
    // A WeakRef holds its target until the turn is over.
    await nextTurn();
    if (typeof collect === "function") Reflect.apply(collect, undefined, []);
    expect(user?.deref()).toBeUndefined();
    stopped.abort(new GovernanceError("canceled", "stopped"));
    await expect(reading).rejects.toMatchObject({ code: "canceled" });
  });

  test("SYNC-10: a run that goes on reads the groups first, and says so of these pages alone", async () => {
    const run = emptyRun();
    const broken = fakeDirectory(world(), (_, number) => {
      if (number === 9) throw throttledError();
    });
    const deps = { connector: connectorOver(broken.directory), listingsAtOnce: 2 };
    await expect(syncInto([memoryTarget(run)], deps, never)).rejects.toMatchObject({ code: "throttled" });

    const target = memoryTarget(run);
    const pages: { readonly kind: string; readonly idle: boolean }[] = [];
    const recording: SyncTarget = {
      ...target,
      commit(page) {
        pages.push({ kind: page.cursor.kind, idle: page.membersAreIdle === true });
        return target.commit(page);
      },
    };
    const healthy = { connector: connectorOver(fakeDirectory(world()).directory), listingsAtOnce: 2 };
    await syncInto([recording], healthy, never);
    const [first, ...others] = pages;
    expect(first).toEqual({ kind: "groups", idle: true });
    expect(others.length).toBeGreaterThan(0);
    expect(others.filter(({ kind, idle }) => kind === "groups" || idle)).toEqual([]);
  });

  test("SYNC-10: and so does the next one, where the first page of the groups could not be read again", async () => {
    const [run, content] = [emptyRun(), world()];
    async function cutBefore(operation: string, number: number): Promise<void> {
      let met = 0;
      const { directory } = fakeDirectory(content, (called) => {
        if (called !== operation) return;
        met += 1;
        if (met === number) throw throttledError();
      });
      const deps = { connector: connectorOver(directory), listingsAtOnce: 2 };
      await expect(syncInto([memoryTarget(run)], deps, never)).rejects.toMatchObject({ code: "throttled" });
    }
    await cutBefore("ListUsersInGroup all", 2);
    expect(openListingsOf(run)).toContainEqual(expect.objectContaining({ part: "all", pages: 1 }));
    const newer = someGroup("all", { createdAt: new Date("2026-11-20T00:00:00Z") });
    content.groups = content.groups.map((group) => (group.name === "all" ? newer : group));
    content.members.set("all", content.users.slice(100));
    await cutBefore("ListGroups", 1);

    const { directory } = fakeDirectory(content);
    await syncInto([memoryTarget(run)], { connector: connectorOver(directory), listingsAtOnce: 2 }, never);
    const members = [...run.grants.values()].filter(
      ({ entitlement }) => entitlement?.id === "group:all:member",
    );
    expect(members.map(({ principal }) => principal?.id?.resource ?? "").sort()).toEqual(
      content.users.slice(100).map(({ sub }) => sub),
    );
  });

  test("SYNC-2: a failed page stops every listing and is the error that comes out", async () => {
    const { directory } = fakeDirectory(world(), (operation) => {
      if (operation.startsWith("ListUsersInGroup"))
        throw new GovernanceError("permission-denied", "IAM says no");
    });
    const run = emptyRun();
    const sync = syncInto(
      [memoryTarget(run)],
      { connector: connectorOver(directory), listingsAtOnce: 4 },
      never,
    );
    await expect(sync).rejects.toMatchObject({ code: "permission-denied", message: "IAM says no" });
    expect(openListingsOf(run).length).toBeGreaterThan(0);
  });

  test("SYNC-3: an abort ends it as canceled, with what was committed", async () => {
    const stop = new AbortController();
    const { directory } = fakeDirectory(world(), (_, number) => {
      if (number === 4) stop.abort();
    });
    const run = emptyRun();
    const sync = syncInto(
      [memoryTarget(run)],
      { connector: connectorOver(directory), listingsAtOnce: 1 },
      stop.signal,
    );
    await expect(sync).rejects.toMatchObject({ code: "canceled" });
    expect(openListingsOf(run).length).toBeGreaterThan(0);
  });

  test("SYNC-4: a group that vanishes while it is read drops only itself", async () => {
    const { directory } = fakeDirectory(world(), (operation, _, page) => {
      if (operation === "ListUsersInGroup all" && page.marker !== undefined) throw groupGone("all");
    });
    const run = emptyRun();
    const outcome = await syncInto(
      [memoryTarget(run)],
      { connector: connectorOver(directory), listingsAtOnce: 2 },
      never,
    );
    expect(outcome.droppedGroups).toEqual(["all"]);
    expect(countsOf(run)).toEqual({ users: 130, groups: 3, memberships: 62 });
    expect([...run.entitlements.keys()].sort()).toEqual([
      "group:none:member",
      "group:one:member",
      "group:some:member",
    ]);
  });

  test("SYNC-5, mark 9: who is met only in a member page is added, so that no grant dangles", async () => {
    const content = world();
    const late = userNumber(999);
    content.members.set("one", [late]);
    const run = emptyRun();
    const connector = connectorOver(fakeDirectory(content).directory);
    await syncInto([memoryTarget(run)], { connector, listingsAtOnce: 2 }, never);
    expect(run.resources.get(`user:${late.sub}`)?.displayName).toBe("user999@example.com");
    for (const grant of run.grants.values()) {
      expect(run.resources.has(`user:${grant.principal?.id?.resource}`)).toBe(true);
    }
  });

  test("mark 1: goes on over empty pages until the token is absent", async () => {
    let empties = 0;
    const { directory } = fakeDirectory(world(), (operation, _, page) => {
      if (operation !== "ListUsers" || page.marker !== "m:60" || empties === 3) return;
      empties += 1;
      // Each empty page leads to another marker; the fake reads only the digits.
      return { items: [], next: empties === 3 ? "m:060" : `m:${"0".repeat(empties + 1)}60` };
    });
    const run = emptyRun();
    await syncInto([memoryTarget(run)], { connector: connectorOver(directory), listingsAtOnce: 1 }, never);
    expect(countsOf(run).users).toBe(130);
  });

  test("mark 2: a page of 7 is no sign of the end", async () => {
    const run = emptyRun();
    const { directory } = fakeDirectory({ ...world(), pageItems: 7 });
    await syncInto([memoryTarget(run)], { connector: connectorOver(directory), listingsAtOnce: 2 }, never);
    expect(rowsOf(run)).toEqual(rowsOf(await wholeRun()));
  });

  test.for([
    ["older", "newer"],
    ["newer", "older"],
  ] as const)("a page with a group twice, the %s one first, has the newer one", async (order) => {
    const content = world();
    const newer = { ...someGroup("all"), createdAt: new Date("2026-11-20T00:00:00Z"), description: "newer" };
    const twice = order.map((one) => (one === "newer" ? newer : someGroup("all")));
    const run = emptyRun();
    const { directory } = fakeDirectory({ ...content, groups: twice });
    await syncInto([memoryTarget(run)], { connector: connectorOver(directory), listingsAtOnce: 4 }, never);
    expect(run.resources.get("group:all")).toMatchObject({ description: "newer" });
    expect(run.grants.size).toBe(130);
    expect(countsOf(run).groups).toBe(1);
  });

  test("mark 4: markers that lead in a circle end it with an error", async () => {
    const { directory } = fakeDirectory(world(), (operation, _, page) => {
      if (operation !== "ListUsers") return;
      const step = page.marker === undefined ? 0 : Number(page.marker.slice(2));
      return { items: [], next: `m:${(step + 1) % 5}` };
    });
    const sync = syncInto(
      [memoryTarget(emptyRun())],
      { connector: connectorOver(directory), listingsAtOnce: 1 },
      never,
    );
    await expect(sync).rejects.toMatchObject({
      code: "internal",
      message: expect.stringContaining("circle"),
    });
  });

  describe.for([0, 60])("mark 4: ever new markers, each with the same %i rows", (rows) => {
    const content = world();
    let answers = 0;
    const answer = async <T>(items: readonly T[]): Promise<Page<T>> => {
      answers += 1;
      if (answers > 10_000) throw new GovernanceError("data-loss", "asked without an end");
      return { items: items.slice(0, rows), next: `new:${answers}` };
    };

    test.for([
      ["users", { listUsers: () => answer(content.users) }],
      ["groups", { listGroups: () => answer(content.groups) }],
      ["members", { listMembers: () => answer(content.users) }],
    ] as const)("end it with an error: %s", async ([, endless]) => {
      const { directory } = fakeDirectory(content);
      const connector = connectorOver({ ...directory, ...endless });
      const sync = syncInto([memoryTarget(emptyRun())], { connector, listingsAtOnce: 1 }, never);
      await expect(sync).rejects.toMatchObject({
        code: "internal",
        message: expect.stringContaining("never end"),
      });
    });
  });

  test("mark 7: a run that was cut each time after its markers had expired goes on, however often that was", async () => {
    const run = emptyRun();
    /** Reads until so many pages of users were read; the first marker has expired. */
    const process = (pagesOfUsers: number) => {
      let isExpired = true;
      let pages = 0;
      const { directory } = fakeDirectory(world(), (operation, _, { marker }) => {
        if (operation !== "ListUsers") return;
        if (marker !== undefined && isExpired) {
          isExpired = false;
          throw new GovernanceError("failed-precondition", "expired", { reason: "marker-refused" });
        }
        pages += 1;
        if (pages > pagesOfUsers) throw throttledError();
      });
      const deps = { connector: connectorOver(directory), listingsAtOnce: 1 };
      return syncInto([memoryTarget(run)], deps, never);
    };
    for (let cuts = 1; cuts <= 4; cuts += 1)
      await expect(process(2)).rejects.toMatchObject({ code: "throttled" });
    await process(Number.POSITIVE_INFINITY);
    expect(rowsOf(run)).toEqual(rowsOf(await wholeRun()));
  });

  test("mark 7: a refused marker begins the listing again, and its groups are not read twice", async () => {
    let refused = false;
    const content = world();
    const { directory, calls } = fakeDirectory({ ...content, pageItems: 2 }, (operation, _, page) => {
      if (operation !== "ListGroups" || page.marker === undefined || refused) return;
      refused = true;
      throw new GovernanceError("invalid-argument", "marker expired", { reason: "marker-refused" });
    });
    const run = emptyRun();
    await syncInto([memoryTarget(run)], { connector: connectorOver(directory), listingsAtOnce: 1 }, never);
    expect(rowsOf(run)).toEqual(rowsOf(await wholeRun()));
    expect(calls.filter((call) => call === "ListUsersInGroup none")).toHaveLength(1);
  });

  test("reads the largest groups first, by what the last run saw", async () => {
    const { directory, calls } = fakeDirectory(world());
    const target = memoryTarget(emptyRun(), { previousMembers: { all: 130, some: 61, one: 1 } });
    await syncInto([target], { connector: connectorOver(directory), listingsAtOnce: 1 }, never);
    const order = calls
      .filter((call) => call.startsWith("ListUsersInGroup"))
      .map((call) => call.split(" ")[1]);
    expect([...new Set(order)]).toEqual(["all", "some", "one", "none"]);
  });

  test("SYNC-13: says of each page how many come after it, as far as that is known", async () => {
    const asked = new Map<string, (number | undefined)[]>();
    const { directory } = fakeDirectory(world(), (operation, _, { callsAfter }) => {
      asked.set(operation, [...(asked.get(operation) ?? []), callsAfter]);
    });
    const target = memoryTarget(emptyRun(), { previousMembers: { all: 130 } });
    const connector = connectorOver(directory);
    await syncInto([target], { connector, listingsAtOnce: 4, estimatedUsers: 240 }, never);
    expect(asked.get("ListUsers")).toEqual([3, 2, 1]);
    expect(asked.get("ListUsersInGroup all")).toEqual([2, 1, 0]);
    expect(asked.get("ListUsersInGroup some")).toEqual([0, 4]);
  });
});
