import { isRecord } from "../core/unknown.ts";
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
