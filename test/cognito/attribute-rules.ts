import { AwsError, invalidParameter } from "./errors.ts";
import type { PoolSettings } from "./pool-settings.ts";
import type { SchemaAttribute } from "./schema.ts";
import { type Input, optionalText, recordsOf, textOf } from "./validate.ts";

// No client writes them: Cognito keeps both.
const kept: ReadonlySet<string> = new Set(["sub", "identities"]);

const formats: Readonly<Record<string, { readonly test: RegExp; readonly text: string }>> = {
  email: { test: /^[^\s@]+@[^\s@]+\.[^\s@]+$/u, text: "Invalid email address format." },
  phone_number: { test: /^\+[0-9]{4,15}$/u, text: "Invalid phone number format." },
  birthdate: { test: /^\d{4}-\d{2}-\d{2}$/u, text: "Invalid birthdate format." },
};

const offSchema = (name: string, text: string): AwsError =>
  invalidParameter(`Attributes did not conform to the schema: ${name}: ${text}`);

function assertValue(one: SchemaAttribute, value: string): void {
  const { name, min = 0, max = Number.POSITIVE_INFINITY } = one;
  if (one.type === "Number") {
    if (!/^-?\d+$/u.test(value)) throw offSchema(name, "Attribute does not conform to the data type Number");
    if (Number(value) < min || Number(value) > max)
      throw offSchema(name, `Value must be between ${min} and ${max}`);
  }
  if (one.type === "Boolean" && value !== "true" && value !== "false") {
    throw offSchema(name, "Attribute does not conform to the data type Boolean");
  }
  if (one.type === "DateTime" && Number.isNaN(Date.parse(value))) {
    throw offSchema(name, "Attribute does not conform to the data type DateTime");
  }
  if (one.type === "String" && (value.length < min || value.length > max)) {
    throw offSchema(name, value.length < min ? "String should be longer" : "String is too long");
  }
  const format = formats[name];
  if (format !== undefined && !format.test.test(value)) throw invalidParameter(format.text);
}

/** The schema's entry for an attribute that a client may name. */
export function schemaOf(settings: PoolSettings, name: string): SchemaAttribute {
  const one = settings.schema.find((entry) => entry.name === name);
  if (one === undefined) throw offSchema(name, "Attribute does not exist in the schema.");
  if (kept.has(name)) throw invalidParameter(`Cannot modify the non-mutable attribute ${name}`);
  return one;
}

/** The attributes of a call, each checked against the schema. An empty value means: none. */
export function readAttributes(settings: PoolSettings, input: Input, member: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const item of recordsOf(input, member) ?? []) {
    const name = textOf(item, "Name");
    const value = optionalText(item, "Value") ?? "";
    const entry = schemaOf(settings, name);
    if (value !== "") assertValue(entry, value);
    values.set(name, value);
  }
  return values;
}

/** A verified flag needs its address or number, in the call or in the profile. */
export function assertVerifiable(wanted: ReadonlyMap<string, string>, has: (name: string) => boolean): void {
  const texts = [
    ["email", "Email is required to verify/un-verify an email"],
    ["phone_number", "Phone Number is required to verify/un-verify a phone number"],
  ] as const;
  for (const [name, text] of texts) {
    const given = wanted.get(name);
    if (wanted.has(`${name}_verified`) && (given === "" || (given === undefined && !has(name)))) {
      throw invalidParameter(text);
    }
  }
}
