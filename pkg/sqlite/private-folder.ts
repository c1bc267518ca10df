import { lstatSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { lockFile, type TargetLock } from "./lock.ts";

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
export function makePrivateFolder(parent: string, prefix: string): PrivateFolder {
  const path = mkdtempSync(join(parent, prefix));
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
