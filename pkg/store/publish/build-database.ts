import { statSync } from "node:fs";
import { dirname } from "node:path";
import { setImmediate } from "node:timers/promises";
import { GovernanceError } from "../../core/errors.ts";
import { hasChosen, type SyncScope, syncTypeOf } from "../../core/sync-scope.ts";
import type { DatabaseSync, SQLInputValue } from "../../sqlite/database.ts";
import { SQLITE, sqliteOf } from "../../sqlite/errors.ts";
import { removeDatabase, touchPrivate } from "../../sqlite/paths.ts";
import { numberIn } from "../../sqlite/rows.ts";
import type { RunState } from "../../sqlite/work/run-state.ts";
import { countRun, expectRows } from "../run/run-stats.ts";
import { timestampText } from "../timestamps.ts";
import { afterRows, beforeRows, columnsOf, RUN_TABLES } from "./file-schema.ts";

/** Runs of the old target that go into the new one too. */
export interface KeptRuns {
  /** Path of the unpacked old database. */
  readonly database: string;
  /** Newest first. */
  readonly syncIds: readonly string[];
}

export interface BuildPlan {
  /** Where the database is built. A file there is removed. */
  readonly into: string;
  readonly run: RunState;
  readonly scope: SyncScope;
  readonly endedAtMs: number;
  readonly connectorVersion: string;
  readonly kept: KeptRuns | undefined;
}

/** Rows copied by one statement. Between two statements the signal is checked and other work of the process runs. */
const SLICE_ROWS = 50_000;
/** Counted in users, of which a group has a part. */
const GRANT_SLICE_ROWS = 200_000;

/**
 * Builds the database of the next target out of the working one: first the rows, then the indices, each sorted once.
 * Returns its size in bytes. None of it is made durable: after a failure it is built again.
 */
export async function buildDatabase(
  work: DatabaseSync,
  plan: BuildPlan,
  signal: AbortSignal,
): Promise<number> {
  removeDatabase(plan.into);
  touchPrivate(plan.into);
  work.prepare("ATTACH ? AS next").run(plan.into);
  try {
    sortIn(work, dirname(plan.into));
    work.exec(`
      PRAGMA shrink_memory;
      PRAGMA next.page_size = 4096;
      PRAGMA next.journal_mode = MEMORY;
      PRAGMA next.synchronous = OFF;
      PRAGMA next.cache_size = -4096;`);
    for (const statement of beforeRows("next")) work.exec(statement);
    if (plan.kept !== undefined) await copyKept(work, plan.kept, signal);
    await copyRun(work, plan, signal);
    for (const statement of afterRows("next")) {
      await yieldToOthers(signal);
      work.exec(statement);
    }
  } catch (error) {
    throw sqliteOf(error) === SQLITE.constraint ? sameIds(error) : error;
  } finally {
    if (work.isOpen) {
      sortIn(work, "");
      work.exec("DETACH next");
    }
  }
  return statSync(plan.into).size;
}

async function copyKept(work: DatabaseSync, kept: KeptRuns, signal: AbortSignal): Promise<void> {
  work.prepare("ATTACH ? AS kept").run(kept.database);
  try {
    work.exec("PRAGMA kept.cache_size = -2048");
    for (const syncId of kept.syncIds.toReversed()) {
      for (const table of RUN_TABLES) {
        const columns = columnsOf(table).join(", ");
        const insert = `INSERT INTO next.${table} (${columns}) SELECT ${columns} FROM kept.${table} WHERE sync_id = ?1`;
        await copySlices(work, `kept.${table}`, insert, [syncId], signal);
      }
    }
  } finally {
    if (work.isOpen) work.exec("DETACH kept");
  }
}

async function copyRun(work: DatabaseSync, plan: BuildPlan, signal: AbortSignal): Promise<void> {
  const { run, endedAtMs } = plan;
  const stats = countRun(work, run.counts);
  const copy = (from: string, insert: string) => copySlices(work, from, insert, [run.syncId], signal);
  const types = await copy(
    "main.resource_types",
    `INSERT INTO next.v1_resource_types (external_id, data, sync_id, discovered_at)
     SELECT external_id, data, ?1, at FROM main.resource_types WHERE true`,
  );
  expectRows("resource types", types, stats.resource_types);
  const resources = await copy(
    "main.resources",
    `INSERT INTO next.v1_resources (resource_type_id, external_id, parent_resource_type_id, parent_resource_id, data,
       sync_id, discovered_at)
     SELECT type, type || ':' || resource_id, parent_type, parent_id, data, ?1, at FROM main.resources WHERE true`,
  );
  expectRows("resources", resources, stats.resources);
  const entitlements = await copy(
    "main.entitlements",
    `INSERT INTO next.v1_entitlements (resource_type_id, resource_id, external_id, data, sync_id, discovered_at)
     SELECT type, resource_id, external_id, data, ?1, at FROM main.entitlements WHERE true`,
  );
  expectRows("entitlements", entitlements, stats.entitlements);
  expectRows("grants", await copyGrants(work, run.syncId, signal), stats.grants);
  insertRunRows(work, plan, JSON.stringify(stats), timestampText(endedAtMs));
}

