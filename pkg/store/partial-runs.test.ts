// Runs that do not read the whole pool, beside those that do.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  never,
  openListingsIn,
  publishPool,
  readPool,
  type SmallPool,
  storeOptions,
  temporaryFolder,
} from "../../test/support/store-run.ts";
import type { SyncScope } from "../core/sync-scope.ts";
import { pack, unpack } from "./publish/envelope.ts";
import { readSyncFile } from "./read-sync-file.ts";
import { openSyncFile, type SyncFileOptions } from "./sync-file.ts";

const POOL: SmallPool = {
  users: ["u1", "u2", "u3", "u4", "u5"],
  groups: { all: ["u1", "u2", "u3", "u4", "u5"], few: ["u2"] },
};
const USER_ONE: SyncScope = { users: ["u1"], groups: [], depth: "grants" };
const USER_TWO: SyncScope = { ...USER_ONE, users: ["u2"] };
const ONE_USER: SmallPool = { users: ["u1"], groups: {} };
const USERS: SyncScope = { users: "all", groups: [], depth: "grants" };
const RESOURCES: SyncScope = { users: "all", groups: "all", depth: "resources" };

let folder: { readonly path: string; remove(): void };
let options: SyncFileOptions;
let nowMs: number;

beforeEach(() => {
  folder = temporaryFolder();
  nowMs = Date.UTC(2026, 10, 21, 12);
  options = storeOptions(folder.path, { now: () => (nowMs += 1000) });
});
afterEach(() => folder.remove());

function of(scope: SyncScope): SyncFileOptions {
  return { ...options, scope };
}

async function runs() {
  const stored = await readSyncFile({ file: options.file }, never);
  try {
    return stored
      .runs()
      .map(({ syncId, type }) => ({ syncId, type, rows: [...stored.resources(syncId)].length }));
  } finally {
    stored.close();
  }
}

async function rowsIn(sql: string) {
  const path = join(folder.path, "looked-at.db");
  rmSync(path, { force: true });
  await unpack(options.file, path, never);
  const database = new DatabaseSync(path);
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}

/** Begins the run, commits a page of it and is closed. */
async function cut(scope: SyncScope | undefined, pool: SmallPool): Promise<string> {
  const file = await openSyncFile(scope === undefined ? options : of(scope), never);
  await readPool(file, pool, {
    ...(scope === undefined ? {} : { scope }),
    pageSize: 1,
    afterCommit: (commits) => commits < 2,
  });
  await file.close();
  return file.run?.id ?? "";
}

describe("a run of a part of the pool", () => {
  test("is called in the file what Go's syncer calls it, and names the full run that it is a part of", async () => {
    const full = await publishPool(options, POOL);
    await publishPool(of(USER_ONE), ONE_USER);
    const sql = "SELECT sync_type, parent_sync_id, supports_diff FROM v1_sync_runs ORDER BY id DESC";
    expect((await rowsIn(sql))[0]).toEqual({
      sync_type: "partial",
      parent_sync_id: full.id,
      supports_diff: 0,
    });
    await publishPool(of(RESOURCES), { ...POOL, groups: {} });
    expect((await rowsIn(sql))[0]).toEqual({
      sync_type: "resources_only",
      parent_sync_id: "",
      supports_diff: 0,
    });
    await publishPool(of(USERS), { ...POOL, groups: {} });
    expect((await rowsIn(sql))[0]).toEqual({ sync_type: "full", parent_sync_id: "", supports_diff: 1 });
  });

  test("is the newest one and replaces no full run; the next full run replaces it", async () => {
    const first = await publishPool(options, POOL);
    const second = await publishPool(options, POOL);
    const partial = await publishPool(of(USER_ONE), ONE_USER);
    expect(partial).toMatchObject({ runs: 3, previous: undefined });
    expect((await runs()).map(({ syncId }) => syncId)).toEqual([partial.id, second.id, first.id]);
    const later = await publishPool(of(USER_TWO), ONE_USER);
    expect((await runs()).map(({ syncId }) => syncId)).toEqual([later.id, second.id, first.id]);
    const third = await publishPool(options, POOL);
    expect(third.previous).toEqual(second.counts);
    expect(await runs()).toEqual([
      { syncId: third.id, type: "full", rows: 7 },
      { syncId: second.id, type: "full", rows: 7 },
    ]);
  });

  test("is not held back because it has less than a full one, and holds no later full one back", async () => {
    await publishPool(options, POOL);
    await publishPool(of(USER_ONE), ONE_USER);
    await publishPool(options, POOL);
    await publishPool(of(RESOURCES), { users: ["u1"], groups: {} });
    await expect(publishPool(options, ONE_USER)).rejects.toMatchObject({ code: "refused-by-guard" });
  });

  test("of whole types is held back when it has lost half of an earlier one of those types", async () => {
    await publishPool(of(USERS), { ...POOL, groups: {} });
    await expect(publishPool(of(USERS), ONE_USER)).rejects.toMatchObject({ code: "refused-by-guard" });
  });

  test("is the first of a file, and a full one follows it", async () => {
    const partial = await publishPool(of(USER_ONE), ONE_USER);
    expect(partial).toMatchObject({ runs: 1, previous: undefined });
    expect(await publishPool(options, POOL)).toMatchObject({ runs: 1, previous: undefined });
  });
});

