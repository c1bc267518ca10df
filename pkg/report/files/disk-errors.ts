import { type ErrorCode, GovernanceError } from "../../core/errors.ts";
import { errnoOf } from "../../core/unknown.ts";

/** A failure of the file system as one line: why `path` cannot be written, and the cure. */
export function reportDiskError(path: string, error: unknown): GovernanceError {
  if (error instanceof GovernanceError) return error;
  const [code, why] = REASONS[errnoOf(error)] ?? [];
  if (code === undefined) return GovernanceError.from(error);
  return new GovernanceError(code, `cannot write ${JSON.stringify(path)}: ${why}`, { cause: error });
}

export function refusedPlace(path: string, why: string): GovernanceError {
  return new GovernanceError("failed-precondition", `cannot write ${JSON.stringify(path)}: ${why}`);
}

const NO_RIGHT = "this user has no right to write it; change that, or name another place";

const REASONS: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ENOENT: ["invalid-argument", "its directory does not exist; create it, or name another place"],
  ENOTDIR: ["invalid-argument", "a part of the path is not a directory"],
  EACCES: ["invalid-argument", NO_RIGHT],
  EPERM: ["invalid-argument", NO_RIGHT],
  EROFS: ["invalid-argument", "the file system is read-only; name another place"],
  ELOOP: ["invalid-argument", "its symbolic links form a loop"],
  ENAMETOOLONG: ["invalid-argument", "the name is too long"],
  ERR_INVALID_ARG_VALUE: ["invalid-argument", "a path cannot hold a NUL character"],
  ENOSPC: ["resource-exhausted", "the disk is full; free some space, or name another place"],
  EDQUOT: [
    "resource-exhausted",
    "the disk quota of this user is full; free some space, or name another place",
  ],
  EFBIG: ["resource-exhausted", "it is larger than this process may write; raise the limit (ulimit -f)"],
  EMFILE: ["resource-exhausted", "too many files are open; raise the limit (ulimit -n)"],
  ENFILE: ["resource-exhausted", "too many files are open"],
  EIO: ["internal", "the disk reported an input/output error; see the system log"],
};
