import type { AttributeType, Pool, SchemaAttribute } from "../pool.ts";

/** The longest value of any attribute, whatever the schema says: Cognito's quota. */
export const MAX_VALUE_BYTES = 2048;

function standard(
  name: string,
  type: AttributeType,
  changes: Partial<SchemaAttribute> = {},
): SchemaAttribute {
  return {
    name,
    type,
    mutable: true,
    required: false,
    developerOnly: false,
    minLength: type === "String" ? 0 : undefined,
    maxLength: type === "String" ? MAX_VALUE_BYTES : undefined,
    minValue: undefined,
    maxValue: undefined,
    ...changes,
  };
}

/** The standard attributes with the limits that Cognito gives them when a pool is created without a schema. */
export const STANDARD_ATTRIBUTES: readonly SchemaAttribute[] = [
  standard("sub", "String", { mutable: false, required: true, minLength: 1 }),
  standard("name", "String"),
  standard("given_name", "String"),
  standard("family_name", "String"),
  standard("middle_name", "String"),
  standard("nickname", "String"),
  standard("preferred_username", "String"),
  standard("profile", "String"),
  standard("picture", "String"),
  standard("website", "String"),
  standard("email", "String"),
  standard("email_verified", "Boolean"),
  standard("gender", "String"),
  standard("birthdate", "String", { minLength: 10, maxLength: 10 }),
  standard("zoneinfo", "String"),
  standard("locale", "String"),
  standard("phone_number", "String"),
  standard("phone_number_verified", "Boolean"),
  standard("address", "String"),
  standard("updated_at", "Number", { minValue: 0 }),
  standard("identities", "String"),
];

/**
 * The pool's schema by exact name. A standard attribute that DescribeUserPool leaves out, as emulators do, has its default;
 * otherwise the pool's own description is used.
 */
export function schemaOf(pool: Pick<Pool, "schema">): ReadonlyMap<string, SchemaAttribute> {
  const all = [...pool.schema, ...STANDARD_ATTRIBUTES];
  const schema = new Map<string, SchemaAttribute>();
  for (const one of all) {
    if (!schema.has(one.name)) schema.set(one.name, one);
  }
  return schema;
}
