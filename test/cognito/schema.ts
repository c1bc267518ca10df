/** One entry of a pool's schema. `name` carries the `custom:` prefix for custom attributes. */
export interface SchemaAttribute {
  readonly name: string;
  readonly type: "String" | "Number" | "DateTime" | "Boolean";
  readonly mutable: boolean;
  readonly required: boolean;
  /** Length bounds of a String, value bounds of a Number. */
  readonly min?: number;
  readonly max?: number;
}

const text = (name: string): SchemaAttribute => ({
  name,
  type: "String",
  mutable: true,
  required: false,
  min: 0,
  max: 2048,
});

/** The attributes every pool has, in the order that DescribeUserPool lists them. */
export const standardSchema: readonly SchemaAttribute[] = [
  { name: "sub", type: "String", mutable: false, required: true, min: 1, max: 2048 },
  text("name"),
  text("given_name"),
  text("family_name"),
  text("middle_name"),
  text("nickname"),
  text("preferred_username"),
  text("profile"),
  text("picture"),
  text("website"),
  text("email"),
  { name: "email_verified", type: "Boolean", mutable: true, required: false },
  text("gender"),
  { name: "birthdate", type: "String", mutable: true, required: false, min: 10, max: 10 },
  text("zoneinfo"),
  text("locale"),
  text("phone_number"),
  { name: "phone_number_verified", type: "Boolean", mutable: true, required: false },
  text("address"),
  { name: "updated_at", type: "Number", mutable: true, required: false, min: 0 },
  // Not in a real pool's listing at first, but every pool accepts it for federated users.
  text("identities"),
];

/** SchemaAttributeType on the wire. Bounds travel as text. */
export function schemaJson(one: SchemaAttribute): Record<string, unknown> {
  const bounds = (low: string, high: string): Record<string, string> => ({
    ...(one.min === undefined ? {} : { [low]: String(one.min) }),
    ...(one.max === undefined ? {} : { [high]: String(one.max) }),
  });
  return {
    Name: one.name,
    AttributeDataType: one.type,
    DeveloperOnlyAttribute: one.name.startsWith("dev:"),
    Mutable: one.mutable,
    Required: one.required,
    ...(one.type === "String" ? { StringAttributeConstraints: bounds("MinLength", "MaxLength") } : {}),
    ...(one.type === "Number" ? { NumberAttributeConstraints: bounds("MinValue", "MaxValue") } : {}),
  };
}
