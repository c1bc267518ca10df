import { existsSync, rmSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { GovernanceError } from "../core/errors.ts";
import { SQLITE, sqliteOf } from "./errors.ts";
import { requireOwnDatabase } from "./own-file.ts";
import { asUnwritable, touchPrivate } from "./paths.ts";

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

function tryLock(path: string): TargetLock | "vanished" | undefined {
  let database: DatabaseSync | undefined;
  try {
    requireOwnDatabase(path);
    // Not opened when it exists: closing it would drop a lock that this process may hold (POSIX locks).
    if (!existsSync(path)) touchPrivate(path);
    const before = statSync(path, { throwIfNoEntry: false })?.ino;
    database = new DatabaseSync(path, { timeout: 0 });
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    // The holder removes the file when it ends. A process that had it open then locks a file that no other one sees.
    if (before === undefined || statSync(path, { throwIfNoEntry: false })?.ino !== before) {
      database.close();
      return "vanished";
    }
  } catch (error) {
    database?.close();
    if (error instanceof GovernanceError) throw error;
    if (sqliteOf(error) === SQLITE.busy) return undefined;
    throw lockFailure(path, error);
  }
  const held = database;
  return {
    release() {
      if (!held.isOpen) return;
      rmSync(path, { force: true });
      held.close();
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
