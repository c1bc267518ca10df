import { type ErrorCode, GovernanceError } from "../core/errors.ts";
import { errnoOf } from "../core/unknown.ts";

/** A target that may not be overwritten: damaged, of another program, of another pool. It stays as it is (STORE-2). */
export function refusedFile(file: string, what: string, cure: string, cause?: unknown): GovernanceError {
  return new GovernanceError("failed-precondition", `${file} ${what}; ${cure}`, {
    cause,
    reason: "own-files",
  });
}

/**
 * An error of SQLite or the file system as a GovernanceError. `doing` reads as "cannot <doing>". The target is untouched
 * and the working file is kept, so the cure is always to sync again. `place` is the setting that says where the file is.
 */
export function storeError(
  error: unknown,
  doing: string,
  place: "--state-dir" | "--file" | "--inventory" = "--state-dir",
): GovernanceError {
  if (error instanceof GovernanceError) return error;
  if (!(error instanceof Error)) return GovernanceError.from(error);
  const sqlite = sqliteOf(error);
  const failure = FAILURES.find((one) =>
    sqlite === undefined ? one.errno.includes(errnoOf(error)) : one.sqlite === sqlite,
  );
  if (failure === undefined) return GovernanceError.from(error);
  const { code, why, cure } = failure;
  return new GovernanceError(code, `cannot ${doing}: ${why}; ${cure.replace("--state-dir", place)}`, {
    cause: error,
    reason: "own-files",
  });
}

/** Runs work on the disk, so that it throws only a GovernanceError. */
export function onDisk<T>(doing: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw storeError(error, doing);
  }
}

/**
 * SQLite's primary result code; undefined if SQLite did not throw the error. A disk that is too full for the index of a
 * WAL counts as full: SQLite calls that an input/output error.
 */
export function sqliteOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number")
    return undefined;
  return NO_ROOM_FOR_WAL_INDEX.has(error.errcode) ? SQLITE.full : error.errcode & 0xff;
}

/** SQLITE_IOERR_SHMSIZE and SQLITE_IOERR_SHMMAP. */
const NO_ROOM_FOR_WAL_INDEX: ReadonlySet<number> = new Set([4874, 5386]);

/** Primary result codes of sqlite3.h. */
export const SQLITE = {
  /** Such as a table that is missing, or a schema that cannot be read. */
  error: 1,
  busy: 5,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cantOpen: 14,
  schema: 17,
  tooBig: 18,
  constraint: 19,
  mismatch: 20,
  format: 24,
  notADatabase: 26,
} as const;

/**
 * Whether a file that SQLite opened has not the content that this connector or another writer of the same format gives it:
 * damaged pages, a table or column that is missing, a schema that cannot be read, a rule or a number that nobody writes.
 * The statements are constants, so what SQLite refuses in them is in the file.
 */
export function isDamage(error: unknown): boolean {
  const sqlite = sqliteOf(error);
  return sqlite === undefined ? errnoOf(error) === "ERR_OUT_OF_RANGE" : DAMAGE.has(sqlite);
}

const DAMAGE: ReadonlySet<number> = new Set([
  SQLITE.error,
  SQLITE.corrupt,
  SQLITE.schema,
  SQLITE.tooBig,
  SQLITE.constraint,
  SQLITE.mismatch,
  SQLITE.format,
  SQLITE.notADatabase,
]);

const SYNC_AGAIN = "then sync again: a sync that stopped goes on from there";

interface DiskFailure {
  readonly errno: readonly string[];
  readonly sqlite: number | undefined;
  readonly code: ErrorCode;
  readonly why: string;
  readonly cure: string;
}

const FAILURES: readonly DiskFailure[] = [
  {
    errno: ["ENOSPC", "EDQUOT"],
    sqlite: SQLITE.full,
    code: "resource-exhausted",
    why: "the disk is full",
    cure: `free some space, or name a --state-dir where there is more, ${SYNC_AGAIN}`,
  },
  {
    errno: ["EFBIG"],
    sqlite: undefined,
    code: "resource-exhausted",
    why: "the file is larger than the file system or this process may make it",
    cure: `raise the limit (ulimit -f), or name another --state-dir, ${SYNC_AGAIN}`,
  },
  {
    errno: ["EMFILE", "ENFILE"],
    sqlite: undefined,
    code: "resource-exhausted",
    why: "too many files are open",
    cure: `raise the limit (ulimit -n), ${SYNC_AGAIN}`,
  },
  {
    errno: ["EROFS", "EACCES", "EPERM"],
    sqlite: SQLITE.readOnly,
    code: "failed-precondition",
    why: "this user may not write it",
    cure: `give this user the right to write it, ${SYNC_AGAIN}`,
  },
  {
    errno: ["EISDIR"],
    sqlite: undefined,
    code: "failed-precondition",
    why: "a directory has its name",
    cure: `remove the directory, or name another --state-dir, ${SYNC_AGAIN}`,
  },
  {
    errno: ["EIO"],
    sqlite: SQLITE.ioError,
    code: "internal",
    why: "the disk reported an input/output error",
    // SQLite calls a file that may not grow the same, and keeps the number of the system to itself.
    cure: `see the system log, and the limit on the size of files (ulimit -f), ${SYNC_AGAIN}`,
  },
  {
    errno: ["ENOENT", "ENOTDIR"],
    sqlite: SQLITE.cantOpen,
    code: "internal",
    why: "it was removed, or cannot be opened",
    cure: "leave the files of a running sync alone, then sync again",
  },
  {
    errno: [],
    sqlite: SQLITE.corrupt,
    code: "data-loss",
    why: "a file of the sync is damaged",
    cure: "sync again: the damaged file is discarded",
  },
  {
    errno: [],
    sqlite: SQLITE.notADatabase,
    code: "data-loss",
    why: "a file of the sync was overwritten",
    cure: "sync again: the damaged file is discarded",
  },
];
