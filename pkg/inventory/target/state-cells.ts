// The rows that a run finds, as cells in the order of `stateColumns`. A time is ISO text, a boolean is a boolean.

import { type Group, signInProvider } from "../../core/group.ts";
import { isFederated, type User } from "../../core/user.ts";
import { ATTRIBUTE_COLUMNS, type AttributeKind } from "../attribute-columns.ts";
import type { SqlCell } from "../reader.ts";

const NO_IDENTITIES = "[]";

export function userCells(user: User): readonly SqlCell[] {
  return [
    user.sub,
    user.username,
    ...ATTRIBUTE_COLUMNS.map(([name, kind]) => cellOf(user.attributes.get(name), kind)),
    user.enabled,
    user.status,
    isFederated(user),
    user.createdAt.toISOString(),
    user.modifiedAt.toISOString(),
    otherAttributes(user),
    user.identities.length === 0 ? NO_IDENTITIES : (user.attributes.get("identities") ?? NO_IDENTITIES),
  ];
}

const COLUMN_OF: ReadonlyMap<string, AttributeKind> = new Map(ATTRIBUTE_COLUMNS);

/** Null where the attribute is not sent, or is no value of the column: then `attributes` has it. */
function cellOf(value: string | undefined, kind: AttributeKind): SqlCell {
  if (value === undefined) return null;
  if (kind === "text") return value;
  return value === "true" ? true : value === "false" ? false : null;
}

/** In the order of names, since Cognito does not promise one: a row that did not change stays the same text. */
function otherAttributes(user: User): string {
  const others = [...user.attributes].filter(([name, value]) => !hasColumn(user, name, value));
  if (others.length > 1) others.sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(Object.fromEntries(others));
}

function hasColumn(user: User, name: string, value: string): boolean {
  if (name === "sub") return true;
  // What yields no identities stays the text that Cognito sent.
  if (name === "identities") return user.identities.length > 0;
  const kind = COLUMN_OF.get(name);
  return kind !== undefined && cellOf(value, kind) !== null;
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
