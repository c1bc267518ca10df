import { randomBytes } from "node:crypto";
import {
  accessSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { GovernanceError } from "../../core/errors.ts";
import { errnoOf } from "../../core/unknown.ts";
import { removeDatabase, syncToDisk } from "../paths.ts";

/** Every file of one pool's journal. */
export interface JournalPaths {
  readonly directory: string;
  readonly database: string;
  readonly key: string;
  /** Prefix of the names of the owners' locks (JOURNAL-4). */
  readonly ownerPrefix: string;
}

/** The paths, after a check that they can be used. Creates the directory, for this user only. */
export function journalPaths(dir: string, poolId: string): JournalPaths {
  if (!/^[\w-]+$/.test(poolId)) {
    throw new GovernanceError("invalid-argument", `user-pool-id ${JSON.stringify(poolId)} is not a pool id`);
  }
  const directory = stateDirectory(dir);
  return {
    directory,
    database: join(directory, databaseName(poolId)),
    key: join(directory, `${poolId}.journal.key`),
    ownerPrefix: `${poolId}.journal.owner-`,
  };
}

export function databaseName(poolId: string): string {
  return `${poolId}.journal.db`;
}

function stateDirectory(dir: string): string {
  try {
    if (dir === "") throw new Error("no path");
    makeDirectory(resolve(dir));
    const directory = realpathSync(dir);
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    return directory;
  } catch (error) {
    const code = errnoOf(error);
    throw new GovernanceError(
      "failed-precondition",
      `cannot keep the journal in ${JSON.stringify(dir)} (${code === "" ? "no path" : code}): give this user permission to write there, or name another --state-dir`,
      { cause: error },
    );
  }
}

/**
 * Creates it and its parents, all on disk when this returns, which takes a sync of each parent. Node's own recursive
 * mkdir (24.21) never ends below /proc, where a parent exists but no directory can be created.
 */
function makeDirectory(path: string): void {
  if (existsSync(path)) return;
  makeDirectory(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
  }
  syncToDisk(dirname(path));
}

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
  syncToDisk(dirname(path));
}

/** Removes what a process left that was killed in `createWhole`. A process that is still in it finds the file. */
export function sweepDrafts(path: string): void {
  const prefix = `${basename(path)}.new-`;
  for (const name of readdirSync(dirname(path))) {
    if (name.startsWith(prefix)) rmSync(join(dirname(path), name), { force: true });
  }
}
