import { closeSync, existsSync, openSync } from "node:fs";
import { createWholeDatabase, sweepDrafts } from "../../sqlite/create-whole.ts";
import { DatabaseSync } from "../../sqlite/database.ts";
import { isDamage, SQLITE, sqliteOf } from "../../sqlite/errors.ts";
import { requireNoLink, requireOwnDatabase } from "../../sqlite/own-file.ts";
import { numberIn, textIn } from "../../sqlite/rows.ts";
import type { Commits } from "../../sqlite/wal-sync.ts";
import { refusedJournal } from "./errors.ts";
import { BUSY_TIMEOUT_MS, inTransaction } from "./transaction.ts";

/** "Cgj1" in ASCII: tells a journal of the connector from any other SQLite file. */
const JOURNAL_APPLICATION_ID = 0x43_67_6a_31;
/** Raise it with every change of the schema, and say in `migrate` how a file of the version before becomes one. */
const JOURNAL_VERSION = 2;
const OLDEST_VERSION = 1;

/** Opens the journal of the pool, or creates it. Any other file is refused and not changed (JOURNAL-8). */
export function openJournalFile(path: string, poolId: string, commits: Commits): DatabaseSync {
  requireNoLink(path);
  if (!existsSync(path)) createWholeDatabase(path, (draft) => build(draft, poolId));
  // A draft of a killed process is a second name of the file.
  sweepDrafts(path);
  requireOwnDatabase(path);
  inspect(path, poolId);
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    // FULL: a commit is on disk when it returns, by one fsync of the WAL (JOURNAL-1).
    database.exec("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON");
    database.exec(ADDED);
    migrate(database);
    // The caller of `sync` does what FULL does, once for many commits.
    if (commits === "on disk after sync") database.exec("PRAGMA synchronous = NORMAL");
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

/** Brings an older file to this version, in one transaction. An older connector then refuses it. */
function migrate(database: DatabaseSync): void {
  if (versionOf(database) === JOURNAL_VERSION) return;
  inTransaction(database, () => {
    // Another process may have been first.
    if (versionOf(database) === JOURNAL_VERSION) return;
    database.exec(`
      ALTER TABLE spent ADD COLUMN boot TEXT NOT NULL DEFAULT '';
      ALTER TABLE spent ADD COLUMN up_ms INTEGER NOT NULL DEFAULT 0;
      PRAGMA user_version = ${JOURNAL_VERSION};
    `);
  });
}

function versionOf(database: DatabaseSync): number {
  return numberIn(database.prepare("PRAGMA user_version").get(), "user_version");
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
    database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
    const id = numberIn(database.prepare("PRAGMA application_id").get(), "application_id");
    if (id !== JOURNAL_APPLICATION_ID) throw foreign(path);
    const version = versionOf(database);
    if (version < OLDEST_VERSION || version > JOURNAL_VERSION) {
      throw refusedJournal(
        path,
        `is a journal of version ${version}; this connector supports versions ${OLDEST_VERSION} to ${JOURNAL_VERSION}`,
        "use the connector that wrote it, or name another --state-dir",
      );
    }
    // The whole check: an index that does not fit its table hides open changes.
    const [verdict] = database.prepare("PRAGMA integrity_check(1)").all();
    if (verdict === undefined || textIn(verdict, "integrity_check") !== "ok") throw damaged(path);
    // Preparing a statement reads no row: it fails where a table or a column is missing.
    for (const read of READS_OF_VERSION_1) database.prepare(read);
    const row = database.prepare("SELECT pool_id FROM pool").get();
    const owner = row === undefined ? "?" : textIn(row, "pool_id");
    if (owner !== poolId) {
      throw refusedJournal(path, `is the journal of pool ${owner}`, "name another --state-dir");
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
  return refusedJournal(
    path,
    "is not a journal of this connector",
    "move it away, or name another --state-dir",
  );
}

function damaged(path: string, cause?: unknown): Error {
  return refusedJournal(
    path,
    "is damaged",
    "move it away and start again; the audit log and the pool show what was done last",
    cause,
  );
}

/**
 * A table of its own, created where it is missing: a connector that does not know it still reads the rest, so the version
 * is the same.
 */
const ADDED = `
  CREATE TABLE IF NOT EXISTS justifications (
    change TEXT PRIMARY KEY,
    text TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

const READS_OF_VERSION_1 = [
  `SELECT seq, id, owner, lock, kind, began_at_ms, via, requester, target_user, target_group, target_login_sha256, facts, undo
   FROM changes`,
  "SELECT change, step, operation, undo, state, request_id, code, reason FROM steps",
  "SELECT change, budget, at_ms FROM spent",
];

const SCHEMA = `
  PRAGMA application_id = ${JOURNAL_APPLICATION_ID};
  PRAGMA user_version = ${JOURNAL_VERSION};
  CREATE TABLE pool (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    pool_id TEXT NOT NULL
  ) STRICT;
  -- owner names a lock beside the file (JOURNAL-4). It is NULL when no process works on the change.
  CREATE TABLE changes (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    owner TEXT,
    lock TEXT NOT NULL,
    kind TEXT NOT NULL,
    began_at_ms INTEGER NOT NULL,
    via TEXT NOT NULL,
    requester TEXT NOT NULL,
    target_user TEXT,
    target_group TEXT,
    target_login_sha256 TEXT,
    facts BLOB,
    undo TEXT
  ) STRICT;
  CREATE INDEX changes_by_lock ON changes (lock);
  CREATE TABLE steps (
    change TEXT NOT NULL,
    step INTEGER NOT NULL,
    operation TEXT NOT NULL,
    undo INTEGER NOT NULL,
    state TEXT NOT NULL,
    request_id TEXT,
    code TEXT,
    reason TEXT,
    PRIMARY KEY (change, step)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE spent (
    change TEXT NOT NULL,
    budget TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    -- The time since the start of the machine (JOURNAL-7). A connector of version 1 that is still running leaves them out.
    boot TEXT NOT NULL DEFAULT '',
    up_ms INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX spent_by_budget ON spent (budget, at_ms);
`;
