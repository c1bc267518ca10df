import { type ErrorCode, GovernanceError } from "../../core/errors.ts";
import { errnoOf, SQLITE, sqliteOf } from "../errors.ts";

/** A file of ours that we may not use: damaged, foreign, of another pool. It stays as it is (JOURNAL-8). */
export function refusedJournal(file: string, what: string, cure: string, cause?: unknown): GovernanceError {
  return new GovernanceError("failed-precondition", `${file} ${what}; ${cure}`, { cause });
}

/** Runs what touches the journal, so that only a GovernanceError comes out. */
export function onJournal<T>(file: string, doing: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw journalError(file, doing, error);
  }
}

/** What SQLite and the file system throw, in our words. `doing` reads as "cannot <doing> <file>". */
export function journalError(file: string, doing: string, error: unknown): GovernanceError {
  if (error instanceof GovernanceError) return error;
  const sqlite = sqliteOf(error);
  const errno = errnoOf(error);
  const failure = FAILURES.find((one) =>
    sqlite === undefined ? one.errno.includes(errno) : one.sqlite.includes(sqlite),
  );
  if (failure === undefined) return GovernanceError.from(error);
  return new GovernanceError(failure.code, `cannot ${doing} ${file}: ${failure.why}`, { cause: error });
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
    why: "another process keeps it locked; see whether one is stopped or hangs",
  },
  {
    sqlite: [SQLITE.full],
    errno: ["ENOSPC", "EDQUOT"],
    code: "resource-exhausted",
    why: "the disk is full; free some space, or name a roomier --state-dir",
  },
  {
    sqlite: [SQLITE.readOnly],
    errno: ["EACCES", "EPERM", "EROFS"],
    code: "failed-precondition",
    why: "this user has no right to write it; change that, or name another --state-dir",
  },
  {
    sqlite: [SQLITE.cantOpen],
    errno: [],
    code: "failed-precondition",
    why: "it cannot be opened; see whether this user may read and write it, or name another --state-dir",
  },
  {
    sqlite: [],
    errno: ["ENOENT", "ENOTDIR", "EEXIST", "EISDIR", "ELOOP", "ENAMETOOLONG"],
    code: "failed-precondition",
    why: "the path leads to no such file; name another --state-dir",
  },
  {
    sqlite: [],
    errno: ["EMFILE", "ENFILE"],
    code: "resource-exhausted",
    why: "too many files are open; raise the limit (ulimit -n)",
  },
  {
    sqlite: [SQLITE.corrupt, SQLITE.notADatabase],
    errno: [],
    code: "data-loss",
    why: "it is damaged; move it away, and see in the audit log what was done last",
  },
  {
    sqlite: [SQLITE.ioError],
    errno: ["EIO"],
    code: "internal",
    why: "the disk reported an input/output error; see the log of the system",
  },
];
