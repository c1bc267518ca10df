import { closeSync, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { GovernanceError } from "../core/errors.ts";
import { createWholeDatabase, sweepDrafts } from "../sqlite/create-whole.ts";
import { DatabaseSync } from "../sqlite/database.ts";
import { isDamage, SQLITE, sqliteOf } from "../sqlite/errors.ts";
import { requireNoLink, requireOwnDatabase } from "../sqlite/own-file.ts";
import { openStateDirectory } from "../sqlite/paths.ts";
import { numberIn, textIn } from "../sqlite/rows.ts";
import type { Commits } from "../sqlite/wal-sync.ts";
import { LOST_RECORDS, refusedRecords } from "./errors.ts";

export interface ScimRecordsPlace {
  readonly stateDir: string;
  readonly poolId: string;
}

/** "Cgs1" in ASCII: tells the records of SCIM from any other SQLite file. */
const RECORDS_APPLICATION_ID = 0x43_67_73_31;
/** Raise it with every change of the schema, and say here how a file of the version before becomes one. */
const RECORDS_VERSION = 1;
/** Another connection of this process holds the file for an fsync or two. */
const WAIT_AT_MOST_MS = 5000;

/** The path of the file, after a check that the state directory can be used. */
export function scimRecordsPath({ stateDir, poolId }: ScimRecordsPlace): string {
  if (!/^[\w-]+$/.test(poolId)) {
    throw new GovernanceError("invalid-argument", `user-pool-id ${JSON.stringify(poolId)} is not a pool id`);
  }
  return join(openStateDirectory(stateDir), `${poolId}.scim.db`);
}

/** Opens the records of the pool, or creates them. Any other file is refused and not changed. */
export function openRecordsFile(path: string, poolId: string, commits: Commits): DatabaseSync {
  requireNoLink(path);
  if (!existsSync(path)) createWholeDatabase(path, (draft) => build(draft, poolId));
  // A draft of a killed process is a second name of the file.
  sweepDrafts(path);
  requireOwnDatabase(path);
  inspect(path, poolId);
  const database = new DatabaseSync(path, { timeout: WAIT_AT_MOST_MS });
  try {
    // FULL: a commit is on disk when it returns, by one fsync of the WAL.
    database.exec("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON");
    // The caller of `sync` does what FULL does, once for many commits.
    if (commits === "on disk after sync") database.exec("PRAGMA synchronous = NORMAL");
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

/** A second connection, which only reads. The first one has checked the file. */
export function openRecordsToRead(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true, timeout: WAIT_AT_MOST_MS });
  database.exec("PRAGMA query_only = ON; PRAGMA trusted_schema = OFF");
  return database;
}

function build(path: string, poolId: string): void {
  closeSync(openSync(path, "wx", 0o600));
  const database = new DatabaseSync(path);
  try {
    database.exec(SCHEMA);
    database.prepare("INSERT INTO pool (id, pool_id) VALUES (1, ?)").run(poolId);
    // Last, because it is a property of the file from now on.
    database.exec("PRAGMA journal_mode = WAL");
  } finally {
    database.close();
  }
}

/** Reads only, so that not even closing a refused file changes it. */
function inspect(path: string, poolId: string): void {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true, timeout: WAIT_AT_MOST_MS });
    const id = numberIn(database.prepare("PRAGMA application_id").get(), "application_id");
    if (id !== RECORDS_APPLICATION_ID) throw foreign(path);
    const version = numberIn(database.prepare("PRAGMA user_version").get(), "user_version");
    if (version !== RECORDS_VERSION) {
      throw refusedRecords(
        path,
        `has version ${version} of the records of SCIM; this connector supports version ${RECORDS_VERSION}`,
        "use the connector that wrote it, or name another --state-dir",
      );
    }
    // The whole check: an index that does not fit its table would let two resources have one externalId.
    const [verdict] = database.prepare("PRAGMA integrity_check(1)").all();
    if (verdict === undefined || textIn(verdict, "integrity_check") !== "ok") throw damaged(path);
    // Preparing a statement reads no row: it fails where a table or a column is missing.
    for (const read of READS) database.prepare(read);
    const row = database.prepare("SELECT pool_id FROM pool").get();
    const owner = row === undefined ? "?" : textIn(row, "pool_id");
    if (owner !== poolId) {
      throw refusedRecords(path, `has the records of pool ${owner}`, "name another --state-dir");
    }
  } catch (error) {
    if (sqliteOf(error) === SQLITE.notADatabase) throw foreign(path);
    if (isDamage(error)) throw damaged(path, error);
    throw error;
  } finally {
    database?.close();
  }
}

function foreign(path: string): Error {
  return refusedRecords(
    path,
    "is not a file of SCIM records of this connector",
    "move it away, or name another --state-dir",
  );
}

function damaged(path: string, cause?: unknown): Error {
  return refusedRecords(path, "is damaged", LOST_RECORDS, cause);
}

const READS = [
  "SELECT settled_until FROM pool",
  "SELECT kind, id, external_id, display_name, display_key, user_name_key, kept, hidden, kept_at FROM kept",
  "SELECT seq, at, kind, subject, member, content FROM writes",
  "SELECT name, seq, kind, subject FROM written_names",
  "SELECT key, kind, id, begun_at FROM unfinished",
];

const SCHEMA = `
  PRAGMA application_id = ${RECORDS_APPLICATION_ID};
  PRAGMA user_version = ${RECORDS_VERSION};
  CREATE TABLE pool (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    pool_id TEXT NOT NULL,
    -- Writes up to this time have been dropped.
    settled_until INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  -- Keys are in lower case, for what is found in any letter case.
  CREATE TABLE kept (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    external_id TEXT,
    display_name TEXT,
    display_key TEXT,
    user_name_key TEXT,
    kept TEXT NOT NULL,
    hidden INTEGER NOT NULL,
    kept_at INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
  ) STRICT, WITHOUT ROWID;
  -- A hidden resource takes no name from one that clients see.
  CREATE UNIQUE INDEX kept_by_external_id ON kept (kind, external_id)
    WHERE external_id IS NOT NULL AND hidden = 0;
  CREATE UNIQUE INDEX kept_by_group_name ON kept (kind, display_key)
    WHERE kind = 'Group' AND display_key IS NOT NULL AND hidden = 0;
  CREATE INDEX kept_by_any_external_id ON kept (external_id, kind) WHERE external_id IS NOT NULL;
  CREATE INDEX kept_by_display_name ON kept (display_key, kind) WHERE display_key IS NOT NULL;
  CREATE INDEX kept_by_user_name ON kept (user_name_key, kind) WHERE user_name_key IS NOT NULL;
  -- What this program has changed in the pool, in order. The number is never used again.
  CREATE TABLE writes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    member TEXT,
    content TEXT
  ) STRICT;
  CREATE INDEX writes_by_time ON writes (at);
  -- The names of a written account or group in lower case, by which it is found.
  CREATE TABLE written_names (
    name TEXT NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    PRIMARY KEY (name, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX written_names_by_write ON written_names (seq);
  CREATE TABLE unfinished (
    key TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    id TEXT,
    begun_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`;
