import { GovernanceError } from "../errors.ts";
import type { Pool } from "../pool.ts";
import { attributeText, isBlank, type Purpose } from "./coerce.ts";
import { isWritable, resolveAttributeName } from "./resolve.ts";
import { schemaOf } from "./standard.ts";

/** Platforms send every field that they know, so more than the attributes of a pool, but each may cost a search. */
const MAX_ENTRIES = 500;

/**
 * All attributes that a caller gave, by Cognito's names and as Cognito's text; those that are absent are left out. One
 * `invalid-argument` names every bad field as `profile.<key>: <problem>`, and no value.
 */
export function collectAttributes(
  pool: Pick<Pool, "schema">,
  entries: ReadonlyMap<string, unknown>,
  purpose: Purpose,
): ReadonlyMap<string, string> {
  if (entries.size > MAX_ENTRIES) {
    throw new GovernanceError(
      "invalid-argument",
      `profile: has ${entries.size} members, and a pool has at most 70 attributes; give at most ${MAX_ENTRIES}`,
    );
  }
  const collected = new Map<string, string>();
  const givenBy = new Map<string, string>();
  const problems: string[] = [];
  for (const [key, value] of entries) {
    // Platforms send every field that they know, also those without a value.
    if (purpose === "create" && isBlank(value)) continue;
    const field = fieldOf(key);
    const resolved = resolveAttributeName(pool, key);
    if ("problem" in resolved) {
      problems.push(`${field}: ${resolved.problem}`);
      continue;
    }
    const { name, attribute } = resolved;
    const coerced = attributeText(attribute, value, purpose);
    if ("problem" in coerced) {
      problems.push(`${field}: ${coerced.problem}`);
    } else if ("text" in coerced) {
      const other = givenBy.get(name);
      if (other !== undefined && collected.get(name) !== coerced.text) {
        problems.push(`${field}: is ${name}, to which ${other} gives another value; leave one of them out`);
        continue;
      }
      collected.set(name, coerced.text);
      givenBy.set(name, field);
    }
  }
  if (problems.length > 0) throw new GovernanceError("invalid-argument", problems.join("; "));
  return collected;
}

/**
 * What is missing for a new account: attributes that the schema requires, the address that users of the pool sign in by
 * ("email or phone_number" if either is enough), and the address of a verified flag. AdminCreateUser enforces only the
 * last one.
 */
export function missingRequired(
  pool: Pick<Pool, "schema" | "usernameAttributes">,
  attributes: ReadonlyMap<string, string>,
): readonly string[] {
  const missing = new Set<string>();
  for (const attribute of schemaOf(pool).values()) {
    if (attribute.required && isWritable(attribute) && !attributes.has(attribute.name)) {
      missing.add(attribute.name);
    }
  }
  for (const name of ["email", "phone_number"]) {
    if (attributes.has(`${name}_verified`) && !attributes.has(name)) missing.add(name);
  }
  const signIn = pool.usernameAttributes;
  if (signIn.length > 0 && !signIn.some((name) => attributes.has(name) || missing.has(name))) {
    missing.add(signIn.join(" or "));
  }
  return [...missing];
}

// A key comes from the caller: line breaks are escaped, and a long key is cut.
function fieldOf(key: string): string {
  const plain = /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,64}$/u.test(key);
  return `profile.${plain ? key : JSON.stringify(key.slice(0, 64))}`;
}
