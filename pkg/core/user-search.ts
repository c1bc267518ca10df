import { GovernanceError } from "./errors.ts";
import { nearest } from "./nearest.ts";

/** What ListUsers can select by: one attribute, equal to a value or beginning with it. */
const SEARCH_ATTRIBUTES = [
  "username",
  "email",
  "phone_number",
  "name",
  "given_name",
  "family_name",
  "preferred_username",
  "cognito:user_status",
  "status",
  "sub",
] as const;

export interface UserSearch {
  readonly attribute: (typeof SEARCH_ATTRIBUTES)[number];
  readonly operator: "=" | "^=";
  readonly value: string;
}

const FORM = /^\s*("?)([^\s"=^<>!~]+)\1\s*([^\s"\w]*)\s*(.*?)\s*$/su;
const QUOTED = /^"((?:[^"\\]|\\")*)"$/su;

/**
 * Reads `email ^= "a"`. Throws `invalid-argument` with the cure for everything that Cognito would refuse, or would take for
 * something else; the message never contains the value.
 */
export function parseUserSearch(text: string): UserSearch {
  const [, , name = "", operator = "", rest = ""] = FORM.exec(text) ?? [];
  const attribute = SEARCH_ATTRIBUTES.find((each) => each === name);
  if (attribute === undefined) throw refused(attributeProblem(name));
  if (operator !== "=" && operator !== "^=") {
    throw refused('the operator must be = (equals) or ^= (begins with), as in email ^= "a"');
  }
  const value = QUOTED.exec(rest)?.[1]?.replaceAll('\\"', '"');
  if (value === undefined) {
    throw refused(
      rest.includes("\\")
        ? "the value must not contain a backslash, which a filter of Cognito cannot contain"
        : `the value must be in double quotes, as in ${attribute} ${operator} "a", and there is one condition only`,
    );
  }
  if (value === "") throw refused("the value must not be empty; leave the filter out to get all users");
  if (/\p{Cc}/u.test(value)) throw refused("the value must not contain control characters");
  if (attribute === "status" && operator === "=" && value !== "Enabled" && value !== "Disabled") {
    throw refused(
      'status is Enabled or Disabled in Cognito; for CONFIRMED and the like use cognito:user_status = "…"',
    );
  }
  return { attribute, operator, value };
}

function attributeProblem(name: string): string {
  const all = SEARCH_ATTRIBUTES.join(", ");
  if (/^custom:|^dev:/.test(name)) {
    return `Cognito cannot search custom attributes; it can search ${all}. Print them with --attributes and select afterwards`;
  }
  if (name === "enabled") return 'use status = "Enabled" or status = "Disabled"';
  if (name === "user_status") return "use cognito:user_status";
  const close = nearest(name, SEARCH_ATTRIBUTES);
  return `Cognito can search ${all}${close === undefined || name === "" ? "" : `; did you mean ${close}?`}`;
}

function refused(problem: string): GovernanceError {
  return new GovernanceError("invalid-argument", `--filter: ${problem}`);
}
