import type { SearchableAttribute } from "../../core/directory.ts";
import { GovernanceError } from "../../core/errors.ts";

/** What ListUsers can select by: one thing a call. `enabled` is the account's switch, `userStatus` its UserStatus. */
export type UserFilter =
  | { readonly by: SearchableAttribute; readonly value: string }
  | { readonly by: "enabled"; readonly value: boolean }
  | { readonly by: "userStatus"; readonly value: string };

const MAX_FILTER_LENGTH = 256;

/**
 * The filter as Cognito parses it: `name = "value"`. Refuses with `invalid-argument` a value that no filter can hold.
 * Spaces surround the operator because one emulator (cognito-local) finds it no other way.
 */
export function formatFilter(filter: UserFilter): string {
  // Cognito's names are the reverse of what one expects: `status` is Enabled or Disabled.
  if (filter.by === "enabled") return equals("status", filter.value ? "Enabled" : "Disabled");
  if (filter.by === "userStatus") return equals("cognito:user_status", filter.value);
  return equals(filter.by, filter.value);
}

function equals(name: string, value: string): string {
  if (value === "") throw invalidValue(name, "must not be empty");
  // How Cognito escapes a backslash is not documented, and a wrong guess lets a value end its own quotes.
  if (value.includes("\\"))
    throw invalidValue(name, "must not contain a backslash, which no filter can carry");
  if (/\p{Cc}/u.test(value)) throw invalidValue(name, "must not contain control characters");
  const text = `${name} = "${value.replaceAll('"', '\\"')}"`;
  if (text.length > MAX_FILTER_LENGTH) {
    throw invalidValue(
      name,
      `is too long to search for: the filter has ${text.length} characters, Cognito takes ${MAX_FILTER_LENGTH}`,
    );
  }
  return text;
}

// The value may be an e-mail address or a name: never in a message (D20).
function invalidValue(name: string, rule: string): GovernanceError {
  return new GovernanceError("invalid-argument", `the value searched for in ${name} ${rule}`);
}

/**
 * Whether the attribute is the one searched for. Exact, since a filter may match by prefix or ignore case where we do
 * not want it; e-mail alone ignores case, as people type it and as Cognito's guide says its search does.
 */
export function matches(attribute: SearchableAttribute, found: string | undefined, wanted: string): boolean {
  if (found === undefined) return false;
  return attribute === "email" ? found.toLowerCase() === wanted.toLowerCase() : found === wanted;
}