describe("a run that was cut", () => {
  test("goes on only when the same is asked for", async () => {
    const syncId = await cut(USER_ONE, POOL);
    const same = await openSyncFile(of({ ...USER_ONE }), never);
    expect(same).toMatchObject({ resumed: true, run: { id: syncId, scope: USER_ONE } });
    await same.close();
    const other = await openSyncFile(of(USER_TWO), never);
    expect(other).toMatchObject({ resumed: false, discarded: "it was to read something else" });
    await other.close();
  });

  test("of the whole pool is there after partial ones were published into its file", async () => {
    await publishPool(options, POOL);
    const syncId = await cut(undefined, POOL);
    const partial = await publishPool(of(USER_ONE), ONE_USER);
    const resumed = await openSyncFile(options, never);
    expect(resumed).toMatchObject({ resumed: true, run: { id: syncId } });
    expect((await openListingsIn(resumed)).length).toBeGreaterThan(0);
    await readPool(resumed, POOL);
    const published = await resumed.publish({ acceptShrink: false }, never);
    await resumed.close();
    expect(published.endedAt.getTime()).toBeGreaterThan(partial.endedAt.getTime());
    expect((await runs())[0]?.syncId).toBe(syncId);
  });

  test.for([
    ["of the whole pool", undefined, USER_ONE],
    ["of a part", USER_ONE, undefined],
  ] as const)(
    "%s before it was published ends after what was published since (STORE-8)",
    async ([, scope, since]) => {
      await publishPool(options, POOL);
      const here = { ...(scope === undefined ? options : of(scope)), stateDir: join(folder.path, "here") };
      const elsewhere = since === undefined ? options : of(since);
      const read = await openSyncFile(here, never);
      await readPool(read, scope === undefined ? POOL : ONE_USER, scope === undefined ? {} : { scope });
      await read.check({ acceptShrink: false });
      await read.close();
      const between = await publishPool(elsewhere, since === undefined ? POOL : ONE_USER);
      const resumed = await openSyncFile(here, never);
      expect(resumed).toMatchObject({ resumed: true, run: { id: read.run?.id } });
      const published = await resumed.publish({ acceptShrink: false }, never);
      await resumed.close();
      expect(published.endedAt.getTime()).toBeGreaterThan(between.endedAt.getTime());
      expect((await runs())[0]?.syncId).toBe(read.run?.id);
    },
  );

  test("and is of a part leaves no rows behind once the whole pool is published", async () => {
    await cut(USER_ONE, POOL);
    expect(readdirSync(folder.path)).toEqual(["pool.c1z.work-partial"]);
    await publishPool(options, POOL);
    expect(readdirSync(folder.path)).toEqual(["pool.c1z"]);
  });
});

test("a file of an earlier version, whose runs were all of the whole pool, is read on", async () => {
  const first = await publishPool(options, POOL);
  const path = join(folder.path, "old.db");
  await unpack(options.file, path, never);
  const database = new DatabaseSync(path);
  database.exec("ALTER TABLE connector_runs DROP COLUMN scope");
  database.close();
  await pack(path, options.file, never);
  const partial = await publishPool(of(USER_ONE), ONE_USER);
  expect((await runs()).map(({ syncId }) => syncId)).toEqual([partial.id, first.id]);
  expect(await publishPool(options, POOL)).toMatchObject({ runs: 2, previous: first.counts });
  expect(existsSync(`${options.file}.work-previous`)).toBe(false);
});
