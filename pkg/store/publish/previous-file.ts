import { rmSync } from "node:fs";
import type { EpochMs } from "../../core/clock.ts";
import type { RunFingerprint } from "../../core/run-fingerprint.ts";
import type { SyncCounts } from "../../core/sync-plan.ts";
import { type SyncScope, scopeText } from "../../core/sync-scope.ts";
import { GROUP_TYPE } from "../../protocol/ids.ts";
import { DatabaseSync } from "../../sqlite/database.ts";
import { isDamage, onDisk, refusedFile, storeError } from "../../sqlite/errors.ts";
import { numberIn, optionalTextIn, type SqlRow, textIn } from "../../sqlite/rows.ts";
import { groupCreationIn } from "../run/group-creation.ts";
import { parseTimestamp } from "../timestamps.ts";
import { unpack } from "./envelope.ts";
import { columnsOf, RUN_TABLES } from "./file-schema.ts";

/** One finished run in the old target. */
export interface PreviousRun {
  readonly syncId: string;
  /** What was read, as `scopeText` writes it. */
  readonly scope: string;
  readonly startedAtMs: EpochMs;
  readonly endedAtMs: EpochMs;
  readonly counts: SyncCounts;
}

/** The old target, unpacked and found to be whole and ours. */
export interface PreviousFile {
  /** Path of its database. */
  readonly database: string;
  /** Newest first; never empty. */
  readonly runs: readonly [PreviousRun, ...PreviousRun[]];
  /** The newest of them with the wanted scope. */
  readonly comparable: PreviousRun | undefined;
  /** Members of a group in the comparable run; 0 when there is no such group. */
  membersOf(group: string): number;
  /** When the group was created, in the comparable run; undefined when there is no such group. */
  groupCreatedAt(group: string): number | undefined;
  /** Closes and removes the unpacked copy. */
  close(): void;
}

export interface WantedRun {
  readonly fingerprint: RunFingerprint;
  readonly scope: SyncScope;
}

// The platform's tasks have a file of their own, which --file does not name.
const CURE =
  "move the file away, or name another file with --file if this is not the file of the platform's tasks";

/**
 * Unpacks and judges the old target. `failed-precondition` when it is damaged, written by another program, of another pool
 * or of the other kind of user ids; it is read only, so it stays as it is (STORE-2).
 */
export async function openPrevious(
  file: string,
  into: string,
  { fingerprint, scope }: WantedRun,
  signal: AbortSignal,
): Promise<PreviousFile> {
  let database: DatabaseSync | undefined;
  try {
    await unpack(file, into, signal);
    database = new DatabaseSync(into, { readOnly: true, enableForeignKeyConstraints: false });
    const runs = judge(file, database, fingerprint);
    if (!hasScopes(database)) database = withScopes(into, database);
    const comparable = runs.find((run) => run.scope === scopeText(scope));
    return previousFile(into, database, { runs, comparable });
  } catch (error) {
    database?.close();
    rmSync(into, { force: true });
    throw asRefusal(file, error);
  }
}

