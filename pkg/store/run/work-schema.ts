import type { DatabaseSync } from "node:sqlite";
import { numberIn } from "../rows.ts";

/** "Cgn1": tells a working database of ours from any other SQLite file of that name. */
export const WORK_APPLICATION_ID = 0x43_67_6e_31;
/**
 * Raised with every change below. A run of another version is not read: it is discarded, and a new one begins
 * (STORE-5).
 */
export const WORK_VERSION = 3;

/**
 * Enough for the inner pages of every index; four times as much was not faster, since the system caches the rest. The
 * sorter of the publication takes as much again before it spills (STORE-11).
 */
const CACHE_KIB = 8 * 1024;
/**
 * WAL pages between checkpoints. Index pages that many commits touch are then written once, so more is faster, and takes
 * more room: 8 MiB at first, then as much as the database has, up to 128 MiB. A small pool then needs little room, and a
 * large one has a few checkpoints more at its beginning.
 */
const CHECKPOINT_PAGES = { least: 2_048, most: 32_768 } as const;

/** Exclusive locking keeps the index of the WAL in this process, so there is no third file and no second reader. */
export function tuneWork(database: DatabaseSync): void {
  database.exec(`
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES.least};
    PRAGMA cache_size = -${CACHE_KIB};
    PRAGMA temp_store = FILE;
    PRAGMA foreign_keys = OFF;`);
}

/** Lets the WAL have as many pages as the database has now. Returns how many that are. */
export function fitCheckpoints(database: DatabaseSync): number {
  const size = numberIn(database.prepare("PRAGMA page_count").get(), "page_count");
  const pages = Math.min(CHECKPOINT_PAGES.most, Math.max(CHECKPOINT_PAGES.least, size));
  database.exec(`PRAGMA wal_autocheckpoint = ${pages}`);
  return pages;
}

/** Moves the WAL into the database and cuts it to nothing: the publication needs the room. */
export function emptyWal(database: DatabaseSync): void {
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
}

/**
 * A smaller schema than that of the file: each row is found in one way only. `names` is the index of the resources. It
 * answers whether a user who is met again has changed without reading the row, which may be anywhere in a gigabyte. A
 * grant names its entitlement and its principal by row number, so its unique index is an eighth of what its id would
 * take.
 */
export function createWorkSchema(database: DatabaseSync): void {
  database.exec(`
    BEGIN IMMEDIATE;
    PRAGMA application_id = ${WORK_APPLICATION_ID};
    PRAGMA user_version = ${WORK_VERSION};
    CREATE TABLE run (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      sync_id TEXT NOT NULL,
      pool_id TEXT NOT NULL,
      user_id_kind TEXT NOT NULL,
      mapping_version INTEGER NOT NULL,
      scope TEXT NOT NULL,
      started_at INTEGER NOT NULL,
      progress_at INTEGER NOT NULL,
      ended_at INTEGER,
      held INTEGER NOT NULL DEFAULT 0,
      users INTEGER NOT NULL DEFAULT 0,
      "groups" INTEGER NOT NULL DEFAULT 0,
      memberships INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE listings (
      kind TEXT NOT NULL,
      group_name TEXT NOT NULL,
      token TEXT NOT NULL,
      state TEXT NOT NULL,
      pages INTEGER NOT NULL,
      PRIMARY KEY (kind, group_name)
    ) WITHOUT ROWID;
    CREATE TABLE resource_types (
      id INTEGER PRIMARY KEY,
      external_id TEXT NOT NULL UNIQUE,
      at TEXT NOT NULL,
      data BLOB NOT NULL
    );
    CREATE TABLE names (
      type TEXT NOT NULL,
      resource_id TEXT NOT NULL,
      resource INTEGER NOT NULL,
      stamp INTEGER,
      PRIMARY KEY (type, resource_id)
    ) WITHOUT ROWID;
    CREATE TABLE resources (
      id INTEGER PRIMARY KEY,
      type TEXT NOT NULL,
      resource_id TEXT NOT NULL,
      parent_type TEXT,
      parent_id TEXT,
      at TEXT NOT NULL,
      data BLOB NOT NULL
    );
    CREATE TABLE entitlements (
      id INTEGER PRIMARY KEY,
      external_id TEXT NOT NULL UNIQUE,
      type TEXT NOT NULL,
      resource_id TEXT NOT NULL,
      at TEXT NOT NULL,
      data BLOB NOT NULL
    );
    CREATE TABLE grants (
      id INTEGER PRIMARY KEY,
      entitlement INTEGER NOT NULL,
      principal INTEGER NOT NULL,
      principal_type TEXT NOT NULL,
      principal_id TEXT NOT NULL,
      at TEXT NOT NULL,
      data BLOB NOT NULL,
      UNIQUE (entitlement, principal)
    );
    COMMIT;`);
}
