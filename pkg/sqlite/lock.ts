import { closeSync, fstatSync, openSync, rmSync, type Stats, statSync } from "node:fs";
import { GovernanceError } from "../core/errors.ts";
import { errnoOf } from "../core/unknown.ts";
import { DatabaseSync } from "./database.ts";
import { SQLITE, sqliteOf } from "./errors.ts";
import { requireOwnDatabase } from "./own-file.ts";
import { asUnwritable } from "./paths.ts";

export interface TargetLock {
  release(): void;
}

/** Takes the target for this process (STORE-3), or throws `failed-precondition` at once. */
export function lockTarget(path: string, target: string): TargetLock {
  const lock = lockFile(path);
  if (lock === undefined) throw inUse(target);
  return lock;
}

/**
 * Takes the lock of that name, or returns undefined at once when another process holds it. It is SQLite's exclusive lock
 * on an empty database. The system frees it when the process ends in any way; a pid file would stay.
 */
export function lockFile(path: string): TargetLock | undefined {
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const lock = tryLock(path);
    if (lock !== "vanished") return lock;
  }
  return undefined;
}

/**
 * The files that this thread has locked. Closing any descriptor of a file drops every POSIX lock that the process has on
 * it, so a file that is in here must not be opened a second time.
 */
const lockedHere = new Set<string>();

function tryLock(path: string): TargetLock | "vanished" | undefined {
  let fd: number | undefined;
  let database: DatabaseSync | undefined;
  const close = (): void => {
    database?.close();
    if (fd !== undefined) closeSync(fd);
  };
  try {
    requireOwnDatabase(path);
    createPrivate(path);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return "vanished";
    if (lockedHere.has(identityOf(found)) || isLocked(path)) return undefined;
    fd = openSync(path, "r");
    database = new DatabaseSync(path, { timeout: 0 });
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    // The holder removes the file when it ends, so SQLite may have locked a file that no other process sees. An inode
    // number is used again once its file is gone; that of an open descriptor is not. So the path still names the file of
    // the descriptor only if nobody has removed it since, and then SQLite has opened the same one.
    const identity = identityOf(fstatSync(fd));
    const now = statSync(path, { throwIfNoEntry: false });
    if (now === undefined || identityOf(now) !== identity) {
      close();
      return "vanished";
    }
    lockedHere.add(identity);
    return lockOf(path, identity, database, close);
  } catch (error) {
    close();
    if (error instanceof GovernanceError) throw error;
    if (sqliteOf(error) === SQLITE.busy) return undefined;
    if (errnoOf(error) === "ENOENT") return "vanished";
    throw lockFailure(path, error);
  }
}

/** Where it is missing. One that exists is not opened: another thread may have locked it. */
function createPrivate(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    // Without its folder the file has not vanished: nobody else has it.
    if (errnoOf(error) !== "EEXIST") throw asUnwritable(path, error);
  }
}

/**
 * Whether the lock is held, also by another thread of this process, which has a `lockedHere` of its own. To ask drops no lock:
 * SQLite keeps the descriptors of a file open while a connection of the process has locked it.
 */
function isLocked(path: string): boolean {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE; ROLLBACK");
    return false;
  } catch (error) {
    if (sqliteOf(error) === SQLITE.busy) return true;
    throw error;
  } finally {
    database.close();
  }
}

function identityOf({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

function lockOf(path: string, identity: string, database: DatabaseSync, close: () => void): TargetLock {
  return {
    release() {
      if (!database.isOpen) return;
      rmSync(path, { force: true });
      close();
      lockedHere.delete(identity);
    },
  };
}

function lockFailure(path: string, error: unknown): GovernanceError {
  if (sqliteOf(error) !== undefined) {
    return new GovernanceError("failed-precondition", `cannot lock ${path}: ${String(error)}; move it away`, {
      cause: error,
    });
  }
  return asUnwritable(path, error);
}

function inUse(target: string): GovernanceError {
  return new GovernanceError(
    "failed-precondition",
    `another sync is running on ${target}; wait for it, or name another file`,
  );
}
