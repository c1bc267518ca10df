import { type ErrorCode, GovernanceError } from "../../core/errors.ts";
import { SQLITE, sqliteOf } from "../../sqlite/errors.ts";
import { refusedQuery } from "../query-failures.ts";

/** By the primary result code: what the query itself is to blame for. */
const OF_THE_QUERY: Readonly<Record<number, ErrorCode>> = {
  [SQLITE.error]: "invalid-argument",
  [SQLITE.readOnly]: "permission-denied",
  [SQLITE.tooBig]: "resource-exhausted",
  [SQLITE.mismatch]: "invalid-argument",
  /** SQLITE_AUTH. */
  23: "permission-denied",
  /** SQLITE_RANGE: more parameters than the query has. */
  25: "invalid-argument",
};

const DAMAGED = {
  code: "data-loss",
  what: "is damaged",
  cure: "put back a copy of it; a new one that sync fills has no history",
} as const;

/** What is wrong with the file, or the machine. */
const OF_THE_FILE: Readonly<
  Record<number, { readonly code: ErrorCode; readonly what: string; readonly cure: string }>
> = {
  [SQLITE.busy]: {
    code: "unavailable",
    what: "is locked by another process",
    cure: "ask again",
  },
  /** SQLITE_NOMEM. */
  7: { code: "resource-exhausted", what: "cannot be read", cure: "the memory is full: narrow the query" },
  [SQLITE.ioError]: { code: "internal", what: "cannot be read", cure: "see the system log" },
  [SQLITE.corrupt]: DAMAGED,
  [SQLITE.full]: {
    code: "resource-exhausted",
    what: "cannot be read",
    cure: "the disk of temporary files is full: free some space, or name a folder with more in TMPDIR",
  },
  [SQLITE.notADatabase]: DAMAGED,
};

/** What SQLite answered to a query. */
export function queryError(error: unknown, sql: string): GovernanceError {
  if (error instanceof GovernanceError || !(error instanceof Error)) return GovernanceError.from(error);
  const sqlite = sqliteOf(error) ?? 0;
  const file = OF_THE_FILE[sqlite];
  if (file !== undefined) {
    const { code, what, cure } = file;
    return new GovernanceError(code, `the inventory ${what}: ${error.message}; ${cure}`, {
      cause: error,
      reason: "own-files",
    });
  }
  // The code of a refused function is that of wrong SQL.
  const isRefused = error.message.startsWith("not authorized");
  const code = isRefused ? "permission-denied" : OF_THE_QUERY[sqlite];
  return code === undefined ? GovernanceError.from(error) : refusedQuery(code, error, sql, error);
}
