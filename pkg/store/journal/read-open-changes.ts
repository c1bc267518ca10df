import { existsSync } from "node:fs";
import type { NewChange, OpenChange } from "../../core/journal.ts";
import { DatabaseSync } from "../../sqlite/database.ts";
import { requireOwnDatabase } from "../../sqlite/own-file.ts";
import { textIn } from "../../sqlite/rows.ts";
import { storedChange } from "./change-rows.ts";
import { onJournal } from "./errors.ts";
import { journalDatabasePath } from "./state-directory.ts";
import { BUSY_TIMEOUT_MS } from "./transaction.ts";

/** An open change without what only its recovery may know. */
export type StartedChange = NewChange & Pick<OpenChange, "undo">;

/**
 * The changes of a pool that have not ended, of all processes. It reads only: it takes over nothing, and creates no file
 * where there is no journal.
 */
export function readOpenChanges(dir: string, poolId: string): readonly StartedChange[] {
  const path = journalDatabasePath(dir, poolId);
  return onJournal(path, "read", () => {
    if (!existsSync(path)) return [];
    requireOwnDatabase(path);
    const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
    try {
      const begun = database.prepare("SELECT 1 FROM steps WHERE change = ? LIMIT 1");
      return database
        .prepare("SELECT * FROM changes ORDER BY seq")
        .all()
        .filter((row) => begun.get(textIn(row, "id")) !== undefined)
        .map(storedChange);
    } finally {
      database.close();
    }
  });
}
