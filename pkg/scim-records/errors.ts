import { type ErrorCode, GovernanceError } from "../core/errors.ts";
import { errnoOf } from "../core/unknown.ts";
import { isDamage, SQLITE, sqliteOf } from "../sqlite/errors.ts";

/** A file that cannot be used as it is: damaged, of another program, or of another pool. It is not changed. */
export function refusedRecords(file: string, what: string, cure: string, cause?: unknown): GovernanceError {
  return new GovernanceError("failed-precondition", `${file} ${what}; ${cure}`, {
    cause,
    reason: "own-files",
  });
}

/** What is in the file, and what is lost without it. */
export const LOST_RECORDS =
  "move it away and start again: values that only SCIM clients knew, such as externalId, are lost with it and come back as the clients write them";

/** A row with a value that this program does not write. */
export function unknownRow(): GovernanceError {
  return new GovernanceError(
    "data-loss",
    "the records of SCIM are damaged: a row has a value that no connector writes",
  );
}

/** Runs work on the file, so that it throws only a GovernanceError. `doing` is used as in "cannot <doing> <file>". */
export function onRecords<T>(file: string, doing: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw recordsError(file, doing, error);
  }
}

function recordsError(file: string, doing: string, error: unknown): GovernanceError {
  if (error instanceof GovernanceError && error.code !== "data-loss") return error;
  if (error instanceof GovernanceError || isDamage(error)) {
    const message = `cannot ${doing} ${file}: it is damaged; ${LOST_RECORDS}`;
    return new GovernanceError("data-loss", message, { cause: error, reason: "own-files" });
  }
  const sqlite = sqliteOf(error);
  const failure = FAILURES.find((one) =>
    sqlite === undefined ? one.errno.includes(errnoOf(error)) : one.sqlite.includes(sqlite),
  );
  if (failure === undefined) return GovernanceError.from(error);
  return new GovernanceError(failure.code, `cannot ${doing} ${file}: ${failure.why}`, {
    cause: error,
    reason: "own-files",
  });
}

interface RecordsFailure {
  readonly sqlite: readonly number[];
  readonly errno: readonly string[];
  readonly code: ErrorCode;
  readonly why: string;
}

const FAILURES: readonly RecordsFailure[] = [
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
    errno: ["ENOENT", "ENOTDIR", "EEXIST", "EISDIR", "ELOOP", "ENAMETOOLONG"],
    code: "failed-precondition",
    why: "it cannot be opened; check that this user may read and write it, or name another --state-dir",
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
