import { describe, expect, test } from "vitest";
import {
  fakeDirectory,
  type Interception,
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
import type { Directory } from "../core/directory.ts";
import { GovernanceError } from "../core/errors.ts";
import type { Group } from "../core/group.ts";
import type { MembersRead } from "../core/sync-plan.ts";

const PAGE_ITEMS = 4;

/** 11 users and six groups of 0 to 11 members, in pages of four: who is in most groups needs two calls. */
function world() {
  const users = Array.from({ length: 11 }, (_, n) => userNumber(n));
  const sizes = { none: 0, one: 1, two: 2, five: 5, nine: 9, all: 11 };
  return {
    users,
    groups: Object.keys(sizes).map((name) => someGroup(name)),
    members: new Map(Object.entries(sizes).map(([name, size]) => [name, users.slice(0, size)])),
    pageItems: PAGE_ITEMS,
  };
}

const COUNTS = { users: 11, groups: 6, memberships: 28 };

function read(
  directory: Directory,
  run: MemoryRun,
  {
    membersRead = "by user",
    listingsAtOnce = 3,
    beforeWrite = async () => {},
  }: { membersRead?: MembersRead; listingsAtOnce?: number; beforeWrite?: () => Promise<void> } = {},
) {
  const connector = createConnector({ directory, poolId: POOL, userIdKind: "sub", now: () => 0 });
  return syncInto([memoryTarget(run, { beforeWrite })], { connector, membersRead, listingsAtOnce });
}

async function readWorld(intercept?: Interception) {
  const fake = fakeDirectory(world(), intercept);
  const run = emptyRun();
  const outcome = await read(fake.directory, run);
  return { ...fake, run, outcome };
}

const rowsOf = ({ resources, entitlements, grants }: MemoryRun) => ({ resources, entitlements, grants });

const membersIn = (run: MemoryRun, group: string): readonly string[] =>
  [...run.grants.values()]
    .filter((grant) => grant.entitlement?.resource?.id?.resource === group)
    .map((grant) => grant.principal?.id?.resource ?? "")
    .toSorted();

const subs = (...numbers: readonly number[]): readonly string[] => numbers.map((n) => userNumber(n).sub);

describe("memberships that are read by user", () => {
  test("are the same rows as by group", async () => {
    const { run, outcome, calls } = await readWorld();
    const other = emptyRun();
    await read(fakeDirectory(world()).directory, other, { membersRead: "by group" });
    expect(rowsOf(run)).toEqual(rowsOf(other));
    expect(countsOf(run)).toEqual(COUNTS);
    expect(outcome.membersRead).toBe("by user");
    // The user of five groups has two pages of them.
    expect(calls.filter((call) => call === "AdminListGroupsForUser")).toHaveLength(11 + 1);
    expect(calls.filter((call) => call.startsWith("ListUsersInGroup"))).toEqual([]);
  });

  test("are the same rows, cut off at any call or write, and a run goes on as it began", async () => {
    const whole = rowsOf((await readWorld()).run);
    for (let cut = 2; ; cut += 1) {
      const run = emptyRun();
      let steps = 0;
      const step = (): void => {
        steps += 1;
        if (steps >= cut) throw throttledError();
      };
      const beforeWrite = async (): Promise<void> => step();
      const isWhole = await read(fakeDirectory(world(), step).directory, run, { beforeWrite }).then(
        () => true,
        () => false,
      );
      if (isWhole) break;
      if (run.run === undefined) continue;
      const healthy = fakeDirectory(world());
      const outcome = await read(healthy.directory, run, { membersRead: "by group" });
      expect({ cut, rows: rowsOf(run), way: outcome.membersRead }).toEqual({
        cut,
        rows: whole,
        way: "by user",
      });
    }
  });

  test.each([
    [0, false],
    [1, false],
    [0, true],
    [1, true],
  ])(
    "are the same rows in two targets, of which number %i dies before any commit (a group made again: %s)",
    async (dying, isMadeAgain) => {
      for (let cut = 1; ; cut += 1) {
        const runs = [emptyRun(), emptyRun()];
        let writes = 0;
        const beforeWrite = async (): Promise<void> => {
          writes += 1;
          if (writes >= cut) throw new GovernanceError("unavailable", "the server is gone");
        };
        const { directory, content } = fakeDirectory(world());
        const connector = createConnector({ directory, poolId: POOL, userIdKind: "sub", now: () => 0 });
        const options = { connector, membersRead: "by user", listingsAtOnce: 1 } as const;
        const isWhole = await syncInto(
          runs.map((run, n) => memoryTarget(run, n === dying ? { beforeWrite } : {})),
          options,
        ).then(
          () => true,
          () => false,
        );
        if (isWhole) break;
        if (isMadeAgain) {
          const createdAt = new Date("2026-11-29T00:00:00Z");
          content.groups = content.groups.map((one) => (one.name === "nine" ? { ...one, createdAt } : one));
          content.members.set("nine", content.users.slice(2, 7));
        }
        await syncInto(
          runs.map((run) => memoryTarget(run)),
          options,
        );
        const truth = emptyRun();
        await read(fakeDirectory(content).directory, truth, { membersRead: "by group" });
        expect({ cut, rows: runs.map(rowsOf) }).toEqual({ cut, rows: [rowsOf(truth), rowsOf(truth)] });
        expect(runs.map(openListingsOf)).toEqual([[], []]);
      }
    },
  );

  test("fail the run where one call fails: no user without memberships is stored", async () => {
    const run = emptyRun();
    const { directory } = fakeDirectory(world(), (operation, number) => {
      if (operation === "AdminListGroupsForUser" && number > 6) throw throttledError();
    });
    await expect(read(directory, run)).rejects.toMatchObject({ code: "throttled" });
    for (const key of run.stamps.keys()) {
      const sub = key.slice("user:".length);
      expect(membersIn(run, "all")).toContain(sub);
    }
  });

  test("of a user who was deleted, and made again under the username, are not those of the newer one", async () => {
    let remade = false;
    const { directory, content } = fakeDirectory(world(), (operation) => {
      if (operation !== "AdminListGroupsForUser" || remade) return;
      remade = true;
      const [old, ...others] = content.users;
      if (old === undefined) return;
      const newer = { ...userNumber(70), username: old.username };
      // At the end of the listing, as in a pool that lists by age.
      content.users = [...others, newer];
      content.members = new Map([
        ["none", [newer]],
        ["two", others.slice(0, 2)],
      ]);
    });
    const run = emptyRun();
    await read(directory, run, { listingsAtOnce: 1 });
    expect(membersIn(run, "none")).not.toContain(userNumber(0).sub);
    expect(membersIn(run, "two")).toEqual(subs(1, 2));
  });

  test.each([
    ["and is found by the sub", true],
    ["and no listing has the user, but AdminGetUser", false],
  ])("are kept where a user is only on another page by then, %s", async (_, isListed) => {
    const { directory, content, calls } = fakeDirectory(world());
    const seen: Directory = {
      ...directory,
      ...(!isListed && { findUsers: async () => [] }),
      async listGroupsOfUser(username, page, signal) {
        // To the first page, which is read already.
        if (username === "user4") content.users.sort((one) => (one.username === username ? -1 : 0));
        return await directory.listGroupsOfUser(username, page, signal);
      },
    };
    const run = emptyRun();
    await read(seen, run, { listingsAtOnce: 1 });
    expect(membersIn(run, "five")).toEqual(subs(0, 1, 2, 3, 4));
    expect(calls.includes("AdminGetUser")).toBe(!isListed);
  });

  test("in a group that the listing of groups had passed come with their group", async () => {
    const content = world();
    const fake = fakeDirectory(content, (operation) => {
      if (operation !== "AdminListGroupsForUser" || content.groups.some(({ name }) => name === "new")) return;
      content.groups.push(someGroup("new", { createdAt: new Date("2026-11-29T00:00:00Z") }));
      content.members.set("new", content.users.slice(9));
    });
    const run = emptyRun();
    await read(fake.directory, run, { listingsAtOnce: 1 });
    expect(run.resources.has("group:new")).toBe(true);
    expect([...run.entitlements.values()].some(({ resource }) => resource?.id?.resource === "new")).toBe(
      true,
    );
    expect(membersIn(run, "new")).toEqual(subs(9, 10));
  });

  test("in a group that is deleted meanwhile are those that were met", async () => {
    const { directory, content } = fakeDirectory(world(), (operation, number) => {
      if (operation !== "AdminListGroupsForUser" || number < 12) return;
      content.groups = content.groups.filter(({ name }) => name !== "all");
    });
    const run = emptyRun();
    await read(directory, run);
    expect(membersIn(run, "nine").length).toBe(9);
    expect(membersIn(run, "all").length).toBeLessThan(11);
  });

  test("of one page wait side by side, and those of the next page are begun meanwhile", async () => {
    const { directory } = fakeDirectory(world());
    const waiting: (() => void)[] = [];
    let most = 0;
    const slow: Directory = {
      ...directory,
      async listGroupsOfUser(username, page, signal) {
        const { promise, resolve } = Promise.withResolvers<void>();
        waiting.push(resolve);
        most = Math.max(most, waiting.length);
        setImmediate(() => setImmediate(() => waiting.shift()?.()));
        await promise;
        return await directory.listGroupsOfUser(username, page, signal);
      },
    };
    await read(slow, emptyRun());
    expect(most).toBeGreaterThan(PAGE_ITEMS);
    expect(most).toBeLessThanOrEqual(2 * PAGE_ITEMS);
  });

  test("take the turns of a sync", async () => {
    const { directory } = fakeDirectory(world());
    const asked = new Set<boolean | undefined>();
    const noting: Directory = {
      ...directory,
      listGroupsOfUser(username, page, signal) {
        asked.add(page.isOfSync);
        return directory.listGroupsOfUser(username, page, signal);
      },
    };
    await read(noting, emptyRun());
    expect([...asked]).toEqual([true]);
  });
});

describe("a group that is deleted and made again while memberships are read by user", () => {
  const again = (name: string): Group => someGroup(name, { createdAt: new Date("2026-11-29T00:00:00Z") });

  test("has no member of the older one", async () => {
    let calls = 0;
    const { directory, content } = fakeDirectory(world(), (operation) => {
      if (operation !== "AdminListGroupsForUser") return;
      calls += 1;
      if (calls !== 9) return;
      content.groups = content.groups.map((group) => (group.name === "all" ? again("all") : group));
      content.members.set("all", content.users.slice(8, 10));
    });
    const run = emptyRun();
    await read(directory, run, { listingsAtOnce: 1 });
    expect(run.resources.get("group:all")?.createdAt).toBeDefined();
    expect(membersIn(run, "all")).toEqual(subs(8, 9));
    expect(membersIn(run, "nine")).toHaveLength(9);
  });

  test("is not replaced by a page of the listing of before", async () => {
    const { directory } = fakeDirectory(world());
    const ahead: Directory = {
      ...directory,
      async listGroupsOfUser(username, page, signal) {
        const answer = await directory.listGroupsOfUser(username, page, signal);
        return { ...answer, items: answer.items.map((group) => again(group.name)) };
      },
    };
    const run = emptyRun();
    await read(ahead, run, { listingsAtOnce: 1 });
    expect(membersIn(run, "all")).toHaveLength(11);
    expect(run.resources.get("group:all")?.createdAt?.seconds).toBe(
      BigInt(again("all").createdAt.getTime() / 1000),
    );
  });

  test("has the members of the newer one whom the run had passed", async () => {
    let calls = 0;
    const { directory, content } = fakeDirectory(world(), (operation) => {
      if (operation !== "AdminListGroupsForUser") return;
      calls += 1;
      if (calls !== 9) return;
      // Somebody replaces the group, and all are in the new one at once.
      content.groups = content.groups.map((group) => (group.name === "all" ? again("all") : group));
    });
    const run = emptyRun();
    await read(directory, run, { listingsAtOnce: 1 });
    expect(membersIn(run, "all")).toHaveLength(11);
    expect(openListingsOf(run)).toEqual([]);
  });

  test("has them too where it was made again while no process read", async () => {
    const runs = [emptyRun(), emptyRun()] as const;
    let writes = 0;
    const beforeWrite = async (): Promise<void> => {
      writes += 1;
      if (writes === 4) throw new GovernanceError("unavailable", "the server is gone");
    };
    const { directory, content } = fakeDirectory(world());
    const connector = createConnector({ directory, poolId: POOL, userIdKind: "sub", now: () => 0 });
    const options = { connector, membersRead: "by user", listingsAtOnce: 2 } as const;
    const [first, second] = [memoryTarget(runs[0]), memoryTarget(runs[1], { beforeWrite })];
    await expect(syncInto([first, second], options)).rejects.toThrow("the server is gone");
    content.groups = content.groups.map((group) => (group.name === "all" ? again("all") : group));
    await syncInto(
      runs.map((run) => memoryTarget(run)),
      options,
    );
    for (const run of runs) {
      expect(membersIn(run, "all")).toHaveLength(11);
      expect(openListingsOf(run)).toEqual([]);
    }
  });

  test("that vanishes while its members are read is met again with a user who is in it", async () => {
    let calls = 0;
    const { directory, content } = fakeDirectory(world(), (operation) => {
      if (operation === "ListUsersInGroup all")
        throw new GovernanceError("not-found", "gone", { reason: "group-gone" });
      if (operation !== "AdminListGroupsForUser") return;
      calls += 1;
      if (calls === 6)
        content.groups = content.groups.map((one) => (one.name === "all" ? again("all") : one));
    });
    const run = emptyRun();
    await read(directory, run, { listingsAtOnce: 3 });
    expect(run.resources.has("group:all")).toBe(membersIn(run, "all").length > 0);
    expect(openListingsOf(run)).toEqual([]);
  });

  test("is not replaced by an answer of before, and has no membership of it", async () => {
    const older = world();
    const { directory } = fakeDirectory({
      ...older,
      groups: older.groups.map((group) => (group.name === "all" ? again("all") : group)),
    });
    const stale: Directory = {
      ...directory,
      async listGroupsOfUser(username, page, signal) {
        const answer = await directory.listGroupsOfUser(username, page, signal);
        if (username !== "user3") return answer;
        return {
          ...answer,
          items: answer.items.map((group) => (group.name === "all" ? someGroup("all") : group)),
        };
      },
    };
    const run = emptyRun();
    await read(stale, run);
    expect(membersIn(run, "all")).toHaveLength(10);
    expect(membersIn(run, "all")).not.toContain(subs(3)[0]);
  });
});
