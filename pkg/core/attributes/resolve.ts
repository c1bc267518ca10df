import type { Pool, SchemaAttribute } from "../pool.ts";
import { closestAttribute } from "./closest.ts";
import { schemaOf } from "./standard.ts";

type ResolvedAttribute =
  | { readonly name: string; readonly attribute: SchemaAttribute }
  | { readonly problem: string };

// Names that platforms use for attributes that have another name in Cognito (L-14, F-37).
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["first_name", "given_name"],
  ["firstName", "given_name"],
  ["last_name", "family_name"],
  ["lastName", "family_name"],
  ["phone", "phone_number"],
  ["phoneNumber", "phone_number"],
  ["emailVerified", "email_verified"],
  ["displayName", "name"],
]);

const KEPT_BY_COGNITO: ReadonlySet<string> = new Set(["sub", "identities", "updated_at"]);

/**
 * The attribute that a caller means by `key`: its exact name, a custom attribute without its prefix, or a common alias,
 * in that order. A problem is the end of a sentence that begins with the name of the field.
 */
export function resolveAttributeName(pool: Pick<Pool, "schema">, key: string): ResolvedAttribute {
  const kept = unwritable(key);
  if (kept !== undefined) return { problem: kept };
  const schema = schemaOf(pool);
  const alias = ALIASES.get(key);
  const attribute =
    schema.get(key) ?? schema.get(`custom:${key}`) ?? (alias === undefined ? undefined : schema.get(alias));
  if (attribute === undefined) return { problem: unknown(schema, key) };
  if (attribute.developerOnly) return { problem: DEVELOPER_ONLY };
  return { name: attribute.name, attribute };
}

/** Whether a caller may write the attribute at all, at creation or later. */
export function isWritable(attribute: SchemaAttribute): boolean {
  return !attribute.developerOnly && unwritable(attribute.name) === undefined;
}

const DEVELOPER_ONLY = "is a developer-only attribute, which this connector never writes";

function unwritable(name: string): string | undefined {
  if (KEPT_BY_COGNITO.has(name) || name.startsWith("cognito:")) {
    return "is kept by Cognito and cannot be written";
  }
  return name.startsWith("dev:") ? DEVELOPER_ONLY : undefined;
}

function unknown(schema: ReadonlyMap<string, SchemaAttribute>, key: string): string {
  const candidates = new Map<string, string>();
  for (const attribute of schema.values()) {
    if (!isWritable(attribute)) continue;
    candidates.set(attribute.name, attribute.name);
    candidates.set(attribute.name.replace(/^custom:/u, ""), attribute.name);
  }
  for (const [alias, name] of ALIASES) candidates.set(alias, name);
  const near = closestAttribute(key, [...candidates.keys()]);
  const meant = near === undefined ? undefined : candidates.get(near);
  return `is no attribute of the pool${meant === undefined ? "" : `; did you mean ${meant}?`}`;
}
