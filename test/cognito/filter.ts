import { invalidParameter } from "./errors.ts";
import type { UserRecord } from "./model.ts";

/** A parsed ListUsers filter: one attribute, one operator, one value. */
export interface Filter {
  readonly attribute: string;
  readonly operator: "=" | "^=";
  readonly value: string;
}

const searchable: ReadonlySet<string> = new Set([
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
]);

// The API page marks these two; the developer guide says that all other searches ignore case.
const caseSensitive: ReadonlySet<string> = new Set(["username", "status"]);

const syntax = /^\s*(?:"([^"\\]+)"|([^\s"=^\\]+))\s*(\^=|=)\s*"((?:[^"\\]|\\["\\])*)"\s*$/u;

/** Undefined for the empty filter, which means every user. Strict, as the service's parser is since 2023. */
export function parseFilter(text: string): Filter | undefined {
  if (text === "") return undefined;
  const found = syntax.exec(text);
  const attribute = found?.[1] ?? found?.[2];
  const operator = found?.[3];
  const value = found?.[4];
  if (attribute === undefined || value === undefined || (operator !== "=" && operator !== "^=")) {
    throw invalidParameter("Error while parsing filter.");
  }
  if (!searchable.has(attribute)) throw invalidParameter(`Invalid search attribute: ${attribute}`);
  return { attribute, operator, value: value.replaceAll(/\\(["\\])/gu, "$1") };
}

function subject(user: UserRecord, attribute: string): string | undefined {
  switch (attribute) {
    case "username":
      return user.username;
    case "sub":
      return user.sub;
    case "cognito:user_status":
      return user.status;
    case "status":
      return user.enabled ? "Enabled" : "Disabled";
    default:
      return user.attributes.get(attribute);
  }
}

/** Whether a value meets the filter's operator and value, case rules of its attribute included. */
export function valueMatches(filter: Filter, value: string): boolean {
  const exact = caseSensitive.has(filter.attribute);
  const left = exact ? value : value.toLowerCase();
  const right = exact ? filter.value : filter.value.toLowerCase();
  return filter.operator === "=" ? left === right : left.startsWith(right);
}

/** A user without the attribute never matches, not even the empty prefix. */
export function matches(filter: Filter, user: UserRecord): boolean {
  const value = subject(user, filter.attribute);
  return value !== undefined && valueMatches(filter, value);
}
