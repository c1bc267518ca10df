import { GovernanceError } from "../../core/errors.ts";
import { errnoOf } from "../../core/unknown.ts";

const CAUSES: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full; free some space",
  EDQUOT: "the disk quota is used up; free some space",
  EFBIG: "the file is larger than this process may make it; raise the limit (ulimit -f)",
  EROFS: "the file system is read-only; use another --state-dir",
  EACCES: "this user has no permission for it; change the permissions",
  EPERM: "this user has no permission for it; change the permissions",
  EIO: "the disk reported an input/output error; see the log of the system",
  EMFILE: "too many files are open; raise the limit (ulimit -n)",
  ENFILE: "too many files are open; raise the limit (ulimit -n)",
  ENOENT: "its directory does not exist; create it, or use another --state-dir",
  ENOTDIR: "a part of the path is not a directory; use another --state-dir",
  EISDIR: "it is a directory; move it away",
  ELOOP: "it is a symbolic link, and the log is a plain file; move it away, or use another --state-dir",
};

/** An error of the file system as `failed-precondition`, with cause and cure; `doing` completes "cannot <doing>". */
export function diskError(error: unknown, doing: string): GovernanceError {
  if (error instanceof GovernanceError) return error;
  const errno = errnoOf(error);
  if (errno === "") return GovernanceError.from(error);
  const why = CAUSES[errno] ?? `the system reported ${errno}; see its log`;
  return new GovernanceError("failed-precondition", `cannot ${doing}: ${why}`, {
    cause: error,
    reason: "own-files",
  });
}

/** A line could not be written. Its change may have been made. */
export function auditWriteError(error: unknown, path: string): GovernanceError {
  return diskError(error, `write the audit log ${path}`);
}
