import { randomBytes } from "node:crypto";
import { existsSync, linkSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { removeDatabase, syncToDisk } from "./paths.ts";

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
