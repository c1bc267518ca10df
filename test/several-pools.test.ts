// Pools of one inventory may have the same users, groups and numbers of runs. Nothing that is said of one is of another.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { commonScope } from "../pkg/diff/common-scope.ts";
import { compareSides } from "../pkg/diff/compare-sides.ts";
import { inventorySide } from "../pkg/diff/inventory-side.ts";
import { requireGroup, subsNamed } from "../pkg/inventory/changes/named-subjects.ts";
import { readChanges } from "../pkg/inventory/changes/read-changes.ts";
import { takeCalls } from "../pkg/inventory/enrich/budget.ts";
import { planReadings } from "../pkg/inventory/enrich/plan.ts";
import { readPoolState, sweepDeleted } from "../pkg/inventory/enrich/pool-state.ts";
import { createInventoryFeed } from "../pkg/inventory/events/inventory-feed.ts";
import { openInventoryReader } from "../pkg/inventory/open-reader.ts";
import { openInventoryWriter } from "../pkg/inventory/open-writer.ts";
import type { InventoryReader } from "../pkg/inventory/reader.ts";
import { firstRun, newestRun } from "../pkg/inventory/runs.ts";
import { INVENTORY_TABLES } from "../pkg/inventory/schema/tables.ts";
import { INVENTORY_VIEWS } from "../pkg/inventory/schema/views.ts";
import type { WriteSession } from "../pkg/inventory/writer.ts";
import { readOverview } from "../pkg/report/model/overview.ts";
import { writeCsvReport } from "../pkg/report/write-csv.ts";
import { writePage } from "../pkg/report/write-page.ts";
import { DatabaseSync } from "../pkg/sqlite/database.ts";
import { createInventoryFixture, POOL, RUN_TIMES, subOf } from "./support/inventory-fixture.ts";
import { rowsOf } from "./support/inventory-state.ts";
import { reportOver } from "./support/review-report.ts";

const never = new AbortController().signal;
const NOW = Date.parse("2026-11-21T09:00:00Z");
/** Before and after it in the order of keys. */
const COPIES = ["ap-south-1_Copy00001", "us-west-2_Copy00002"];

let folder: string;
let file: string;
let reader: InventoryReader;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "several-pools-"));
  file = join(folder, "pool.db");
  createInventoryFixture(file);
  const database = new DatabaseSync(file);
  // Somebody who is disabled and in no group.
  database.exec(`UPDATE users SET enabled = 0 WHERE pool_id = '${POOL}' AND to_run IS NULL
    AND sub = (SELECT max(sub) FROM current_users WHERE sub NOT IN (SELECT sub FROM current_memberships))`);
  database.close();
  reader = await opened();
});
afterEach(async () => {
  await reader.close();
  rmSync(folder, { recursive: true });
});

/** The same keys as the pool has, and other values. */
function copyPool(copy: string): void {
  const isFirst = copy === COPIES[0];
  const factors = isFirst ? '["SMS_MFA"]' : "[]";
  const [enabled, later] = isFirst ? ["1 - enabled", 0] : ["enabled", 1];
  const database = new DatabaseSync(file);
  for (const { name } of INVENTORY_TABLES.filter((table) => table.name !== "schema_migrations")) {
    database.exec(`
      CREATE TEMP TABLE copied AS SELECT * FROM ${name} WHERE pool_id = '${POOL}';
      UPDATE copied SET pool_id = '${copy}';
      INSERT INTO ${name} SELECT * FROM copied;
      DROP TABLE copied`);
  }
  database.exec(`
    UPDATE users SET username = 'copy of ' || username, name = 'Copy', enabled = ${enabled} WHERE pool_id = '${copy}';
    UPDATE users SET from_run = from_run + ${later} WHERE pool_id = '${copy}' AND coalesce(to_run, 99) > from_run + 1;
    UPDATE groups SET description = 'Copy', precedence = 99, role_arn = 'arn:aws:iam::111122223333:role/copy' WHERE pool_id = '${copy}';
    UPDATE groups SET name = 'copied' WHERE pool_id = '${copy}' AND name = (SELECT max(name) FROM groups);
    INSERT OR IGNORE INTO memberships SELECT u.pool_id, g.name, g.created_at, u.sub, 4, NULL
      FROM current_users u JOIN current_groups g USING (pool_id) WHERE u.pool_id = '${copy}';
    UPDATE runs SET began_at = replace(began_at, '2026', '2025'), ended_at = replace(ended_at, '2026', '2025')
      WHERE pool_id = '${copy}';
    INSERT INTO runs SELECT pool_id, run + 1, sync_id || 'c', began_at, ended_at, users, groups, memberships, 0, 1
      FROM runs WHERE pool_id = '${copy}' ORDER BY run DESC LIMIT 1;
    UPDATE pools SET name = 'copy', tier = 'PLUS' WHERE pool_id = '${copy}';
    UPDATE recorded_changes SET requested_by = 'cli:copy' WHERE pool_id = '${copy}';
    UPDATE second_factors SET factors = '${factors}', read_at = replace(read_at, '2026', '2025') WHERE pool_id = '${copy}';
    UPDATE sign_ins SET last_sign_in_at = NULL, read_at = replace(read_at, '2026', '2025') WHERE pool_id = '${copy}';
    DELETE FROM enrichments WHERE pool_id = '${copy}';
    INSERT INTO enrichments SELECT '${copy}', column1, '2026-11-21T08:00:00.000Z', 'PLUS', 0
      FROM (VALUES ('mfa'), ('last-sign-in'));
    INSERT INTO enrichment_calls VALUES ('${copy}', '2026-11-21T08:58:00.000Z', 5)`);
  database.close();
}

