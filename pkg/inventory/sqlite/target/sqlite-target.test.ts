import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { POOL, someGroup, somePool, userNumber } from "../../../../test/support/fake-directory.ts";
import { rowsOf } from "../../../../test/support/inventory-state.ts";
import {
  ACCEPT,
  BEGINNING,
  everybodyIn,
  type InventoryStage,
  inventoryStage,
  PEOPLE,
  readInto,
} from "../../../../test/support/sqlite-inventory.ts";
import { targetContract } from "../../../../test/support/target-contract.ts";
import {
  advance,
  firstListings,
  GROUPS_LISTING,
  membersListing,
  USERS_LISTING,
} from "../../../core/sync-plan.ts";
import { WHOLE_POOL } from "../../../core/sync-scope.ts";
import type { User } from "../../../core/user.ts";
import type { SyncPage, SyncTarget } from "../../../sync/target.ts";

const never = new AbortController().signal;

let stage: InventoryStage;
beforeEach(() => {
  stage = inventoryStage();
});
afterEach(() => stage.remove());

targetContract("an inventory in SQLite", () => {
  const own = inventoryStage();
  return { open: (options) => own.open(options), remove: () => own.remove() };
});

describe("a run that is merged", () => {
  test("is seen whole or not at all, by readers who ask at any moment (INVENTORY-1)", async () => {
    await stage.publish(everybodyIn(PEOPLE));
    const target = await stage.open();
    await readInto(target, everybodyIn([...PEOPLE, userNumber(10)], "more"));
    const reader = await stage.reader();
    const progress = { isDone: false };
    const publishing = target.publish(ACCEPT, never).finally(() => {
      progress.isDone = true;
    });
    const seen = new Set<string>();
    const look = async () => {
      const [row] = await rowsOf(
        reader,
        `SELECT (SELECT max(run) FROM runs) AS run, (SELECT count(*) FROM current_users) AS users,
           (SELECT count(*) FROM current_groups) AS groups, (SELECT count(*) FROM current_memberships) AS memberships,
           (SELECT count(*) FROM recorded_changes) AS changes`,
      );
      seen.add(JSON.stringify(row));
    };
    while (!progress.isDone) {
      await look();
      await setImmediate();
    }
    await publishing;
    await look();
    await reader.close();
    await target.close();
    const before = { run: 1, users: 9, groups: 1, memberships: 9, changes: 0 };
    const after = { run: 2, users: 10, groups: 2, memberships: 10, changes: 3 };
    expect([...seen]).toEqual([JSON.stringify(before), JSON.stringify(after)]);
  });

  test("changes no earlier row but by its end, and nothing where nothing changed (INVENTORY-5)", async () => {
    const everything = () =>
      Promise.all(
        ["users", "groups", "memberships", "recorded_changes"].map((table) =>
          stage.ask(`SELECT * FROM ${table}`),
        ),
      );
    await stage.publish(everybodyIn(PEOPLE));
    const first = await everything();
    await stage.publish(everybodyIn(PEOPLE));
    expect(await everything()).toEqual(first);
    const [ada, ...others] = PEOPLE;
    if (ada === undefined) throw new Error("nobody");
    await stage.publish(everybodyIn([{ ...ada, enabled: false }, ...others.slice(1)]));
    const [users = []] = await everything();
    const [before = []] = first;
    expect(users.filter((row) => row["to_run"] === null)).toHaveLength(8);
    const ended = users.filter((row) => row["to_run"] === 3);
    expect(ended.map((row) => ({ ...row, to_run: null }))).toEqual(before.slice(0, 2));
  });

  test("leaves the end of earlier rows as it is, also when their user, group and membership end again (INVENTORY-5)", async () => {
    const there = everybodyIn(PEOPLE.slice(0, 1));
    const nothing = { users: [], groups: [], members: new Map() };
    for (const content of [there, nothing, there, nothing, there]) await stage.publish(content);
    for (const table of ["users", "groups", "memberships"]) {
      expect(await stage.ask(`SELECT from_run, to_run FROM ${table} ORDER BY from_run`)).toEqual([
        { from_run: 1, to_run: 2 },
        { from_run: 3, to_run: 4 },
        { from_run: 5, to_run: null },
      ]);
    }
  });

  test("is merged once: a process that dies just after it leaves a run that the next one knows (INVENTORY-9)", async () => {
    const target = await stage.open();
    await readInto(target, everybodyIn(PEOPLE));
    const { id } = await target.publish(ACCEPT, never);
    const { folder } = stage;
    const left = `${folder}-left`;
    cpSync(folder, left, { recursive: true });
    await target.close();
    rmSync(folder, { recursive: true });
    cpSync(left, folder, { recursive: true });
    rmSync(left, { recursive: true });
    const next = await stage.open();
    expect(next).toMatchObject({ run: undefined, complete: { id }, discarded: "it was published already" });
    await next.close();
    expect(await stage.ask("SELECT run, users FROM runs")).toEqual([{ run: 1, users: 9 }]);
  });

  test("takes no reader back: a cut run does not go on after another one was published (INVENTORY-9)", async () => {
    await stage.publish(everybodyIn(PEOPLE));
    const cut = await stage.open();
    await readInto(cut, everybodyIn(PEOPLE.slice(1)));
    await cut.close();
    const stateDir = mkdtempSync(join(stage.folder, "state-"));
    await stage.publish(everybodyIn([...PEOPLE, userNumber(10)]), { stateDir });
    const next = await stage.open();
    const discarded = "the target has another newest run than when it began";
    expect(next).toMatchObject({ run: undefined, resumed: false, discarded });
    await next.close();
  });

  test("grows old where a process that goes on comes no further than the groups (SYNC-10)", async () => {
    const noon = BEGINNING.getTime();
    const hours = (after: number) => ({ now: () => noon + after * 3_600_000 });
    const cut = await stage.open(hours(0));
    await cut.begin({ id: "cut", startedAt: BEGINNING, scope: WHOLE_POOL }, [], firstListings(WHOLE_POOL));
    await cut.close();
    const again = await stage.open(hours(20));
    await again.rewind([GROUPS_LISTING]);
    const page = { cursor: advance(GROUPS_LISTING, ""), opens: [], users: [], groups: [], memberships: [] };
    await again.commit({ ...page, membersAreIdle: true });
    await again.close();
    const late = await stage.open(hours(25));
    expect(late).toMatchObject({ resumed: false, discarded: "it made no progress for 1500 minutes" });
    await late.close();
  });

  test.for([
    ["its signal", async (stop: AbortController) => stop.abort()],
    ["the end of the target", async (_stop: AbortController, target: SyncTarget) => target.close()],
  ] as const)("can be stopped between its statements by %s, and is kept", async ([, end]) => {
    await stage.publish(everybodyIn(PEOPLE));
    const target = await stage.open();
    await readInto(target, everybodyIn(PEOPLE.slice(1)));
    const stop = new AbortController();
    const publishing = Promise.allSettled([target.publish(ACCEPT, stop.signal)]);
    await setImmediate();
    await end(stop, target);
    expect(await publishing).toMatchObject([{ status: "rejected", reason: { code: "canceled" } }]);
    await target.close();
    expect(await stage.ask("SELECT count(*) AS runs FROM runs")).toEqual([{ runs: 1 }]);
    const next = await stage.open();
    expect(next.resumed).toBe(true);
    expect(await next.publish(ACCEPT, never)).toMatchObject({ runNumber: 2, changes: 2 });
    await next.close();
  });

  test("into an inventory that is damaged fails with the cure, and leaves it as it is", async () => {
    const many = Array.from({ length: 300 }, (_, n) => userNumber(n));
    await stage.publish(everybodyIn(many));
    const file = join(stage.folder, "pool.db");
    const bytes = readFileSync(file);
    bytes.fill(0x5a, 40 * 4096);
    writeFileSync(file, bytes);
    await expect(stage.publish(everybodyIn(many.slice(1)))).rejects.toMatchObject({
      code: "data-loss",
      message: expect.stringContaining(`${file} is damaged: put a copy of it in its place, or move it away`),
    });
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  test("into an inventory whose runs cannot be read fails with the same cure before it reads the pool", async () => {
    await stage.publish(everybodyIn(PEOPLE));
    const file = join(stage.folder, "pool.db");
    const database = new DatabaseSync(file);
    const { rootpage } =
      database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'runs'").get() ?? {};
    database.close();
    const bytes = readFileSync(file);
    const from = (Number(rootpage) - 1) * 4096;
    bytes.fill(0x5a, from, from + 4096);
    writeFileSync(file, bytes);
    await expect(stage.open()).rejects.toMatchObject({
      code: "data-loss",
      message: expect.stringContaining(`${file} is damaged: put a copy of it in its place, or move it away`),
    });
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  test.for([
    ["moved away", (file: string) => renameSync(file, `${file}.moved`)],
    ["replaced by a copy of it", (file: string) => renameSync(`${file}.copy`, file)],
  ] as const)(
    "into an inventory that is %s meanwhile is refused, and kept (INVENTORY-8)",
    async ([, change]) => {
      await stage.publish(everybodyIn(PEOPLE));
      const file = join(stage.folder, "pool.db");
      cpSync(file, `${file}.copy`);
      const target = await stage.open();
      await readInto(target, everybodyIn(PEOPLE.slice(1)));
      change(file);
      const there = existsSync(file);
      // Before another target of the sync is published (SYNC-9).
      await expect(target.check(ACCEPT)).rejects.toMatchObject({ code: "failed-precondition" });
      await expect(target.publish(ACCEPT, never)).rejects.toMatchObject({
        code: "failed-precondition",
        message: `${file} was moved away or replaced while the sync ran; sync again: the run is kept, and the inventory will be judged again`,
      });
      await target.close();
      expect(existsSync(file)).toBe(there);
      const next = await stage.open();
      expect(next.resumed).toBe(true);
      expect(await next.publish(ACCEPT, never)).toMatchObject({ runNumber: there ? 2 : 1 });
      await next.close();
    },
  );

  test("into an inventory over which an earlier copy of it was written meanwhile is refused (INVENTORY-8)", async () => {
    await stage.publish(everybodyIn(PEOPLE));
    const file = join(stage.folder, "pool.db");
    cpSync(file, `${file}.copy`);
    await stage.publish(everybodyIn(PEOPLE.slice(1)));
    const target = await stage.open();
    await readInto(target, everybodyIn(PEOPLE.slice(2)));
    // The file stays the same one for the file system.
    writeFileSync(file, readFileSync(`${file}.copy`));
    await expect(target.check(ACCEPT)).rejects.toMatchObject({ code: "failed-precondition" });
    await expect(target.publish(ACCEPT, never)).rejects.toMatchObject({
      code: "failed-precondition",
      message: expect.stringContaining(`${file} was moved away or replaced while the sync ran`),
    });
    await target.close();
    expect(await stage.ask("SELECT count(*) AS n FROM runs")).toEqual([{ n: 1 }]);
    const next = await stage.open();
    expect(next).toMatchObject({
      resumed: false,
      discarded: "the target has another newest run than when it began",
    });
    await next.close();
  });

  test("into a new inventory is not changed by a process that still has the one open that was moved away (INVENTORY-8)", async () => {
    await stage.publish(everybodyIn(PEOPLE));
    const file = join(stage.folder, "pool.db");
    const other = new DatabaseSync(file);
    other.exec("UPDATE users SET email = 'bob@example.com'; PRAGMA wal_checkpoint(TRUNCATE)");
    renameSync(file, `${file}.moved`);
    const target = await stage.open();
    other.exec("UPDATE users SET email = 'ada@example.com'");
    await readInto(target, everybodyIn([userNumber(50)]));
    expect(await target.publish(ACCEPT, never)).toMatchObject({ runNumber: 1 });
    other.exec("UPDATE users SET email = 'eve@example.com'");
    other.close();
    await target.close();
    expect(await stage.ask("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
    expect(await stage.ask("SELECT sub FROM users")).toEqual([{ sub: userNumber(50).sub }]);
  });

  test("is not begun again beside the log of an inventory that was moved away (INVENTORY-8)", async () => {
    await stage.publish(everybodyIn(PEOPLE));
    const file = join(stage.folder, "pool.db");
    const log = `${file}-wal`;
    const killed = new DatabaseSync(file);
    killed.exec("UPDATE users SET email = 'ada@example.com'");
    const pages = readFileSync(log);
    killed.close();
    rmSync(file);
    writeFileSync(log, pages);
    await expect(stage.publish(everybodyIn(PEOPLE))).rejects.toMatchObject({
      code: "failed-precondition",
      message: expect.stringContaining(
        `${log} is left of a database that was moved away or removed; move it to`,
      ),
    });
    expect(readFileSync(log).equals(pages)).toBe(true);
    rmSync(log);
    expect(await stage.publish(everybodyIn(PEOPLE))).toMatchObject({ runNumber: 1 });
  });

  test("answers what people ask by an index", async () => {
    await stage.publish(everybodyIn(PEOPLE));
    await stage.publish(everybodyIn(PEOPLE.slice(2)));
    const plan = async (sql: string, ...parameters: readonly (string | number)[]) =>
      (await stage.ask(`EXPLAIN QUERY PLAN ${sql}`, ...parameters))
        .map((row) => String(row["detail"]))
        .join("; ");
    expect(await plan("SELECT * FROM current_users WHERE pool_id = ? AND sub = ?", POOL, "x")).toContain(
      "users_current (sub=? AND pool_id=?)",
    );
    expect(
      await plan("SELECT * FROM current_memberships WHERE pool_id = ? AND sub = ?", POOL, "x"),
    ).toContain("COVERING INDEX memberships_by_user (sub=? AND pool_id=? AND to_run=?)");
    expect(
      await plan("SELECT * FROM current_memberships WHERE pool_id = ? AND group_name = ?", POOL, "x"),
    ).toContain("PRIMARY KEY (pool_id=? AND group_name=?)");
  });
});

test("L-11: a group that is made again while the run is read loses the members of the older one", async () => {
  const older = someGroup("admins");
  const newer = someGroup("admins", { createdAt: new Date("2026-11-28T11:00:00Z") });
  const target = await stage.open();
  const rowOf = (user: User) => ({
    user,
    resourceTypeId: "user",
    resourceId: user.sub,
    stamp: String(user.modifiedAt.getTime()),
    build: unused,
  });
  const page = (over: Pick<SyncPage, "cursor"> & Partial<SyncPage>): SyncPage => ({
    opens: [],
    users: [],
    groups: [],
    memberships: [],
    ...over,
  });
  const groups = (group: typeof older, token: string) =>
    page({
      cursor: advance(GROUPS_LISTING, token),
      groups: [{ group, build: unused, entitlements: unused }],
      opens: [membersListing("admins")],
    });
  const members = (...users: readonly User[]) =>
    page({
      cursor: advance(membersListing("admins"), ""),
      users: users.map(rowOf),
      memberships: users.map((user) => ({ groupName: "admins", member: rowOf(user), build: unused })),
    });
  const run = { id: "3MQ1VqVfNWcserrPtRDPDx6Yklq", startedAt: BEGINNING, scope: WHOLE_POOL };
  await target.begin(run, [], firstListings(WHOLE_POOL));
  await target.commit(page({ cursor: advance(USERS_LISTING, ""), users: PEOPLE.slice(0, 2).map(rowOf) }));
  await target.commit(groups(older, "more"));
  await target.commit(members(...PEOPLE.slice(0, 2)));
  expect(await target.commit(groups(newer, ""))).toEqual([membersListing("admins")]);
  expect(target.counts.memberships).toBe(0);
  await target.commit(members(...PEOPLE.slice(1, 2)));
  await target.publish(ACCEPT, never);
  await target.close();
  expect(await stage.ask("SELECT group_created_at, sub FROM memberships")).toEqual([
    { group_created_at: "2026-11-28T11:00:00.000Z", sub: PEOPLE[1]?.sub },
  ]);
});

function unused(): never {
  throw new Error("an inventory builds no message");
}

test.for([
  ["user", { ...userNumber(0), sub: "ffffffff-0000-4000-8000-000000000000" }, "all"],
  ["group", userNumber(0), "unknown"],
] as const)(
  "a membership without its %s is refused, and its page changes nothing (INVENTORY-3)",
  async ([what, user, groupName]) => {
    const target = await stage.open();
    await readInto(target, everybodyIn(PEOPLE));
    await target.rewind([membersListing("all")]);
    const member = { user, resourceTypeId: "user", resourceId: user.sub, stamp: "1", build: unused };
    const page = {
      cursor: advance(membersListing("all"), ""),
      opens: [],
      users: [],
      groups: [],
      memberships: [{ groupName, member, build: unused }],
    };
    await expect(target.commit(page)).rejects.toMatchObject({
      code: "internal",
      message: expect.stringContaining(`without its ${what}`),
    });
    expect(target.counts).toEqual({ users: 9, groups: 1, memberships: 0 });
    await target.close();
  },
);

test("a run of a part of the pool is not begun (INVENTORY-4)", async () => {
  const target = await stage.open();
  const run = { id: "3MQ1VqVfNWcserrPtRDPDx6Yklq", startedAt: BEGINNING };
  const scope = { ...WHOLE_POOL, groups: ["all"] };
  await expect(target.begin({ ...run, scope }, [], firstListings(scope))).rejects.toMatchObject({
    code: "internal",
  });
  expect(target.run).toBeUndefined();
  await target.close();
});

test.for([
  ["a user", "DELETE FROM staged_ids WHERE sub = (SELECT min(sub) FROM staged_ids)", "8 users and counted 9"],
  ["a group", "DELETE FROM staged_groups", "0 groups and counted 1"],
  ["the group of memberships", "UPDATE staged_groups SET name = 'other'", "0 memberships and counted 9"],
  [
    "a membership",
    "DELETE FROM staged_members WHERE sub = (SELECT min(sub) FROM staged_members)",
    "8 memberships and counted 9",
  ],
] as const)("a run that lacks %s it has counted is not merged (INVENTORY-3)", async ([, loss, what]) => {
  const cut = await stage.open();
  await readInto(cut, everybodyIn(PEOPLE));
  await cut.close();
  const work = readdirSync(stage.folder).find((name) => /\.work-[0-9a-f]{12}$/.test(name)) ?? "";
  const database = new DatabaseSync(join(stage.folder, work));
  database.exec(loss);
  database.close();
  const target = await stage.open();
  await expect(target.publish(ACCEPT, never)).rejects.toMatchObject({
    code: "internal",
    message: expect.stringContaining(`the run holds ${what}`),
  });
  await target.close();
  expect(await stage.ask("SELECT * FROM runs")).toEqual([]);
});

describe("what is known of the pool", () => {
  test("is read once, at the beginning, and kept for a process that only publishes", async () => {
    let asked = 0;
    const describePool = async () => {
      asked += 1;
      return somePool({ name: "people", estimatedUsers: 12 });
    };
    const cut = await stage.open({ describePool });
    await readInto(cut, everybodyIn(PEOPLE));
    await cut.close();
    const target = await stage.open({ describePool });
    await target.publish(ACCEPT, never);
    await target.close();
    expect(asked).toBe(1);
    expect(await stage.ask("SELECT name, region, estimated_users, tier FROM pools")).toEqual([
      { name: "people", region: "eu-west-1", estimated_users: 12, tier: "ESSENTIALS" },
    ]);
    await stage.publish(everybodyIn(PEOPLE));
    expect(await stage.ask("SELECT name, region FROM pools")).toEqual([{ name: null, region: "eu-west-1" }]);
  });
});
