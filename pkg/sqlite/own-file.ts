import { lstatSync, type Stats } from "node:fs";
import { refusedFile } from "./errors.ts";

/** What SQLite may keep beside a database. */
const SIDECARS = ["", "-wal", "-shm", "-journal"];

/**
 * Refuses what is not a plain file under one name: through a link or a device planted under a name of ours we would write
 * somewhere else, and a fifo would keep us waiting. A file that does not exist is fine.
 */
export function requireOwnFile(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  const kind = kindOf(found);
  if (kind !== undefined) throw refusedFile(path, `is ${kind}`, CURE);
  if (found.nlink > 1) throw refusedFile(path, "has a second name (a hard link)", CURE);
}

/** The same for a database with all that SQLite may keep beside it. */
export function requireOwnDatabase(path: string): void {
  for (const suffix of SIDECARS) requireOwnFile(path + suffix);
}

/** The same before the file is created: a link to nowhere counts, a second name does not yet. */
export function requireNoLink(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  const kind = found === undefined ? undefined : kindOf(found);
  if (kind !== undefined) throw refusedFile(path, `is ${kind}`, CURE);
}

const CURE = "the connector keeps only plain files of its own: move it away, or name another --state-dir";

function kindOf(found: Stats): string | undefined {
  if (found.isFile()) return undefined;
  if (found.isSymbolicLink()) return "a symbolic link";
  if (found.isDirectory()) return "a directory";
  return found.isFIFO() ? "a fifo" : "a device or a socket";
}
