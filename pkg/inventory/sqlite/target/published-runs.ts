import { type Stats, statSync } from "node:fs";
import { basename } from "node:path";
import type { EpochClock, EpochMs } from "../../../core/clock.ts";
import { GovernanceError } from "../../../core/errors.ts";
import { WHOLE_POOL } from "../../../core/sync-scope.ts";
import { DatabaseSync } from "../../../sqlite/database.ts";
import { isDamage } from "../../../sqlite/errors.ts";
import { numberIn, type SqlRow, textIn } from "../../../sqlite/rows.ts";
import type { CompleteRun } from "../../../sync/target.ts";
import { storedTime } from "../../stored-time.ts";
import { bringUpToDate } from "../bring-up-to-date.ts";
import { openInventoryFile } from "../inventory-file.ts";

const READER_WAITS_MS = 5000;

/** What the inventory holds of a pool. */
export interface PublishedRuns {
  /** The newest run. */
  readonly newest: CompleteRun | undefined;
  membersOf(group: string): number;
  /** Whether the path still names the file that was judged, with the runs that it had then. */
  isInPlace(): boolean;
  /** Reads every page. For a failure whose cause may be the inventory or the working database. */
  isDamaged(): boolean;
  close(): void;
}

/**
 * Judges the file, brings it to this version, and reads it through a connection of its own, which may write: only then
 * does SQLite remove the WAL when it is the last one to close.
 */
export function openPublishedRuns(path: string, poolId: string, now: EpochClock): PublishedRuns {
  openInventoryFile(path).close();
  const database = new DatabaseSync(path, { timeout: READER_WAITS_MS });
  try {
    const judged = statSync(path);
    bringUpToDate(database, now);
    database.exec(
      "PRAGMA query_only = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA cache_size = -1024",
    );
    const members = database.prepare(
      "SELECT count(*) AS n FROM memberships WHERE pool_id = ? AND group_name = ? AND to_run IS NULL",
    );
    const newest = newestPublished(database, poolId);
    return {
      newest,
      membersOf: (group) => numberIn(members.get(poolId, group), "n"),
      isInPlace: () =>
        isSameFile(judged, statSync(path, { throwIfNoEntry: false })) &&
        newestNow(path, poolId)?.id === newest?.id,
      isDamaged: () => !isSound(database),
      close: () => database.close(),
    };
  } catch (error) {
    database.close();
    throw isDamage(error) ? damagedInventory(path, error) : error;
  }
}

/** The cure is that of the inventory: no sync discards it, as it does a working file. */
export function damagedInventory(path: string, cause: unknown): GovernanceError {
  return new GovernanceError(
    "data-loss",
    `${path} is damaged: put a copy of it in its place, or move it away: the next sync begins a new one, without history; move ${basename(path)}-wal away first, if there is one`,
    { cause },
  );
}

function isSameFile(judged: Stats, found: Stats | undefined): boolean {
  return judged.dev === found?.dev && judged.ino === found.ino;
}

/** By a connection of its own: another one does not notice that a copy was written over the file, which stays the same one. */
function newestNow(path: string, poolId: string): CompleteRun | undefined {
  const database = openInventoryFile(path);
  try {
    return newestPublished(database, poolId);
  } catch (error) {
    throw isDamage(error) ? damagedInventory(path, error) : error;
  } finally {
    database.close();
  }
}

function isSound(database: DatabaseSync): boolean {
  try {
    return database.prepare("PRAGMA quick_check(1)").get()?.["quick_check"] === "ok";
  } catch {
    return false;
  }
}

function newestPublished(database: DatabaseSync, poolId: string): CompleteRun | undefined {
  const row = database.prepare("SELECT * FROM runs WHERE pool_id = ? ORDER BY run DESC LIMIT 1").get(poolId);
  return row === undefined ? undefined : completeRun(row);
}

function completeRun(row: SqlRow): CompleteRun {
  return {
    id: textIn(row, "sync_id"),
    startedAt: storedTime(textIn(row, "began_at"), "began_at"),
    endedAt: storedTime(textIn(row, "ended_at"), "ended_at"),
    scope: WHOLE_POOL,
    counts: {
      users: numberIn(row, "users"),
      groups: numberIn(row, "groups"),
      memberships: numberIn(row, "memberships"),
    },
  };
}

/** A later run ends later by the clock of the inventory, whatever the clock of the machine did. */
export function endAfter(newest: CompleteRun | undefined, startedAtMs: EpochMs, nowMs: EpochMs): EpochMs {
  return Math.max(nowMs, startedAtMs, (newest?.endedAt.getTime() ?? 0) + 1);
}
