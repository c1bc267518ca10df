import { type ErrorCode, GovernanceError } from "../../core/errors.ts";
import { errnoOf } from "../../core/unknown.ts";
import { isDamage, SQLITE, sqliteOf } from "../../sqlite/errors.ts";

/** A journal file that cannot be used: damaged, not a journal, or of another pool. It is not changed (JOURNAL-8). */
export function refusedJournal(file: string, what: string, cure: string, cause?: unknown): GovernanceError {
  return new GovernanceError("failed-precondition", `${file} ${what}; ${cure}`, {
    cause,
    reason: "own-files",
  });
}

/** Runs work on the journal file, so that it throws only a GovernanceError. */
export function onJournal<T>(file: string, doing: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw journalError(file, doing, error);
  }
}

/** Translates what SQLite and the file system throw. `doing` is used as in "cannot <doing> <file>". */
function journalError(file: string, doing: string, error: unknown): GovernanceError {
  // A row with a value that no connector writes: what read it does not know the file.
  const isBadRow = error instanceof GovernanceError && error.code === "data-loss";
  if (isBadRow || isDamage(error)) {
    const cure = "move it away, and check in the audit log what was done last";
    const message = `cannot ${doing} ${file}: it is damaged; ${cure}`;
    return new GovernanceError("data-loss", message, { cause: error, reason: "own-files" });
  }
  if (error instanceof GovernanceError) return error;
  const sqlite = sqliteOf(error);
  const errno = errnoOf(error);
  const failure = FAILURES.find((one) =>
    sqlite === undefined ? one.errno.includes(errno) : one.sqlite.includes(sqlite),
  );
  if (failure === undefined) return GovernanceError.from(error);
  return new GovernanceError(failure.code, `cannot ${doing} ${file}: ${failure.why}`, {
    cause: error,
    reason: "own-files",
  });
}

interface JournalFailure {
  readonly sqlite: readonly number[];
  readonly errno: readonly string[];
  readonly code: ErrorCode;
  readonly why: string;
}

const FAILURES: readonly JournalFailure[] = [
  {
    sqlite: [SQLITE.busy],
    errno: [],
    code: "unavailable",
    why: "another process keeps it locked; check whether one is stopped or hangs",
  },
  {
    sqlite: [SQLITE.full],
    errno: ["ENOSPC", "EDQUOT"],
    code: "resource-exhausted",
    why: "the disk is full; free some space, or set --state-dir to a directory with more space",
  },
  {
    sqlite: [SQLITE.readOnly],
    errno: ["EACCES", "EPERM", "EROFS"],
    code: "failed-precondition",
    why: "this user has no permission to write it; change that, or name another --state-dir",
  },
  {
    sqlite: [SQLITE.cantOpen],
    errno: [],
    code: "failed-precondition",
    why: "it cannot be opened; check that this user may read and write it, or name another --state-dir",
  },
  {
    sqlite: [],
    errno: ["ENOENT", "ENOTDIR", "EEXIST", "EISDIR", "ELOOP", "ENAMETOOLONG"],
    code: "failed-precondition",
    why: "there is no such file at that path; name another --state-dir",
  },
  {
    sqlite: [],
    errno: ["EMFILE", "ENFILE"],
    code: "resource-exhausted",
    why: "too many files are open; raise the limit (ulimit -n)",
  },
  {
    sqlite: [SQLITE.ioError],
    errno: ["EIO"],
    code: "internal",
    why: "the disk reported an input/output error; check the log of the system, and the limit on the size of files (ulimit -f)",
  },
];
