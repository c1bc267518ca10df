import { setTimeout as sleep } from "node:timers/promises";
import { GovernanceError } from "../../core/errors.ts";
import { createOneAtATime } from "../../core/one-at-a-time.ts";
import { DatabaseSync } from "../../sqlite/database.ts";
import { SQLITE, sqliteOf } from "../../sqlite/errors.ts";
import { requireOwnDatabase } from "../../sqlite/own-file.ts";
import { writableTarget } from "../../sqlite/paths.ts";
import type { InventoryWriter, WriteSession } from "../writer.ts";
import { cellReader } from "./cells.ts";
import { openWhenFree } from "./open-when-free.ts";

/** How often and how long it asks for the right to write. A run that is published has it for as long as its merge takes. */
const WAIT_MS = 50;
const WAITS = 600;

/**
 * Writes to an inventory in SQLite, in this thread. Nothing here waits inside SQLite, so that a service answers its callers
 * while another process publishes a run.
 */
export async function openSqliteWriter(name: string, opening: AbortSignal): Promise<InventoryWriter> {
  // Judges the content; what follows judges the names beside it, as a sync does.
  (await openWhenFree(name, opening)).close();
  const path = writableTarget(name);
  requireOwnDatabase(path);
  const database = new DatabaseSync(path, { timeout: 0 });
  database.exec("PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF");
  const turns = createOneAtATime();
  const session = sessionOf(database);
  return {
    name,
    async transaction(work, signal) {
      const endTurn = await turns.take(signal);
      try {
        await begin(name, database, signal);
        try {
          const result = await work(session);
          database.exec("COMMIT");
          return result;
        } catch (error) {
          if (database.isTransaction) database.exec("ROLLBACK");
          throw error;
        }
      } catch (error) {
        throw writeError(name, error);
      } finally {
        endTurn();
      }
    },
    async close() {
      if (database.isOpen) database.close();
    },
  };
}

async function begin(name: string, database: DatabaseSync, signal: AbortSignal): Promise<void> {
  for (let waits = 0; ; waits += 1) {
    signal.throwIfAborted();
    try {
      database.exec("BEGIN IMMEDIATE");
      return;
    } catch (error) {
      if (sqliteOf(error) !== SQLITE.busy) throw error;
      if (waits >= WAITS) {
        throw new GovernanceError(
          "unavailable",
          `the inventory ${name} is being written by another process; try again later`,
          { cause: error },
        );
      }
    }
    await sleep(WAIT_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

function sessionOf(database: DatabaseSync): WriteSession {
  return {
    async run(sql, parameters = []) {
      return Number(database.prepare(sql).run(...parameters).changes);
    },
    async read(sql, parameters = []) {
      const statement = database.prepare(sql);
      statement.setReadBigInts(true);
      const cells = cellReader(statement);
      return statement.all(...parameters).map((row) => cells(Object.values(row)));
    },
  };
}

/** What the work itself rejects with stays as it is. */
function writeError(name: string, error: unknown): unknown {
  if (sqliteOf(error) === undefined) return error;
  const why = error instanceof Error ? error.message : "SQLite refuses it";
  const code = sqliteOf(error) === SQLITE.full ? "resource-exhausted" : "unavailable";
  return new GovernanceError(code, `the inventory ${name} cannot be written: ${why}`, { cause: error });
}
