import type { JsonObject, JsonValue, ScimResource } from "../resource.ts";
import type { AttributePath, Comparison, ComparisonOperator, Filter } from "./filter-tree.ts";
import { foldCase } from "./fold.ts";
import { isAbsent, isListValue, isObjectValue, memberOf } from "./json.ts";
import { readBoolean, readInstant } from "./literals.ts";

export type Matcher = (resource: ScimResource) => boolean;

/** Whether the resource meets the filter. For many resources, make the matcher once. */
export function matches(filter: Filter, resource: ScimResource): boolean {
  return matcherOf(filter)(resource);
}

/** The one comparison of every filter: of lists, of single lookups and of PATCH. */
export function matcherOf(filter: Filter): Matcher {
  switch (filter.kind) {
    case "and": {
      const all = filter.filters.map(matcherOf);
      return (resource) => all.every((one) => one(resource));
    }
    case "or": {
      const all = filter.filters.map(matcherOf);
      return (resource) => all.some((one) => one(resource));
    }
    case "not": {
      const one = matcherOf(filter.filter);
      return (resource) => !one(resource);
    }
    case "item": {
      const one = matcherOf(filter.filter);
      return (resource) => listOf(attributeOf(resource, filter.path)).some((item) => one(asItem(item)));
    }
    case "present":
      return (resource) => !valuesOf(resource, filter.path).every(isAbsent);
    case "compare":
      return comparisonMatcher(filter);
  }
}

function comparisonMatcher(filter: Filter & { readonly kind: "compare" }): Matcher {
  const { path, operator, value, as } = filter;
  if (value === null) {
    const wanted = operator === "eq";
    return (resource) => valuesOf(resource, path).every(isAbsent) === wanted;
  }
  const wanted = comparableValue(value, as);
  if (operator === "ne") {
    // An attribute without a value is not equal to any.
    return (resource) => {
      const values = valuesOf(resource, path);
      return values.length === 0 || values.some((one) => comparableValue(one, as) !== wanted);
    };
  }
  return (resource) =>
    valuesOf(resource, path).some((one) => holds(operator, comparableValue(one, as), wanted));
}

type Comparable = string | number | boolean | undefined;

/** The value in the form in which it is compared; undefined where it has another type. */
export function comparableValue(value: JsonValue | undefined, as: Comparison): Comparable {
  switch (as) {
    case "caseExact":
      return typeof value === "string" ? value : undefined;
    case "caseIgnore":
      return typeof value === "string" ? foldCase(value) : undefined;
    case "dateTime":
      return typeof value === "string" ? readInstant(value) : undefined;
    case "number":
      return typeof value === "number" ? value : undefined;
    case "boolean":
      return typeof value === "string" ? readBoolean(value) : typeof value === "boolean" ? value : undefined;
  }
}

function holds(operator: ComparisonOperator, value: Comparable, wanted: Comparable): boolean {
  if (value === undefined || wanted === undefined) return false;
  switch (operator) {
    case "eq":
      return value === wanted;
    case "ne":
      return value !== wanted;
    case "gt":
      return value > wanted;
    case "ge":
      return value >= wanted;
    case "lt":
      return value < wanted;
    case "le":
      return value <= wanted;
    case "co":
      return String(value).includes(String(wanted));
    case "sw":
      return String(value).startsWith(String(wanted));
    case "ew":
      return String(value).endsWith(String(wanted));
  }
}

function attributeOf(resource: JsonObject, { urn, attribute }: AttributePath): JsonValue | undefined {
  const holder = urn === undefined ? resource : memberOf(resource, urn);
  return isObjectValue(holder) ? memberOf(holder, attribute) : undefined;
}

/** Every value that the path leads to, one for each item of a list. */
export function valuesOf(resource: JsonObject, path: AttributePath): readonly (JsonValue | undefined)[] {
  const items = listOf(attributeOf(resource, path));
  const { sub } = path;
  return sub === undefined ? items : items.map((item) => memberOf(asItem(item), sub));
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  if (value === undefined || value === null) return [];
  return isListValue(value) ? value : [value];
}

/** An item of a list of plain values has them as its `value`. */
function asItem(item: JsonValue): JsonObject {
  return isObjectValue(item) ? item : { value: item };
}
