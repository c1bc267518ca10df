import pg from "pg";
import { type ErrorCode, GovernanceError } from "../../../core/errors.ts";
import { refusedQuery } from "../../query-failures.ts";
import { type FailureScene, postgresError } from "../connection/errors.ts";

/** By the first two characters of the SQLSTATE: what the query itself is to blame for. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  "0A": "invalid-argument",
  "20": "invalid-argument",
  "21": "invalid-argument",
  "22": "invalid-argument",
  "25": "permission-denied",
  "34": "invalid-argument",
  "39": "invalid-argument",
  "42": "invalid-argument",
  "54": "resource-exhausted",
  P0: "invalid-argument",
};

/** What PostgreSQL answered to a query, in its own words; what is not about the query as elsewhere. */
export function postgresQueryError(error: unknown, scene: FailureScene, sql: string): GovernanceError {
  if (!(error instanceof pg.DatabaseError) || error.code === undefined) return postgresError(error, scene);
  if (error.code === "42601" && /multiple commands/.test(error.message)) {
    return new GovernanceError("invalid-argument", "one query is one statement, and here is more", {
      cause: error,
    });
  }
  const code = error.code === "42501" ? "permission-denied" : CODES[error.code.slice(0, 2)];
  if (code === undefined) return postgresError(error, scene);
  return refusedQuery(code, { message: error.message, hint: error.hint }, sql, error);
}
