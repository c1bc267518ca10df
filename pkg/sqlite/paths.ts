import { createHash } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  realpathSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { GovernanceError } from "../core/errors.ts";
import { hasNoFolderSync } from "../core/folder-sync.ts";
import { errnoOf } from "../core/unknown.ts";
import { storeError } from "./errors.ts";

/** The path of the file to write, symbolic links followed. `invalid-argument` names what cannot be written and why. */
export function writableTarget(file: string): string {
  try {
    if (file === "" || file.endsWith("/")) throw unwritable(file, "that is not a file name");
    const target = resolvedTarget(resolve(file));
    accessSync(dirname(target), constants.W_OK | constants.X_OK);
    return target;
  } catch (error) {
    throw asUnwritable(file, error);
  }
}

function resolvedTarget(path: string): string {
  const beside = join(realpathSync(dirname(path)), basename(path));
  if (lstatSync(beside, { throwIfNoEntry: false }) === undefined) return beside;
  if (!existsSync(beside)) {
    // A loop is one of the reasons for that, and has its own.
    statSync(beside, { throwIfNoEntry: false });
    throw unwritable(
      path,
      "that is a link to a file that does not exist; remove the link, or name another file",
    );
  }
  const target = realpathSync(beside);
  const found = statSync(target);
  if (found.isDirectory()) throw unwritable(path, "that is a directory; name a file in it");
  if (!found.isFile()) throw unwritable(path, "that is not a regular file");
  accessSync(target, constants.R_OK | constants.W_OK);
  return target;
}

/** The directory, symbolic links followed, after a check that it can be used. Creates it, for this user only. */
export function openStateDirectory(dir: string): string {
  try {
    if (dir === "") throw new Error("no path");
    makeDirectory(resolve(dir));
    const directory = realpathSync(dir);
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    // A file that may be executed passes that check.
    if (!statSync(directory).isDirectory()) throw new Error("not a directory");
    return directory;
  } catch (error) {
    const problem =
      existsSync(dir) && !statSync(dir).isDirectory()
        ? ": that is not a directory; name"
        : unusableState(errnoOf(error));
    throw new GovernanceError(
      "failed-precondition",
      `cannot keep state in ${JSON.stringify(dir)}${problem} another --state-dir`,
      { cause: error, reason: "own-files" },
    );
  }
}

/** Why a state directory cannot be used, up to the words "another --state-dir" of its cure. */
export function unusableState(errno: string): string {
  const code = errno === "" ? "no path" : errno;
  return ` (${code}): ${STATE_CURES[errno] ?? "give this user permission to write there, or name"}`;
}

const STATE_CURES: Readonly<Record<string, string>> = {
  EROFS: "the file system is read-only; mount it so that this user can write there, or name",
  ENOSPC: "the disk is full; free some space, or name",
  EDQUOT: "the disk quota of this user is used up; free some space, or name",
  ENAMETOOLONG: "the path is too long; name",
  ELOOP: "its symbolic links form a loop; name",
};

/**
 * Where a target keeps the run that it reads: in the state directory, under a name that tells two targets of one file name
 * apart. Beside the target where that is the state directory.
 */
export function workPathOf(target: string, stateDir: string): string {
  if (stateDir === dirname(target)) return `${target}.work`;
  const mark = createHash("sha256").update(target).digest("hex").slice(0, 12);
  return join(stateDir, `${basename(target)}.work-${mark}`);
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
  syncFolder(dirname(path));
}

function unwritable(path: string, why: string, cause?: unknown): GovernanceError {
  return new GovernanceError("invalid-argument", `cannot write ${JSON.stringify(path)}: ${why}`, { cause });
}

/** Why a path cannot be written, where the path itself is the reason; a broken disk is another one. */
export function asUnwritable(path: string, error: unknown): GovernanceError {
  if (error instanceof GovernanceError) return error;
  const why = REASONS[errnoOf(error)];
  return why === undefined ? storeError(error, `write ${path}`) : unwritable(path, why, error);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "its directory does not exist; create it, or name another file",
  ENOTDIR: "a part of the path is not a directory",
  EACCES: "this user has no right to write it; change that, or name another file",
  EPERM: "this user has no right to write it; change that, or name another file",
  EROFS: "the file system is read-only; name a file elsewhere",
  ELOOP: "its symbolic links form a loop",
  ENAMETOOLONG: "the name is too long",
  EEXIST: "a part of the path is not a directory",
  ERR_INVALID_ARG_VALUE: "a path cannot hold a NUL character",
};

/**
 * Creates the file with mode 0600 where it is missing (STORE-10): SQLite itself would make it readable for all users.
 */
export function touchPrivate(path: string): void {
  closeSync(openSync(path, "a", 0o600));
}

/** Removes a database of ours with all that SQLite may have left beside it. */
export function removeDatabase(path: string): void {
  for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(path + suffix, { force: true });
}

/** The bytes of a file. */
export function syncToDisk(path: string): void {
  withOpen(path, fsyncSync);
}

/** The names in a folder: a rename is on disk only when its folder is (STORE-1). */
export function syncFolder(path: string): void {
  withOpen(path, syncOpenFolder);
}

function withOpen(path: string, work: (descriptor: number) => void): void {
  const descriptor = openSync(path, "r");
  try {
    work(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Like `syncFolder`, for a folder that is open already. */
export function syncOpenFolder(folder: number): void {
  try {
    fsyncSync(folder);
  } catch (error) {
    if (!hasNoFolderSync(error)) throw error;
  }
}