/** A file of an earlier version, whose runs are all of the whole pool, gets the column in our copy of it. */
function withScopes(path: string, readOnly: DatabaseSync): DatabaseSync {
  readOnly.close();
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  try {
    database.exec(
      "PRAGMA synchronous = OFF; ALTER TABLE connector_runs ADD COLUMN scope text not null default ''",
    );
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

function hasScopes(database: DatabaseSync): boolean {
  return columnNames(database, "connector_runs").has("scope");
}

function previousFile(
  path: string,
  database: DatabaseSync,
  { runs, comparable }: Pick<PreviousFile, "runs" | "comparable">,
): PreviousFile {
  database.exec("PRAGMA cache_size = -1024; PRAGMA shrink_memory"); // it stays open for as long as the sync (STORE-11)
  const members = database.prepare(`
    SELECT count(*) AS n FROM v1_grants WHERE sync_id = ?1 AND entitlement_id IN (
      SELECT external_id FROM v1_entitlements WHERE resource_type_id = '${GROUP_TYPE}' AND resource_id = ?2 AND sync_id = ?1)`);
  const groupRow = database.prepare(
    `SELECT data FROM v1_resources WHERE sync_id = ?1 AND external_id = '${GROUP_TYPE}:' || ?2`,
  );
  return {
    database: path,
    runs,
    comparable,
    membersOf: (group) =>
      comparable === undefined
        ? 0
        : onDisk("read the previous run", () => numberIn(members.get(comparable.syncId, group), "n")),
    groupCreatedAt: (name) =>
      comparable === undefined
        ? undefined
        : onDisk("read the previous run", () => groupCreationIn(groupRow.get(comparable.syncId, name))),
    close() {
      if (!database.isOpen) return;
      database.close();
      rmSync(path, { force: true });
    },
  };
}

function judge(file: string, database: DatabaseSync, wanted: RunFingerprint): PreviousFile["runs"] {
  // A file of another writer may contain views and triggers.
  database.exec("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA cache_size = -8192");
  const [first] = database.prepare("PRAGMA quick_check(1)").all();
  const verdict = first === undefined ? "" : textIn(first, "quick_check");
  // The first line of the verdict names the database.
  if (verdict !== "ok") throw refusedFile(file, `is damaged: ${verdict.split("\n").at(-1)}`, CURE);
  checkTables(file, database);
  const rows = database
    .prepare(`
      SELECT s.sync_id, s.started_at, s.ended_at, s.sync_type, c.user_pool_id, c.user_id_kind, c.user_rows, c.group_rows, c.membership_rows,
        ${hasScopes(database) ? "c.scope" : "'' AS scope"}
      FROM v1_sync_runs s LEFT JOIN connector_runs c ON c.sync_id = s.sync_id
      ORDER BY s.ended_at DESC, s.rowid DESC`)
    .all();
  const [newest, ...older] = rows.map((row) => judgeRun(file, row, wanted));
  if (newest === undefined) throw refusedFile(file, "holds no finished run", CURE);
  return [newest, ...older];
}

function checkTables(file: string, database: DatabaseSync): void {
  for (const table of RUN_TABLES) {
    const names = columnNames(database, table);
    if (columnsOf(table).every((name) => names.has(name) || isLater(table, name))) continue;
    const why =
      table === "connector_runs" ? "was not written by this connector" : `lacks columns of ${table}`;
    throw refusedFile(file, why, CURE);
  }
}

function columnNames(database: DatabaseSync, table: string): ReadonlySet<string> {
  const found = database.prepare("SELECT name FROM pragma_table_info(?)").all(table);
  return new Set(found.map((row) => textIn(row, "name")));
}

/** A file of an earlier version does not have the column. */
function isLater(table: string, column: string): boolean {
  return table === "connector_runs" && column === "scope";
}

const OUR_TYPES: ReadonlySet<string> = new Set(["full", "partial", "resources_only"]);

function judgeRun(file: string, row: SqlRow, wanted: RunFingerprint): PreviousRun {
  const poolId = optionalTextIn(row, "user_pool_id");
  const endedAt = optionalTextIn(row, "ended_at");
  if (poolId === undefined || endedAt === undefined || !OUR_TYPES.has(textIn(row, "sync_type"))) {
    throw refusedFile(file, "holds a run that this connector did not write", CURE);
  }
  if (poolId !== wanted.poolId) {
    throw refusedFile(file, `holds the user pool ${poolId}, and this sync reads ${wanted.poolId}`, CURE);
  }
  const kind = textIn(row, "user_id_kind");
  if (kind !== wanted.userIdKind) {
    const cure = `set user-id to ${kind}, or ${CURE}`;
    throw refusedFile(file, `knows its users by ${kind}, and this sync would by ${wanted.userIdKind}`, cure);
  }
  const startedAtMs = parseTimestamp(textIn(row, "started_at"));
  const endedAtMs = parseTimestamp(endedAt);
  if (Number.isNaN(startedAtMs) || Number.isNaN(endedAtMs)) {
    throw refusedFile(file, "is damaged: a run in it has no valid start or end time", CURE);
  }
  return {
    syncId: textIn(row, "sync_id"),
    scope: textIn(row, "scope"),
    startedAtMs,
    endedAtMs,
    counts: {
      users: numberIn(row, "user_rows"),
      groups: numberIn(row, "group_rows"),
      memberships: numberIn(row, "membership_rows"),
    },
  };
}

function asRefusal(file: string, error: unknown): Error {
  if (isDamage(error)) {
    return refusedFile(file, "is damaged: what it holds is not a valid SQLite database", CURE, error);
  }
  return storeError(error, `read ${file}`);
}
