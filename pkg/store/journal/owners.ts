import { randomBytes } from "node:crypto";
import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { GovernanceError } from "../../core/errors.ts";
import type { DatabaseSync } from "../../sqlite/database.ts";
import { lockFile, type TargetLock } from "../../sqlite/lock.ts";
import type { JournalPaths } from "./state-directory.ts";

/** One opened journal. It is alive as long as it holds its lock (JOURNAL-4). */
export interface Owner {
  readonly token: string;
  readonly lock: TargetLock;
}

/**
 * Creates an owner, and removes the locks of dead ones. All checks of locks are made inside a write transaction, so that
 * no process sees a lock file that is created but not yet locked, or a lock that another check holds for a moment.
 */
export function becomeOwner(paths: JournalPaths): Owner {
  for (const name of readdirSync(paths.directory)) {
    if (name.startsWith(paths.ownerPrefix)) isDead(join(paths.directory, name));
  }
  const token = randomBytes(8).toString("hex");
  const path = lockPath(paths, token);
  const lock = lockFile(path);
  if (lock === undefined) throw new GovernanceError("internal", `cannot lock ${path}: it is held already`);
  return { token, lock };
}

/** Whether the owner is dead. Its changes then have no owner. Call it inside a write transaction. */
export function removeIfOwnerDead(database: DatabaseSync, paths: JournalPaths, token: string): boolean {
  if (!isDead(lockPath(paths, token))) return false;
  database.prepare("UPDATE changes SET owner = NULL WHERE owner = ?").run(token);
  return true;
}

function isDead(path: string): boolean {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return true;
  const lock = lockFile(path);
  lock?.release();
  return lock !== undefined;
}

function lockPath(paths: JournalPaths, token: string): string {
  return join(paths.directory, paths.ownerPrefix + token);
}
