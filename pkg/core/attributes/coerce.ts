import type { SchemaAttribute } from "../pool.ts";
import { hasMoreBytes } from "../text.ts";
import { birthdateProblem, dateTimeProblem, emailProblem, phoneProblem } from "./formats.ts";
import { isWritable } from "./resolve.ts";
import { MAX_VALUE_BYTES } from "./standard.ts";

export type Purpose = "create" | "update";

/**
 * `absent`: the attribute is not sent. A problem is the end of a sentence that begins with the name of the field; it
 * never holds the value.
 */
type AttributeText = { readonly text: string } | { readonly absent: true } | { readonly problem: string };

/**
 * A JSON value as the text that Cognito takes for the attribute. A blank string or null is absent at creation, and a
 * problem in an update, where Cognito would delete the attribute.
 */
export function attributeText(attribute: SchemaAttribute, value: unknown, purpose: Purpose): AttributeText {
  if (!isWritable(attribute)) return { problem: "cannot be written" };
  if (purpose === "update" && !attribute.mutable) return { problem: IMMUTABLE };
  if (isBlank(value)) {
    if (purpose === "create") return { absent: true };
    if (attribute.required) return { problem: REQUIRED };
    return { problem: "is empty; to remove the value, delete the attribute" };
  }
  switch (typeOf(attribute)) {
    case "Boolean":
      return booleanText(value);
    case "Number":
      return numberText(attribute, value);
    case "DateTime":
      return dateTimeText(value);
    case "String":
      return stringText(attribute, value);
  }
}

/** Why the attribute's value cannot be removed from an account, or undefined when it can. */
export function deletionProblem(attribute: SchemaAttribute): string | undefined {
  if (!isWritable(attribute)) return "cannot be written";
  if (!attribute.mutable) return IMMUTABLE;
  return attribute.required ? REQUIRED : undefined;
}

const IMMUTABLE = "can be set at creation only";
const REQUIRED = "is required by the pool and cannot be emptied";

export function isBlank(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === "string" && value.trim() === "");
}

// The verified flags are booleans in every pool, also where an emulator describes them as text.
const typeOf = ({ name, type }: SchemaAttribute): SchemaAttribute["type"] =>
  name === "email_verified" || name === "phone_number_verified" ? "Boolean" : type;

function booleanText(value: unknown): AttributeText {
  if (value === true || value === "true") return { text: "true" };
  if (value === false || value === "false") return { text: "false" };
  return { problem: "must be true or false" };
}

function numberText({ minValue, maxValue }: SchemaAttribute, value: unknown): AttributeText {
  if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return { problem: "is too large for a JSON number to be exact; give it as text" };
  }
  const text = typeof value === "number" || typeof value === "bigint" ? String(value) : value;
  if (typeof text !== "string" || !/^-?[0-9]{1,100}$/u.test(text))
    return { problem: "must be a whole number" };
  const number = BigInt(text);
  if (minValue !== undefined && number < minValue) return { problem: `must be at least ${minValue}` };
  if (maxValue !== undefined && number > maxValue) return { problem: `must be at most ${maxValue}` };
  return { text: number.toString() };
}

// How Cognito writes a DateTime is not documented: the ISO text is sent unchanged, and AWS may refuse it.
function dateTimeText(value: unknown): AttributeText {
  if (typeof value !== "string") return { problem: "must be a date and time in ISO 8601, as text" };
  const problem = dateTimeProblem(value);
  return problem === undefined ? { text: value } : { problem };
}

const FORMATS: ReadonlyMap<string, (text: string) => string | undefined> = new Map([
  ["email", emailProblem],
  ["phone_number", phoneProblem],
  ["birthdate", birthdateProblem],
]);

function stringText(attribute: SchemaAttribute, value: unknown): AttributeText {
  const text = scalarText(attribute, value);
  if (text === undefined) return { problem: "must be text" };
  if (!text.isWellFormed()) return { problem: "is not well-formed Unicode text" };
  // The byte quota comes first, so that the other checks run over short texts only.
  if (hasMoreBytes(text, MAX_VALUE_BYTES)) {
    return { problem: `is longer than ${MAX_VALUE_BYTES} bytes` };
  }
  const malformed = FORMATS.get(attribute.name)?.(text);
  if (malformed !== undefined) return { problem: malformed };
  const length = Array.from(text).length;
  const { minLength = 0, maxLength = MAX_VALUE_BYTES } = attribute;
  if (length < minLength) return { problem: `must have at least ${minLength} characters` };
  if (length > maxLength) return { problem: `must have at most ${maxLength} characters` };
  return { text };
}

function scalarText({ name }: SchemaAttribute, value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : undefined;
  // An address is a JSON object in OpenID Connect, and lists in custom attributes are kept as JSON. In a name or an
  // e-mail address a structure is a mistake.
  if (typeof value !== "object" || (name !== "address" && !name.startsWith("custom:"))) return undefined;
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
