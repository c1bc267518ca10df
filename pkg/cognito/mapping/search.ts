import { GovernanceError } from "../../core/errors.ts";
import type { UserSearch } from "../../core/user-search.ts";

const MAX_FILTER_LENGTH = 256;

/** The search as Cognito parses it. The operator has spaces around it because one emulator (cognito-local) requires them. */
export function formatSearch({ attribute, operator, value }: UserSearch): string {
  const text = `${attribute} ${operator} "${value.replaceAll('"', '\\"')}"`;
  if (text.length <= MAX_FILTER_LENGTH) return text;
  throw new GovernanceError(
    "invalid-argument",
    `--filter: has ${text.length} characters; Cognito takes ${MAX_FILTER_LENGTH}`,
  );
}
