import { randomBytes } from "node:crypto";
import { existsSync, linkSync, readdirSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { GovernanceError } from "../core/errors.ts";
import { refusedFile } from "./errors.ts";
import { removeDatabase, syncFolder, syncToDisk } from "./paths.ts";

/**
 * Creates a file that appears whole and durable or not at all, also when other processes create it at the same time: it
 * is built under another name and linked, which never replaces a file. The second process uses the file of the first.
 */
export function createWhole(path: string, build: (path: string) => void): void {
  const draft = `${path}.new-${randomBytes(6).toString("hex")}`;
  try {
    build(draft);
    syncToDisk(draft);
    linkSync(draft, path);
  } catch (error) {
    // Another process was first; it may have removed our draft already.
    if (!existsSync(path)) throw error;
  } finally {
    removeDatabase(draft);
  }
  syncFolder(dirname(path));
}

/**
 * The same of a database. Refused while a log of an earlier one is beside it: SQLite would write its pages into the new one,
 * which is damaged by that, and the earlier one lacks what is only in its log.
 */
export function createWholeDatabase(path: string, build: (path: string) => void): void {
  for (const log of [`${path}-wal`, `${path}-journal`]) {
    const { size = 0 } = statSync(log, { throwIfNoEntry: false }) ?? {};
    // Where another process has created the database meanwhile, the log is of that.
    if (size > 0 && !existsSync(path)) throw leftLog(log);
  }
  createWhole(path, build);
}

/**
 * Removes an empty log, and the index of it, where the database is gone: a process that still has that open would write into the
 * log of the new one. The caller is the only one who creates it.
 */
export function removeEmptyLog(path: string): void {
  const { size } = statSync(`${path}-wal`, { throwIfNoEntry: false }) ?? { size: 0 };
  if (size > 0 || existsSync(path)) return;
  for (const name of [`${path}-wal`, `${path}-shm`]) rmSync(name, { force: true });
}

function leftLog(log: string): GovernanceError {
  return refusedFile(
    log,
    "is left of a database that was moved away or removed",
    "move it to where the database is, or remove it if that is gone: it would damage a new one",
  );
}

/** Removes what a process left that was killed in `createWhole`. A process that is still in it finds the file. */
export function sweepDrafts(path: string): void {
  const prefix = `${basename(path)}.new-`;
  for (const name of readdirSync(dirname(path))) {
    if (name.startsWith(prefix)) rmSync(join(dirname(path), name), { force: true });
  }
}
