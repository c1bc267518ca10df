// The rows that a run finds, as cells in the order of `stateColumns`. A time is ISO text, a boolean is a boolean.

import { type Group, signInProvider } from "../../core/group.ts";
import { isFederated, type User } from "../../core/user.ts";
import type { SqlCell } from "../reader.ts";

/** Attributes with a column of their own. */
const TEXTS = ["given_name", "family_name", "name", "preferred_username"] as const;

/** The two more that are left out of `attributes`. */
const ELSEWHERE: ReadonlySet<string> = new Set(["sub", "email", "phone_number", ...TEXTS]);

export function userCells(user: User): readonly SqlCell[] {
  const attribute = (name: string): string | null => user.attributes.get(name) ?? null;
  return [
    user.sub,
    user.username,
    attribute("email"),
    flagIn(user, "email_verified"),
    attribute("phone_number"),
    flagIn(user, "phone_number_verified"),
    ...TEXTS.map(attribute),
    user.enabled,
    user.status,
    isFederated(user),
    user.createdAt.toISOString(),
    user.modifiedAt.toISOString(),
    otherAttributes(user),
    // As Cognito sent it, where it could be read.
    user.identities.length === 0 ? "[]" : (attribute("identities") ?? "[]"),
  ];
}

/** Null where the value is not exactly `true` or `false`: then `attributes` has it. */
function flagIn({ attributes }: User, name: string): boolean | null {
  const value = attributes.get(name);
  return value === "true" ? true : value === "false" ? false : null;
}

/** In the order of names, since Cognito does not promise one: a row that did not change stays the same text. */
function otherAttributes(user: User): string {
  const others = [...user.attributes].filter(([name]) => !hasColumn(user, name));
  if (others.length > 1) others.sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(Object.fromEntries(others));
}

function hasColumn(user: User, name: string): boolean {
  if (ELSEWHERE.has(name)) return true;
  if (name === "email_verified" || name === "phone_number_verified") return flagIn(user, name) !== null;
  // Text that could not be read as identities stays what Cognito sent.
  return name === "identities" && (user.identities.length > 0 || user.attributes.get(name) === "[]");
}

export function groupCells(group: Group, poolId: string): readonly SqlCell[] {
  return [
    group.name,
    group.description ?? null,
    group.precedence ?? null,
    group.roleArn ?? null,
    signInProvider(poolId, group.name) ?? null,
    group.createdAt.toISOString(),
    group.modifiedAt.toISOString(),
  ];
}
