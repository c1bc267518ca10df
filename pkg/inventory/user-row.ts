import { parseIdentities } from "../core/identities.ts";
import { isRecord } from "../core/unknown.ts";
import type { User } from "../core/user.ts";
import { ATTRIBUTE_COLUMNS } from "./attribute-columns.ts";
import type { NamedRow } from "./named-row.ts";

/** What `attributesOf` reads. */
export const ATTRIBUTE_CELLS: readonly string[] = [
  ...ATTRIBUTE_COLUMNS.map(([name]) => name),
  "attributes",
  "identities",
];

/** Every attribute of a row of `users` but `sub`, under its Cognito name, with the value that Cognito sent. */
export function attributesOf(row: NamedRow, prefix = ""): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  const identities = row.optionalText(`${prefix}identities`);
  if (identities !== undefined && identities !== "[]") attributes.set("identities", identities);
  const others = row.json(`${prefix}attributes`);
  if (isRecord(others)) {
    for (const [name, value] of Object.entries(others))
      if (typeof value === "string") attributes.set(name, value);
  }
  for (const [name] of ATTRIBUTE_COLUMNS) {
    const value = row.optionalText(prefix + name);
    if (value !== undefined) attributes.set(name, value);
  }
  return attributes;
}

/** The columns that a user is made of. */
export const USER_ROW_COLUMNS: readonly string[] = [
  "sub",
  "username",
  "enabled",
  "status",
  "created_at",
  "modified_at",
  ...ATTRIBUTE_CELLS,
];

/** The user as the run read it: mapped to a resource, it gives the bytes that a sync gave then. */
export function userOfRow(row: NamedRow): User {
  const sub = row.text("sub");
  const attributes = new Map([["sub", sub], ...attributesOf(row)]);
  return {
    sub,
    username: row.text("username"),
    enabled: row.truth("enabled"),
    status: row.text("status"),
    createdAt: row.time("created_at"),
    modifiedAt: row.time("modified_at"),
    attributes,
    identities: parseIdentities(attributes.get("identities")),
  };
}
