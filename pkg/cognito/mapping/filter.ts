import type { SearchableAttribute } from "../../core/directory.ts";
import { GovernanceError } from "../../core/errors.ts";

/** What ListUsers can select by, one condition per call. `enabled` is the account's switch, `userStatus` its UserStatus. */
type UserFilter =
  | { readonly by: SearchableAttribute; readonly value: string }
  | { readonly by: "enabled"; readonly value: boolean }
  | { readonly by: "userStatus"; readonly value: string };

const MAX_FILTER_LENGTH = 256;

/**
 * The filter as Cognito parses it: `name = "value"`. Throws `invalid-argument` for a value that no filter can contain.
 * The operator has spaces around it because one emulator (cognito-local) requires them.
 */
export function formatFilter(filter: UserFilter): string {
  // Cognito's `status` is Enabled or Disabled; the UserStatus is `cognito:user_status`.
  if (filter.by === "enabled") return equals("status", filter.value ? "Enabled" : "Disabled");
  if (filter.by === "userStatus") return equals("cognito:user_status", filter.value);
  return equals(filter.by, filter.value);
}

function equals(name: string, value: string): string {
  if (value === "") throw invalidValue(name, "must not be empty");
  // How Cognito escapes a backslash is not documented, and a wrong guess lets a value end its own quotes.
  if (value.includes("\\"))
    throw invalidValue(name, "must not contain a backslash, which a filter cannot contain");
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
  return new GovernanceError("invalid-argument", `the value searched for in ${name} ${rule}`, {
    reason: "not-searchable",
  });
}

/**
 * Whether the attribute has the wanted value. The comparison is exact, since a filter of Cognito may match a prefix or
 * ignore case. Only e-mail ignores case, as Cognito's guide says of its own search.
 */
export function meetsSearch(
  attribute: SearchableAttribute,
  found: string | undefined,
  wanted: string,
): boolean {
  if (found === undefined) return false;
  return attribute === "email" ? found.toLowerCase() === wanted.toLowerCase() : found === wanted;
}
