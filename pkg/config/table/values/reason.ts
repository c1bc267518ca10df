import { justificationProblem } from "../../../core/justification.ts";
import type { Parsed } from "../setting.ts";

export function parseReason(given: string): Parsed<string> {
  const problem = justificationProblem(given);
  return problem === undefined ? { value: given.trim() } : { problem };
}
