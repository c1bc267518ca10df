import type { JsonObject, JsonValue } from "../resource.ts";

export function isObjectValue(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isListValue(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** The object's own member: never what every object inherits. */
export function memberOf(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** RFC 7643 §2.5: null, an empty list and an empty text are no value. */
export function isAbsent(value: JsonValue | undefined): value is undefined | null {
  if (value === undefined || value === null || value === "") return true;
  if (isListValue(value)) return value.every(isAbsent);
  return typeof value === "object" && Object.values(value).every(isAbsent);
}

/** One text for equal values, in whatever order the members of an object come. For values of known depth. */
export function canonicalJson(value: JsonValue): string {
  if (isListValue(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (!isObjectValue(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`,
  );
  return `{${members.sort().join(",")}}`;
}

/** No value that a schema describes is deeper. */
const MAX_DEPTH = 10;

/** Whether two values that a client sent are equal. What is deeper than any schema is not compared, and not equal. */
export function isSameJson(a: JsonValue | undefined, b: JsonValue | undefined, depth = 0): boolean {
  if (depth > MAX_DEPTH) return false;
  if (isListValue(a))
    return (
      isListValue(b) &&
      a.length === b.length &&
      a.every((item, index) => isSameJson(item, b[index], depth + 1))
    );
  if (!isObjectValue(a)) return a === b;
  if (!isObjectValue(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isSameJson(a[name], b[name], depth + 1))
  );
}
