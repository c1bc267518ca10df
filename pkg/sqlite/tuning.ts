// How a working database is kept: one process, few large writes, little memory.

import type { DatabaseSync } from "./database.ts";
import { numberIn } from "./rows.ts";

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
