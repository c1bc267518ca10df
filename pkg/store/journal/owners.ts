import { randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { GovernanceError } from "../../core/errors.ts";
import { lockFile, type TargetLock } from "../lock.ts";
import type { JournalPaths } from "./state-directory.ts";

/** Who works on changes: one opened journal, alive as long as it holds its lock (JOURNAL-4). */
export interface Owner {
  readonly token: string;
  readonly lock: TargetLock;
}

/**
 * Makes an owner, and removes the locks of dead ones. Like all judging of locks it is done inside a write transaction:
 * so nobody sees a lock that is made but not yet held, or one that a judge holds for a moment.
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

/** Whether the owner is dead; its changes are then nobody's. Inside a write transaction. */
export function removeIfOwnerDead(database: DatabaseSync, paths: JournalPaths, token: string): boolean {
  if (!isDead(lockPath(paths, token))) return false;
  database.prepare("UPDATE changes SET owner = NULL WHERE owner = ?").run(token);
  return true;
}

function isDead(path: string): boolean {
  if (!existsSync(path)) return true;
  const lock = lockFile(path);
  lock?.release();
  return lock !== undefined;
}

function lockPath(paths: JournalPaths, token: string): string {
  return join(paths.directory, paths.ownerPrefix + token);
}
