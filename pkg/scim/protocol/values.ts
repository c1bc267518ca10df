import type { JsonObject, JsonValue } from "../resource.ts";
import type { AttributeDefinition } from "../schema/attribute.ts";
import { badRequest } from "../scim-error.ts";
import { subAttribute } from "./attributes.ts";
import { canonicalJson, isAbsent, isListValue, isObjectValue, memberOf } from "./json.ts";
import { readBoolean, readInstant, readNumber } from "./literals.ts";

/** A list that nobody needs longer, except the members of a group. */
const MAX_ITEMS = 100;
const MEMBERS = "members";

/** Receives the name of what no schema has, as it is left out. */
export type OnDropped = (name: string) => void;

/**
 * The value in the form of its attribute: names of sub-attributes in the letter case of the schema, "True" as a boolean, a
 * list of one for a single value, one object for a list. Undefined is no value. It throws `invalidValue` for a value that
 * the attribute cannot have.
 */
export function readValue(
  definition: AttributeDefinition,
  value: JsonValue | undefined,
  dropped: OnDropped,
): JsonValue | undefined {
  if (value === undefined || isAbsentAtTop(value)) return undefined;
  if (!definition.multiValued) return readSingle(definition, value, dropped);
  const items = isListValue(value) ? value : [value];
  const read = items.map((item) => readOne(definition, item, dropped)).filter((item) => item !== undefined);
  checkMembers(definition, items, read);
  return read.length === 0 ? undefined : withOnePrimary(distinct(definition, read));
}

/** A member without an id is not left out: a list that loses all its members would empty the group. */
function checkMembers(
  { name }: AttributeDefinition,
  sent: readonly JsonValue[],
  read: readonly JsonValue[],
): void {
  if (name !== MEMBERS) return;
  const isWhole = (item: JsonValue): boolean => isObjectValue(item) && !isAbsent(memberOf(item, "value"));
  if (sent.length !== read.length || !read.every(isWhole))
    throw badRequest("invalidValue", "each member has a `value`, its id");
}

/** One item of a list, or a part of it. */
export function readItem(
  definition: AttributeDefinition,
  value: JsonValue | undefined,
  dropped: OnDropped,
): JsonValue | undefined {
  if (value === undefined || isAbsentAtTop(value)) return undefined;
  return readSingle(definition, value, dropped);
}

/** Of the value itself only: what is below may be of any depth. */
function isAbsentAtTop(value: JsonValue): boolean {
  return value === null || value === "" || (isListValue(value) && value.length === 0);
}

function readSingle(
  definition: AttributeDefinition,
  value: JsonValue,
  dropped: OnDropped,
): JsonValue | undefined {
  if (!isListValue(value)) return readOne(definition, value, dropped);
  const [only, ...more] = value;
  if (more.length > 0) throw badRequest("invalidValue", `${definition.name} has one value`);
  return only === undefined ? undefined : readOne(definition, only, dropped);
}

function readOne(
  definition: AttributeDefinition,
  value: JsonValue,
  dropped: OnDropped,
): JsonValue | undefined {
  if (isAbsentAtTop(value)) return undefined;
  if (definition.type === "complex") return readComplex(definition, value, dropped);
  const plain = isObjectValue(value) && definition.multiValued ? memberOf(value, "value") : value;
  return plain === undefined || isAbsentAtTop(plain) ? undefined : readPlain(definition, plain);
}

/** A text is the `value` of a complex attribute: Entra sends a manager so. */
function readComplex(
  definition: AttributeDefinition,
  value: JsonValue,
  dropped: OnDropped,
): JsonObject | undefined {
  if (!isObjectValue(value)) {
    const only = isListValue(value) ? undefined : subAttribute(definition, "value");
    if (only === undefined) throw wrongType(definition, "an object");
    const read = readValue(only, value, dropped);
    return read === undefined ? undefined : { [only.name]: read };
  }
  const members = new Map<string, JsonValue>();
  for (const [name, member] of Object.entries(value)) {
    const sub = subAttribute(definition, name);
    if (sub === undefined) {
      dropped(`${definition.name}.${name}`);
      continue;
    }
    const read = sub.mutability === "readOnly" ? undefined : readValue(sub, member, dropped);
    if (read !== undefined) members.set(sub.name, read);
  }
  return members.size === 0 ? undefined : Object.fromEntries(members);
}

function readPlain(definition: AttributeDefinition, value: JsonValue): JsonValue {
  switch (definition.type) {
    case "boolean": {
      const read = typeof value === "string" ? readBoolean(value) : value;
      if (typeof read !== "boolean") throw wrongType(definition, "true or false");
      return read;
    }
    case "integer":
    case "decimal": {
      const read = typeof value === "string" ? readNumber(value) : value;
      if (
        typeof read !== "number" ||
        !Number.isFinite(read) ||
        (definition.type === "integer" && !Number.isSafeInteger(read))
      )
        throw wrongType(definition, definition.type === "integer" ? "a whole number" : "a number");
      return read;
    }
    case "dateTime":
      if (typeof value !== "string" || readInstant(value) === undefined)
        throw wrongType(definition, "a date and time");
      return value;
    case "string":
    case "reference":
    case "binary":
    case "complex":
      // A template of an administrator may write an employee number without quotes. Any other number has been read with
      // less digits than it was sent with.
      if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
      if (typeof value !== "string") throw wrongType(definition, "a text");
      return value;
  }
}

function wrongType({ name }: AttributeDefinition, wanted: string): Error {
  return badRequest("invalidValue", `${name} must be ${wanted}`);
}

/** Each item once; members are the same by their `value` alone. */
function distinct(definition: AttributeDefinition, items: readonly JsonValue[]): readonly JsonValue[] {
  const seen = new Map<string, JsonValue>();
  for (const item of items) {
    const key = definition.name === MEMBERS && isObjectValue(item) ? memberOf(item, "value") : undefined;
    const text = canonicalJson(key ?? item);
    if (!seen.has(text)) seen.set(text, item);
  }
  checkCount(definition, seen.size);
  return [...seen.values()];
}

export function checkCount({ name }: AttributeDefinition, count: number): void {
  if (name !== MEMBERS && count > MAX_ITEMS)
    throw badRequest("invalidValue", `${name} has at most ${MAX_ITEMS} items`);
}

/** RFC 7643 §2.4: at most one item is primary. The first one that says so. */
function withOnePrimary(items: readonly JsonValue[]): readonly JsonValue[] {
  const first = items.findIndex(isPrimary);
  if (first === -1) return items;
  return items.map((item, index) => (index > first && isPrimary(item) ? notPrimary(item) : item));
}

export function isPrimary(item: JsonValue): item is JsonObject {
  return isObjectValue(item) && memberOf(item, "primary") === true;
}

export function notPrimary(item: JsonObject): JsonObject {
  return { ...item, primary: false };
}

/** An item that says nothing: a type without a value, or nothing but `type` and `primary`. */
export function isComplete(definition: AttributeDefinition, item: JsonValue): boolean {
  if (!isObjectValue(item)) return !isAbsent(item);
  if (subAttribute(definition, "value") !== undefined) return !isAbsent(memberOf(item, "value"));
  return Object.entries(item).some(
    ([name, value]) => name !== "type" && name !== "primary" && name !== "display" && !isAbsent(value),
  );
}