const outcome = (work: Promise<unknown>) => work.catch((error: Error) => error.message);

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** A transaction that leaves nothing. */
async function tried<T>(work: (session: WriteSession) => Promise<T>): Promise<T> {
  const writer = await openInventoryWriter({ engine: "sqlite", name: file }, never);
  const done = new Error("done");
  let result: { readonly value: T } | undefined;
  try {
    await writer.transaction(async (session) => {
      result = { value: await work(session) };
      throw done;
    }, never);
  } catch (error) {
    if (result === undefined) throw error;
  } finally {
    await writer.close();
  }
  if (result === undefined) throw new Error("the transaction did no work");
  return result.value;
}

const opened = () => openInventoryReader({ engine: "sqlite", name: file }, never);

async function sideOf(run: number) {
  const times = RUN_TIMES[run - 1] ?? RUN_TIMES[0];
  return inventorySide({
    reader: await opened(),
    openOther: opened,
    run: { poolId: POOL, run, ...times },
    name: "it",
    signal: never,
  });
}

async function differences() {
  const [older, newer] = [await sideOf(1), await sideOf(4)];
  try {
    return await all(compareSides(older, newer, commonScope(older, newer)));
  } finally {
    await older.close();
    await newer.close();
  }
}

/** All that is said of the pool. */
async function answers() {
  const views: Record<string, readonly string[]> = {};
  for (const { name } of INVENTORY_VIEWS) {
    const rows = await rowsOf(reader, `SELECT * FROM ${name} WHERE pool_id = ?`, [POOL]);
    views[name] = rows.map((row) => JSON.stringify(row)).toSorted();
  }
  const asked = { inventory: file, poolId: POOL, path: join(folder, "review"), now: new Date(NOW) };
  await reportOver(asked, writePage);
  const page = readFileSync(asked.path, "utf8");
  rmSync(asked.path);
  await reportOver(asked, writeCsvReport);
  const tables = readdirSync(asked.path).map((name) => [name, readFileSync(join(asked.path, name), "utf8")]);
  rmSync(asked.path, { recursive: true });
  const feed = createInventoryFeed({ poolId: POOL, open: async () => reader });
  const filter = { poolId: POOL, kinds: [], notOurs: false };
  const facts = ["mfa", "last-sign-in"] as const;
  return {
    views,
    page,
    tables,
    overview: await reader.snapshot(
      (one) => readOverview({ reader: one, poolId: POOL, since: new Date(0) }),
      never,
    ),
    feed: await feed.changesFrom({ kind: "start", at: undefined }, 1000, never),
    runs: [await newestRun(reader, POOL, never), await firstRun(reader, POOL, never)],
    changes: await all(readChanges(reader, filter, { values: true }, never)),
    user: await outcome(subsNamed(reader, POOL, "copy of ada", never)),
    group: await outcome(requireGroup(reader, POOL, "copied", never)),
    differences: await differences(),
    state: await tried((session) => readPoolState(session, POOL, NOW)),
    calls: await tried((session) =>
      takeCalls(session, { poolId: POOL, perHour: 100, wanted: 1000, nowMs: NOW }),
    ),
    plan: await planReadings(
      reader,
      { poolId: POOL, facts, nowMs: NOW, limit: 100, isPassedOver: () => false },
      never,
    ),
  };
}

test("what is said of a pool is the same once others with the same users, groups and runs are in the inventory", async () => {
  const alone = await answers();
  expect(alone.changes.length).toBeGreaterThan(5);
  expect(alone.differences.length).toBeGreaterThan(5);
  for (const copy of COPIES) copyPool(copy);
  expect(await answers()).toEqual(alone);
});

test("what is known of deleted accounts is removed by the runs of their own pool", async () => {
  const writer = await openInventoryWriter({ engine: "sqlite", name: file }, never);
  const write = (sql: string, ...values: readonly string[]) =>
    writer.transaction((session) => session.run(sql, values), never);
  const deleted = subOf(10);
  const known = `INSERT INTO second_factors VALUES ('${POOL}', ?, '[]', NULL, '2026-10-12T02:05:00.000Z')`;
  await write(known, deleted);
  for (const copy of COPIES) copyPool(copy);
  await write(
    "UPDATE recorded_changes SET sub = ? WHERE pool_id <> ? AND kind = 'user_deleted'",
    subOf(1),
    POOL,
  );
  await write("DELETE FROM enrichments WHERE pool_id = ?", POOL);
  await write("UPDATE enrichments SET swept_run = 99");
  const factors = () => rowsOf(reader, "SELECT pool_id, sub FROM second_factors ORDER BY pool_id, sub");
  const before = await factors();
  await writer.transaction((session) => sweepDeleted(session, POOL, "mfa", 4), never);
  await writer.close();
  const kept = before.filter(({ pool_id, sub }) => !(pool_id === POOL && sub === deleted));
  expect(kept).toHaveLength(before.length - 1);
  expect(await factors()).toEqual(kept);
});
