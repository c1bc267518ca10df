import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { hasNoFolderSync } from "../../core/folder-sync.ts";

/** Writes every byte or throws: a full disk shows as a short write first, and as an error only in the next write. */
export function writeAll(fd: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
}

/** After a power cut a new file exists only if its directory was synced too. */
export function syncDirectoryOf(path: string): void {
  const fd = openSync(dirname(path), "r");
  try {
    fsyncSync(fd);
  } catch (error) {
    if (!hasNoFolderSync(error)) throw error;
  } finally {
    closeSync(fd);
  }
}
