import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type { Pool, SchemaAttribute } from "../core/pool.ts";
import {
  type ConnectorAccountCreationSchema,
  type ConnectorAccountCreationSchema_Field,
  ConnectorAccountCreationSchema_FieldSchema,
  ConnectorAccountCreationSchemaSchema,
} from "../protocol/messages.ts";

type Field = ConnectorAccountCreationSchema_Field;
type FieldInit = MessageInitShape<typeof ConnectorAccountCreationSchema_FieldSchema>;

/** Attributes that Cognito fills itself. */
const NOT_OURS = new Set(["sub", "identities", "updated_at"]);

/** These come first, in this order; the others follow by name. */
const FIRST = ["email", "phone_number", "given_name", "family_name", "name", "preferred_username"];

/**
 * The fields for a new account, read from the pool's own schema: every writable attribute under the exact name that
 * Cognito takes, with its type and whether the pool requires it.
 */
export function accountCreationSchema(pool: Pool): ConnectorAccountCreationSchema {
  const fieldMap: Record<string, Field> = {};
  let order = 0;
  const add = (name: string, init: FieldInit) => {
    order += 1;
    fieldMap[name] = create(ConnectorAccountCreationSchema_FieldSchema, { order, ...init });
  };
  add("login", loginField(pool));
  for (const attribute of inOrder(pool.schema)) add(attribute.name, attributeField(attribute, pool));
  add("sendInviteEmail", {
    displayName: "Send invitation",
    description: "Let Cognito send the invitation with a temporary password",
    field: { case: "boolField", value: { defaultValue: false } },
  });
  add("deliverInviteBy", {
    displayName: "Deliver invitation by",
    description: "EMAIL, SMS or both; empty: by e-mail if the account has an address, else by SMS",
    field: { case: "stringField", value: {} },
  });
  return create(ConnectorAccountCreationSchemaSchema, { fieldMap });
}

function loginField(pool: Pool): FieldInit {
  const generated = pool.usernameAttributes.length > 0;
  return {
    displayName: "Login",
    required: !generated,
    description: generated
      ? `People sign in by ${pool.usernameAttributes.join(" or ")}; Cognito generates the username`
      : "The username: 1 to 128 characters, no white space; it can never be changed",
    field: { case: "stringField", value: {} },
  };
}

function inOrder(schema: readonly SchemaAttribute[]): SchemaAttribute[] {
  const rank = (attribute: SchemaAttribute) => {
    const first = FIRST.indexOf(attribute.name);
    if (first !== -1) return first;
    return FIRST.length + (attribute.required ? 0 : 1);
  };
  return schema
    .filter((attribute) => !NOT_OURS.has(attribute.name) && !attribute.developerOnly)
    .toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

function attributeField(attribute: SchemaAttribute, pool: Pool): FieldInit {
  return {
    displayName: titleOf(attribute.name),
    required: attribute.required || isOnlyUsername(attribute.name, pool),
    description: descriptionOf(attribute),
    field: typedField(attribute),
  };
}

/** Where e-mail is the only way to sign in, each new account needs an address, whatever the schema says. */
function isOnlyUsername(name: string, pool: Pool): boolean {
  return pool.usernameAttributes.length === 1 && pool.usernameAttributes[0] === name;
}

/** "custom:cost_center" becomes "Cost center". */
function titleOf(name: string): string {
  const words = name
    .replace(/^custom:/, "")
    .replaceAll("_", " ")
    .trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function descriptionOf(attribute: SchemaAttribute): string {
  const facts = [`Cognito attribute ${attribute.name}`];
  if (attribute.name === "phone_number") facts.push("E.164, as in +4915112345678");
  if (attribute.type === "DateTime") facts.push("a date and time in ISO 8601");
  facts.push(...boundsOf(attribute));
  if (!attribute.mutable) facts.push("can be set at creation only");
  return facts.join("; ");
}

function boundsOf(attribute: SchemaAttribute): string[] {
  const { minLength, maxLength, minValue, maxValue } = attribute;
  const range = (unit: string, from: number | undefined, to: number | undefined) => {
    if (from === undefined && to === undefined) return [];
    if (to === undefined) return [`at least ${from}${unit}`];
    return [`${from ?? 0} to ${to}${unit}`];
  };
  return [...range(" characters", minLength, maxLength), ...range("", minValue, maxValue)];
}

function typedField(attribute: SchemaAttribute): NonNullable<FieldInit["field"]> {
  switch (attribute.type) {
    case "Boolean":
      return { case: "boolField", value: {} };
    case "Number":
      return { case: "intField", value: {} };
    case "String":
    case "DateTime":
      return { case: "stringField", value: {} };
  }
}
