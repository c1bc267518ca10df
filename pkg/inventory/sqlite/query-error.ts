import { type ErrorCode, GovernanceError } from "../../core/errors.ts";
import { refusedQuery } from "../query-failures.ts";

/** Primary result codes of sqlite3.h, as far as a query meets them. */
const CODES: Readonly<Record<number, ErrorCode>> = {
  1: "invalid-argument",
  5: "unavailable",
  7: "resource-exhausted",
  8: "permission-denied",
  10: "internal",
  11: "data-loss",
  13: "resource-exhausted",
  18: "resource-exhausted",
  20: "invalid-argument",
  23: "permission-denied",
  25: "invalid-argument",
  26: "data-loss",
};

/** What SQLite answered to a query. */
export function queryError(error: unknown, sql: string): GovernanceError {
  if (error instanceof GovernanceError || !(error instanceof Error)) return GovernanceError.from(error);
  const code = "errcode" in error ? CODES[Number(error.errcode) & 0xff] : undefined;
  if (code === undefined) return GovernanceError.from(error);
  // The code of a refused function is that of wrong SQL.
  const isRefused = error.message.startsWith("not authorized");
  return refusedQuery(isRefused ? "permission-denied" : code, error, sql, error);
}
