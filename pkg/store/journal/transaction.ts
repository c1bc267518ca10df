import type { DatabaseSync } from "node:sqlite";

/** All of the work or nothing, while no other process writes. On disk when it returns (JOURNAL-1). */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}
