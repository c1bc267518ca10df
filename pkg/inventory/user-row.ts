import { parseIdentities } from "../core/identities.ts";
import { isRecord } from "../core/unknown.ts";
import type { User } from "../core/user.ts";
import type { NamedRow } from "./named-row.ts";

/** Attributes of Cognito that have a column of their own. */
const TEXT_ATTRIBUTES = [
  "email",
  "phone_number",
  "given_name",
  "family_name",
  "name",
  "preferred_username",
] as const;
const FLAG_ATTRIBUTES = ["email_verified", "phone_number_verified"] as const;

export const ATTRIBUTE_COLUMNS: readonly string[] = [...TEXT_ATTRIBUTES, ...FLAG_ATTRIBUTES, "attributes"];

/** Every attribute of a row of `users` under its Cognito name, with the value that Cognito sent. */
export function attributesOf(row: NamedRow, prefix = ""): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  const others = row.json(`${prefix}attributes`);
  if (isRecord(others)) {
    for (const [name, value] of Object.entries(others))
      if (typeof value === "string") attributes.set(name, value);
  }
  for (const name of TEXT_ATTRIBUTES) {
    const value = row.optionalText(prefix + name);
    if (value !== undefined) attributes.set(name, value);
  }
  for (const name of FLAG_ATTRIBUTES) {
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
  "identities",
  ...ATTRIBUTE_COLUMNS,
];

/** The user as the run read it: mapped to a resource, it gives the bytes that a sync gave then. */
export function userOfRow(row: NamedRow): User {
  const sub = row.text("sub");
  const attributes = new Map([["sub", sub], ...attributesOf(row)]);
  const identities = row.text("identities");
  if (identities !== "[]") attributes.set("identities", identities);
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