function insertRunRows(
  work: DatabaseSync,
  { run, scope, connectorVersion, kept }: BuildPlan,
  stats: string,
  endedAt: string,
): void {
  const { syncId, counts } = run;
  const type = syncTypeOf(scope);
  const parent = hasChosen(scope) ? (kept?.syncIds[0] ?? "") : "";
  const { poolId, userIdKind, mappingVersion } = run.fingerprint;
  work
    .prepare(`
      INSERT INTO next.v1_sync_runs (sync_id, started_at, ended_at, sync_token, sync_type, parent_sync_id, supports_diff,
        grants_backfilled, stats)
      VALUES (?, ?, ?, '', ?, ?, ?, 1, ?)`)
    .run(syncId, timestampText(run.startedAtMs), endedAt, type, parent, Number(type === "full"), stats);
  work
    .prepare(`
      INSERT INTO next.connector_runs (sync_id, user_pool_id, user_id_kind, mapping_version, connector_version,
        user_rows, group_rows, membership_rows, scope)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    .run(
      syncId,
      poolId,
      userIdKind,
      mappingVersion,
      connectorVersion,
      counts.users,
      counts.groups,
      counts.memberships,
      run.scope,
    );
}

/** Group by group: packed together, their rows compress better, and their indices sort faster. */
async function copyGrants(work: DatabaseSync, syncId: string, signal: AbortSignal): Promise<number> {
  const insert = work.prepare(`
    INSERT INTO next.v1_grants (resource_type_id, resource_id, entitlement_id, principal_resource_type_id,
      principal_resource_id, external_id, data, sync_id, discovered_at)
    SELECT e.type, e.resource_id, e.external_id, g.principal_type, g.principal_id,
      e.external_id || ':' || g.principal_type || ':' || g.principal_id, g.data, ?1, g.at
    FROM main.entitlements e CROSS JOIN main.grants g ON g.entitlement = e.id
    WHERE e.id = ?2 AND g.principal > ?3 AND g.principal <= ?4`);
  const last = numberIn(work.prepare("SELECT coalesce(max(id), 0) AS n FROM main.resources").get(), "n");
  const entitlements = work.prepare("SELECT id FROM main.entitlements ORDER BY external_id").all();
  let copied = 0;
  for (const row of entitlements) {
    const entitlement = numberIn(row, "id");
    for (let after = 0; after < last; after += GRANT_SLICE_ROWS) {
      await yieldToOthers(signal);
      copied += Number(insert.run(syncId, entitlement, after, after + GRANT_SLICE_ROWS).changes);
    }
  }
  return copied;
}

/**
 * Runs `insert` over one stretch of row numbers of `from` after another; it ends in a WHERE clause. Returns the rows that
 * it copied.
 */
async function copySlices(
  work: DatabaseSync,
  from: string,
  insert: string,
  parameters: readonly SQLInputValue[],
  signal: AbortSignal,
): Promise<number> {
  // Two subqueries: SQLite answers each from the index, and min and max together by reading every row.
  const bounds = work
    .prepare(`SELECT (SELECT min(rowid) FROM ${from}) AS low, (SELECT max(rowid) FROM ${from}) AS high`)
    .get();
  if (bounds?.["low"] === null) return 0;
  const high = numberIn(bounds, "high");
  const slice = work.prepare(`${insert} AND ${from}.rowid > ?2 AND ${from}.rowid <= ?3`);
  let copied = 0;
  for (let after = numberIn(bounds, "low") - 1; after < high; after += SLICE_ROWS) {
    await yieldToOthers(signal);
    copied += Number(slice.run(...parameters, after, after + SLICE_ROWS).changes);
  }
  return copied;
}

/** Where SQLite spills what it sorts (STORE-10): otherwise into /tmp, which may be small, or memory, or shared. */
function sortIn(work: DatabaseSync, directory: string): void {
  work.exec(`PRAGMA temp_store_directory = '${directory.replaceAll("'", "''")}'`);
}

async function yieldToOthers(signal: AbortSignal): Promise<void> {
  await setImmediate();
  signal.throwIfAborted();
}

// Ids are joined without escaping, so names that hold ":" may give two grants the same id, and one would be lost.
function sameIds(cause: unknown): GovernanceError {
  return new GovernanceError(
    "data-loss",
    "two rows of the run have the same id, since a name in it holds ids of others; sync with --user-id sub",
    { cause },
  );
}
