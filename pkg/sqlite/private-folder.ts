import { lstatSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { GovernanceError } from "../core/errors.ts";
import { errnoOf } from "../core/unknown.ts";
import { SQLITE, sqliteOf } from "./errors.ts";
import { lockFile, type TargetLock } from "./lock.ts";

/** What says where temporary files are. */
export type TemporarySetting = "TMPDIR" | "--c1z-temp-dir";

/** A folder that this process alone uses, for files that it needs for a short time. */
export interface PrivateFolder {
  readonly path: string;
  /** With all that is in it. */
  remove(): void;
}

/**
 * Makes one in `parent`, with a name that begins with `prefix`, and removes those that killed processes of this user left
 * there. They hold personal data, and nothing else would remove them.
 */
export function makePrivateFolder(
  parent: string,
  prefix: string,
  setting: TemporarySetting = "TMPDIR",
): PrivateFolder {
  const path = makeFolder(parent, prefix, setting);
  const lock = lockIn(path);
  removeLeft(parent, prefix, lstatSync(path).mtimeMs);
  return {
    path,
    remove() {
      lock?.release();
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** An error of work in such a folder: a disk that is full has a cure of its own there, and others stay as they are. */
export function temporaryError(
  error: unknown,
  parent: string,
  setting: TemporarySetting = "TMPDIR",
): unknown {
  const cause = error instanceof GovernanceError ? error.cause : error;
  const errno = errnoOf(cause);
  const isFull = errno === "ENOSPC" || errno === "EDQUOT" || sqliteOf(cause) === SQLITE.full;
  const what = isFull
    ? `the disk is full; free some space, or name a folder with more in ${setting}`
    : errno === "EFBIG"
      ? `a file is larger than the file system or this process may make it; raise the limit (ulimit -f), or name another folder in ${setting}`
      : undefined;
  if (what === undefined) return error;
  return new GovernanceError("resource-exhausted", `cannot write into ${parent}: ${what}`, { cause });
}

function makeFolder(parent: string, prefix: string, setting: TemporarySetting): string {
  try {
    return mkdtempSync(join(parent, prefix));
  } catch (error) {
    const full = temporaryError(error, parent, setting);
    if (full !== error) throw full;
    const why = `cannot make a folder for temporary files in ${parent} (${errnoOf(error)})`;
    throw new GovernanceError("failed-precondition", `${why}; name another place in ${setting}`, {
      cause: error,
    });
  }
}

/** The system frees it when the process ends in any way. Undefined: another process has it, or the file system knows no locks. */
function lockIn(folder: string): TargetLock | undefined {
  try {
    return lockFile(join(folder, "lock"));
  } catch {
    return undefined;
  }
}

/** A younger folder may be one that its process is about to lock. */
const YOUNG_MS = 60_000;

function removeLeft(parent: string, prefix: string, nowMs: number): void {
  try {
    for (const name of readdirSync(parent)) {
      const path = join(parent, name);
      if (name.startsWith(prefix) && isLeft(path, nowMs)) rmSync(path, { recursive: true, force: true });
    }
  } catch {
    // Another process may remove it at this moment. What cannot be removed is no reason to fail.
  }
}

function isLeft(path: string, nowMs: number): boolean {
  const found = lstatSync(path);
  const isOurs = found.isDirectory() && found.uid === process.getuid?.();
  if (!isOurs || nowMs - found.mtimeMs < YOUNG_MS) return false;
  const lock = lockIn(path);
  lock?.release();
  return lock !== undefined;
}
