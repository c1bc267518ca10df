import { accessSync, closeSync, constants, openSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { EpochClock } from "../../core/clock.ts";
import { GovernanceError } from "../../core/errors.ts";
import { errnoOf } from "../../core/unknown.ts";
import { DatabaseSync } from "../../sqlite/database.ts";
import { SQLITE, sqliteOf } from "../../sqlite/errors.ts";
import { createStatements, INVENTORY_VERSION } from "../schema/ddl.ts";
import { queryError } from "./query-error.ts";
import { writeStatistics } from "./statistics.ts";

/** "Cgi1" in ASCII: tells an inventory of the connector from any other SQLite file. */
export const INVENTORY_APPLICATION_ID = 0x43_67_69_31;

/** Creates an empty inventory, readable for this user only. The file must not exist. The caller closes the database. */
export function createInventoryFile(path: string, now: EpochClock): DatabaseSync {
  closeSync(openSync(path, "wx", 0o600));
  const database = new DatabaseSync(resolve(path));
  try {
    // Readers see the run before while the next one is merged.
    database.exec("PRAGMA journal_mode = WAL; BEGIN IMMEDIATE");
    createInventorySchema(database, now);
    database.exec("COMMIT");
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** The tables, indexes and views in an empty database, within the caller's transaction. */
export function createInventorySchema(database: DatabaseSync, now: EpochClock): void {
  database.exec(
    `PRAGMA application_id = ${INVENTORY_APPLICATION_ID}; PRAGMA user_version = ${INVENTORY_VERSION}`,
  );
  for (const statement of createStatements("sqlite")) database.exec(statement);
  writeStatistics(database);
  database
    .prepare("INSERT INTO schema_migrations (version, applied_at) VALUES (?, ?)")
    .run(INVENTORY_VERSION, new Date(now()).toISOString());
}

/**
 * Opens an inventory that exists, so that nothing can be written. `name` is how messages call it. While another process has
 * the file for itself, the thread waits so long.
 */
export function openInventoryFile(name: string, waitMs = READER_TIMEOUT_MS): DatabaseSync {
  const path = resolve(name);
  requireReadable(name, path);
  const database = new DatabaseSync(path, { readOnly: true, timeout: waitMs });
  try {
    database.exec(READING);
    requireInventory(name, database);
    database.exec(`PRAGMA busy_timeout = ${READER_TIMEOUT_MS}`);
    return database;
  } catch (error) {
    database.close();
    throw error instanceof GovernanceError ? error : unreadable(name, error);
  }
}

/** A reader waits for a moment only: where a checkpoint or a recovery is at work. */
const READER_TIMEOUT_MS = 5000;

const READING = `
  PRAGMA query_only = ON;
  PRAGMA trusted_schema = OFF;
  PRAGMA cell_size_check = ON;
  PRAGMA temp_store = FILE;
  PRAGMA cache_size = -16384`;

function requireReadable(name: string, path: string): void {
  try {
    if (!statSync(path).isFile()) throw refusedInventory(name, "is not a file; name a file of SQLite");
    // Not by opening it: closing a descriptor drops every lock that this process has on the file.
    accessSync(path, constants.R_OK);
  } catch (error) {
    if (error instanceof GovernanceError) throw error;
    const errno = errnoOf(error);
    if (errno === "ENOENT" || errno === "ENOTDIR") {
      throw refusedInventory(
        name,
        `does not exist; fill it first: connector sync --inventory ${name}`,
        error,
      ).with({ reason: "no-inventory" });
    }
    throw refusedInventory(name, `cannot be read (${errno}); give this user the right to read it`, error);
  }
}

/** `failed-precondition` unless the database is an inventory that this version can read. */
function requireInventory(name: string, database: DatabaseSync): void {
  const applicationId = pragma(database, "application_id");
  const version = pragma(database, "user_version");
  if (applicationId !== INVENTORY_APPLICATION_ID) {
    throw refusedInventory(name, "is not an inventory of this connector; name another file");
  }
  if (version > INVENTORY_VERSION) {
    throw refusedInventory(
      name,
      `has version ${version}, and this connector knows versions up to ${INVENTORY_VERSION}; use the newer connector`,
    );
  }
}

function pragma(database: DatabaseSync, name: "application_id" | "user_version"): number {
  const value = database.prepare(`PRAGMA ${name}`).get()?.[name];
  return typeof value === "number" ? value : 0;
}

function refusedInventory(name: string, what: string, cause?: unknown): GovernanceError {
  return new GovernanceError("failed-precondition", `the inventory ${name} ${what}`, {
    cause,
    reason: "own-files",
  });
}

function unreadable(name: string, error: unknown): GovernanceError {
  const sqlite = sqliteOf(error);
  if (sqlite === SQLITE.notADatabase) {
    return refusedInventory(name, "is not an inventory of this connector; name another file", error);
  }
  // A reader of a database in WAL mode keeps its place in a second file.
  const why =
    "cannot be read from a folder that this user may not write; copy it, or give this user that right";
  const hasNoRight = sqlite === SQLITE.readOnly || sqlite === SQLITE.cantOpen;
  return hasNoRight ? refusedInventory(name, why, error) : queryError(error, "");
}
