import { type BigIntStats, closeSync, constants, fstatSync, openSync } from "node:fs";
import { GovernanceError } from "../../core/errors.ts";

/** For reading, but not through a symbolic link, and without waiting for the writer of a fifo. */
export const READ_PLAIN = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Refuses a log that is not a plain file, or that has a second name under which somebody else may hold it. */
export function requirePlainLog(found: BigIntStats, path: string): void {
  if (found.isFile() && found.nlink <= 1n) return;
  const what = found.isFile() ? "has a second name (a hard link)" : "is not a regular file";
  throw new GovernanceError(
    "failed-precondition",
    `the audit log ${path} ${what}; move it away, or use another --state-dir`,
    { reason: "own-files" },
  );
}

/** Opens a log for reading. Throws errors of the file system as they are. */
export function openPlainLog(path: string): number {
  const fd = openSync(path, READ_PLAIN);
  try {
    requirePlainLog(fstatSync(fd, { bigint: true }), path);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}
