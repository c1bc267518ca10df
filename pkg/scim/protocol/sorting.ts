import type { JsonObject, JsonValue, ScimResource } from "../resource.ts";
import type { ResourceSchemas } from "../schema/attribute.ts";
import { badRequest } from "../scim-error.ts";
import { subAttribute } from "./attributes.ts";
import { pathText } from "./equality.ts";
import { comparableValue } from "./evaluate.ts";
import { comparisonOf } from "./filter.ts";
import type { AttributePath } from "./filter-tree.ts";
import { isListValue, isObjectValue, memberOf } from "./json.ts";
import { resolvePath } from "./paths.ts";
import { isPrimary } from "./values.ts";

/**
 * The ascending order of a list: a resource without the value comes last, so that it comes first when the order is turned
 * round. Of a list of values the primary one counts, or else the first.
 */
export function compareBy(
  path: AttributePath,
  schemas: ResourceSchemas | readonly ResourceSchemas[],
): (a: ScimResource, b: ScimResource) => number {
  const { urn, definition, sub } = resolvePath(pathText(path), schemas);
  const compared = sub ?? (definition.type === "complex" ? subAttribute(definition, "value") : definition);
  if (compared === undefined || definition.returned === "never")
    throw badRequest("invalidPath", `a list cannot be sorted by ${definition.name}`);
  const part = definition.type === "complex" ? compared.name : undefined;
  const as = comparisonOf(compared);
  const valueOf = (resource: ScimResource): Key => {
    const holder: JsonValue | undefined = urn === undefined ? resource : memberOf(resource, urn);
    const value = isObjectValue(holder) ? firstOf(memberOf(holder, definition.name)) : undefined;
    return comparableValue(part === undefined ? value : partOf(value, part), as);
  };
  // A sort compares each resource many times, and to read a time takes longer than to compare two.
  const known = new WeakMap<ScimResource, { readonly key: Key }>();
  const keyOf = (resource: ScimResource): Key => {
    const found = known.get(resource);
    if (found !== undefined) return found.key;
    const key = valueOf(resource);
    known.set(resource, { key });
    return key;
  };
  return (a, b) => compareKeys(keyOf(a), keyOf(b));
}

type Key = string | number | boolean | undefined;

function compareKeys(a: Key, b: Key): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  return a < b ? -1 : 1;
}

function firstOf(value: JsonValue | undefined): JsonValue | undefined {
  return isListValue(value) ? (value.find(isPrimary) ?? value[0]) : value;
}

function partOf(value: JsonValue | JsonObject | undefined, part: string): JsonValue | undefined {
  return isObjectValue(value) ? memberOf(value, part) : undefined;
}
