import { hasMoreBytes } from "../../core/text.ts";
import type { JsonObject, JsonValue } from "../resource.ts";
import { badRequest, type ScimError } from "../scim-error.ts";

/** The most items of a multi-valued attribute. */
const MAX_ITEMS = 100;

/** The longest text that is kept beside the pool, as long as the longest that Cognito takes. */
const MAX_KEPT_BYTES = 2048;

export function isScimObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isScimArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** A member of the object itself: a client chooses the names. */
export function ownMember(object: JsonValue | undefined, name: string): JsonValue | undefined {
  return isScimObject(object) && Object.hasOwn(object, name) ? object[name] : undefined;
}

/** An attribute of a resource; `null` is not a value. */
export function sentAttribute(resource: JsonObject, name: string): JsonValue | undefined {
  return ownMember(resource, name) ?? undefined;
}

/** A text of a resource; blank is absent. */
export function textAttribute(resource: JsonObject, name: string): string | undefined {
  const value = sentAttribute(resource, name);
  if (value === undefined) return undefined;
  return keptText(value, name);
}

/** A text that may be kept. Blank is absent. */
export function keptText(value: JsonValue, path: string): string | undefined {
  if (typeof value !== "string") throw invalidScimValue(path, "must be text");
  if (value.trim() === "") return undefined;
  if (!value.isWellFormed()) throw invalidScimValue(path, "is not well-formed Unicode text");
  if (hasMoreBytes(value, MAX_KEPT_BYTES)) {
    throw invalidScimValue(path, `is longer than ${MAX_KEPT_BYTES} bytes`);
  }
  return value;
}

/** The items of a multi-valued attribute that have a value, each member checked. */
export function sentItems(value: JsonValue, path: string, members: readonly string[]): readonly JsonObject[] {
  if (!Array.isArray(value)) throw invalidScimValue(path, "must be an array");
  if (value.length > MAX_ITEMS) throw invalidScimValue(path, `has more than ${MAX_ITEMS} items`);
  const items = value.map((item: JsonValue): JsonObject => {
    const object = typeof item === "string" ? { value: item } : item;
    if (!isScimObject(object)) throw invalidScimValue(path, "must be an array of objects");
    for (const name of members) {
      const member = ownMember(object, name) ?? undefined;
      if (member !== undefined) keptText(member, `${path}.${name}`);
    }
    const primary = ownMember(object, "primary") ?? undefined;
    if (primary !== undefined && typeof primary !== "boolean") {
      throw invalidScimValue(`${path}.primary`, "must be true or false");
    }
    return object;
  });
  if (items.filter((item) => ownMember(item, "primary") === true).length > 1) {
    throw invalidScimValue(path, "has more than one primary item");
  }
  return items;
}

/** The one item that the pool can hold: the primary one, else the first of the types, else the first. */
export function chosenItem(items: readonly JsonObject[], types: readonly string[]): JsonObject | undefined {
  const typed = (type: string) =>
    items.find((item) => {
      const own = ownMember(item, "type");
      return typeof own === "string" && own.toLowerCase() === type;
    });
  return (
    items.find((item) => ownMember(item, "primary") === true) ??
    types.map(typed).find((item) => item !== undefined) ??
    items[0]
  );
}

/** The detail names the attribute, never its value. */
export function invalidScimValue(path: string, problem: string): ScimError {
  return badRequest("invalidValue", `${path}: ${problem}`);
}

/** A boolean of a resource. */
export function booleanAttribute(resource: JsonObject, name: string): boolean | undefined {
  const value = sentAttribute(resource, name);
  if (value === undefined || typeof value === "boolean") return value;
  throw invalidScimValue(name, "must be true or false");
}
