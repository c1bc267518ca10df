import { setTimeout as sleep } from "node:timers/promises";
import { GovernanceError } from "../../core/errors.ts";
import type { DatabaseSync } from "../../sqlite/database.ts";
import { SQLITE, sqliteOf } from "../../sqlite/errors.ts";
import { openInventoryFile } from "./inventory-file.ts";

/** How often and how long it tries. A sync has the file for itself only while it moves a long log into it. */
const WAIT_MS = 50;
const WAITS = 100;

/**
 * Opens an inventory to read it. SQLite itself would wait with the whole thread, in which a service answers its callers.
 */
export async function openWhenFree(name: string, signal: AbortSignal): Promise<DatabaseSync> {
  for (let waits = 0; ; waits += 1) {
    signal.throwIfAborted();
    try {
      return openInventoryFile(name, 0);
    } catch (error) {
      if (!(error instanceof Error) || sqliteOf(error.cause) !== SQLITE.busy) throw error;
      if (waits >= WAITS) {
        throw new GovernanceError(
          "unavailable",
          `the inventory ${name} is in use by another process; try again later`,
          { cause: error },
        );
      }
    }
    await sleep(WAIT_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}
