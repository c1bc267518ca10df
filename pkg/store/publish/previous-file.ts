import { rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { EpochMs } from "../../core/clock.ts";
import type { SyncCounts } from "../../core/sync-plan.ts";
import { GROUP_TYPE } from "../../protocol/ids.ts";
import { isDamage, onDisk, refusedFile, storeError } from "../errors.ts";
import { numberIn, optionalTextIn, type SqlRow, textIn } from "../rows.ts";
import type { RunFingerprint } from "../run/fingerprint.ts";
import { groupCreationIn } from "../run/group-creation.ts";
import { parseTimestamp } from "../timestamps.ts";
import { unpack } from "./envelope.ts";
import { columnsOf, RUN_TABLES } from "./file-schema.ts";

/** One finished full run in the old target. */
export interface PreviousRun {
  readonly syncId: string;
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
  /** Members of a group in the newest run; 0 when there is no such group. */
  membersOf(group: string): number;
  /** When the group was created, in the newest run; undefined when there is no such group. */
  groupCreatedAt(group: string): number | undefined;
  /** Closes and removes the unpacked copy. */
  close(): void;
}

const CURE = "name another file with --file, or move this one away";

/**
 * Unpacks and judges the old target. `failed-precondition` when it is damaged, written by another program, of another pool
 * or of the other kind of user ids; it is read only, so it stays as it is (STORE-2).
 */
export async function openPrevious(
  file: string,
  into: string,
  wanted: RunFingerprint,
  signal: AbortSignal,
): Promise<PreviousFile> {
  let database: DatabaseSync | undefined;
  try {
    await unpack(file, into, signal);
    database = new DatabaseSync(into, { readOnly: true, enableForeignKeyConstraints: false });
    const runs = judge(file, database, wanted);
    return previousFile(into, database, runs);
  } catch (error) {
    database?.close();
    rmSync(into, { force: true });
    throw asRefusal(file, error);
  }
}

function previousFile(path: string, database: DatabaseSync, runs: PreviousFile["runs"]): PreviousFile {
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
    membersOf: (group) =>
      onDisk("read the previous run", () => numberIn(members.get(runs[0].syncId, group), "n")),
    groupCreatedAt: (name) =>
      onDisk("read the previous run", () => groupCreationIn(groupRow.get(runs[0].syncId, name))),
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
      SELECT s.sync_id, s.started_at, s.ended_at, s.sync_type, c.user_pool_id, c.user_id_kind, c.user_rows, c.group_rows, c.membership_rows
      FROM v1_sync_runs s LEFT JOIN connector_runs c ON c.sync_id = s.sync_id
      ORDER BY s.ended_at DESC, s.sync_id DESC`)
    .all();
  const [newest, ...older] = rows.map((row) => judgeRun(file, row, wanted));
  if (newest === undefined) throw refusedFile(file, "holds no finished run", CURE);
  return [newest, ...older];
}

function checkTables(file: string, database: DatabaseSync): void {
  for (const table of RUN_TABLES) {
    const found = database.prepare("SELECT name FROM pragma_table_info(?)").all(table);
    const names = new Set(found.map((row) => textIn(row, "name")));
    if (columnsOf(table).every((name) => names.has(name))) continue;
    const why =
      table === "connector_runs" ? "was not written by this connector" : `lacks columns of ${table}`;
    throw refusedFile(file, why, CURE);
  }
}

function judgeRun(file: string, row: SqlRow, wanted: RunFingerprint): PreviousRun {
  const poolId = optionalTextIn(row, "user_pool_id");
  const endedAt = optionalTextIn(row, "ended_at");
  if (poolId === undefined || endedAt === undefined || textIn(row, "sync_type") !== "full") {
    throw refusedFile(file, "holds a run that this connector did not write", CURE);
  }
  if (poolId !== wanted.poolId) {
    throw refusedFile(file, `holds the user pool ${poolId}, and this sync reads ${wanted.poolId}`, CURE);
  }
  const kind = textIn(row, "user_id_kind");
  if (kind !== wanted.userIdKind) {
    const cure = `sync with --user-id ${kind}, or ${CURE}`;
    throw refusedFile(file, `knows its users by ${kind}, and this sync would by ${wanted.userIdKind}`, cure);
  }
  const startedAtMs = parseTimestamp(textIn(row, "started_at"));
  const endedAtMs = parseTimestamp(endedAt);
  if (Number.isNaN(startedAtMs) || Number.isNaN(endedAtMs)) {
    throw refusedFile(file, "is damaged: a run in it has no valid start or end time", CURE);
  }
  return {
    syncId: textIn(row, "sync_id"),
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
