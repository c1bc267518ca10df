import type { QueryArrayResult } from "pg";
import { GovernanceError } from "../../core/errors.ts";
import { isRecord } from "../../core/unknown.ts";
import type { SqlCell } from "../reader.ts";

/** What the last statement of a text gave: pg answers with an array where there are several, which its types do not know. */
export function lastResult(answer: unknown): QueryArrayResult<SqlCell[]> {
  const last: unknown = Array.isArray(answer) ? answer.at(-1) : answer;
  if (isResult(last)) return last;
  throw new GovernanceError("internal", "a query had no result; please report this");
}

function isResult(value: unknown): value is QueryArrayResult<SqlCell[]> {
  return isRecord(value) && Array.isArray(value["fields"]) && Array.isArray(value["rows"]);
}
