import type { DatabaseSync } from "../../sqlite/database.ts";
import { SQLITE, sqliteOf } from "../../sqlite/errors.ts";

/** Other processes hold the file for an fsync or two. Waiting keeps up every later call of this journal. */
export const BUSY_TIMEOUT_MS = 5000;

/** After a wait that failed, so that the calls behind it do not wait as long, one after the other. */
const SHORT_BUSY_TIMEOUT_MS = 500;

/** Databases whose last transaction waited and did not begin. */
const held = new WeakSet<DatabaseSync>();

/** All of the work or nothing, while no other process writes. On disk when it returns (JOURNAL-1). */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  begin(database);
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

function begin(database: DatabaseSync): void {
  try {
    database.exec("BEGIN IMMEDIATE");
  } catch (error) {
    if (sqliteOf(error) === SQLITE.busy && !held.has(database)) {
      held.add(database);
      waitAtMost(database, SHORT_BUSY_TIMEOUT_MS);
    }
    throw error;
  }
  if (held.delete(database)) waitAtMost(database, BUSY_TIMEOUT_MS);
}

function waitAtMost(database: DatabaseSync, ms: number): void {
  database.exec(`PRAGMA busy_timeout = ${ms}`);
}
