import type { JsonObject, JsonValue } from "../resource.ts";
import type { AttributeDefinition } from "../schema/attribute.ts";
import { badRequest } from "../scim-error.ts";
import { subAttribute } from "./attributes.ts";
import { comparableValue, matches } from "./evaluate.ts";
import { comparisonOf } from "./filter.ts";
import type { Filter } from "./filter-tree.ts";
import { foldCase } from "./fold.ts";
import { canonicalJson, isListValue, isObjectValue, memberOf } from "./json.ts";
import { checkCount, isPrimary, notPrimary } from "./values.ts";

export type Items = readonly JsonValue[];

export function itemsOf(value: JsonValue | undefined): Items {
  if (value === undefined || value === null) return [];
  return isListValue(value) ? value : [value];
}

/**
 * The list with the items that it does not have yet. One with the value of another completes that one, unless both have a type
 * and not the same.
 */
export function withItems(definition: AttributeDefinition, items: Items, added: Items): Items {
  const all = [...items];
  const places = new ItemPlaces(definition);
  for (const [index, item] of all.entries()) places.add(item, index);
  let primary: number | undefined;
  for (const item of added) {
    const index = places.find(item) ?? all.length;
    const whole = merged(all[index], item);
    all[index] = whole;
    places.add(whole, index);
    if (isPrimary(item)) primary ??= index;
  }
  checkCount(definition, all.length);
  return primary === undefined ? all : onlyPrimary(all, primary);
}

/** Where an item is in a list, by its value and type. */
class ItemPlaces {
  readonly #byValue: AttributeDefinition | undefined;
  readonly #ofValue = new Map<string, number>();
  readonly #ofType = new Map<string, number>();

  constructor(definition: AttributeDefinition) {
    this.#byValue = definition.type === "complex" ? subAttribute(definition, "value") : undefined;
  }

  add(item: JsonValue, index: number): void {
    const { value, type } = this.#keyOf(item);
    if (!this.#ofValue.has(value)) this.#ofValue.set(value, index);
    const untyped = canonicalJson([value, null]);
    if (type !== undefined && this.#ofType.get(untyped) === index) this.#ofType.delete(untyped);
    this.#ofType.set(canonicalJson([value, type ?? null]), index);
  }

  find(item: JsonValue): number | undefined {
    const { value, type } = this.#keyOf(item);
    if (type === undefined) return this.#ofValue.get(value);
    return this.#ofType.get(canonicalJson([value, type])) ?? this.#ofType.get(canonicalJson([value, null]));
  }

  /** Postal addresses have no value: all that they say is their key. */
  #keyOf(item: JsonValue): { readonly value: string; readonly type: string | undefined } {
    const sub = this.#byValue;
    const value =
      sub === undefined || !isObjectValue(item)
        ? undefined
        : comparableValue(memberOf(item, sub.name), comparisonOf(sub));
    if (value === undefined || !isObjectValue(item)) return { value: canonicalJson(item), type: undefined };
    const type = memberOf(item, "type");
    return { value: canonicalJson(value), type: typeof type === "string" ? foldCase(type) : undefined };
  }
}

function merged(item: JsonValue | undefined, more: JsonValue): JsonValue {
  return isObjectValue(item) && isObjectValue(more) ? { ...item, ...more } : more;
}

function onlyPrimary(items: Items, primary: number): Items {
  return items.map((item, index) => (index !== primary && isPrimary(item) ? notPrimary(item) : item));
}

/** The list without the listed items: those that have everything the listed one says. */
export function withoutItems(definition: AttributeDefinition, items: Items, removed: Items): Items {
  const byValue = subAttribute(definition, "value");
  const listed = new Map<string, JsonValue[]>();
  const keyOf = (item: JsonValue): string => {
    const value = isObjectValue(item) && byValue !== undefined ? memberOf(item, byValue.name) : undefined;
    return canonicalJson(
      byValue === undefined ? null : (comparableValue(value, comparisonOf(byValue)) ?? null),
    );
  };
  for (const one of removed) {
    const key = isObjectValue(one) ? keyOf(one) : canonicalJson(one);
    listed.set(key, [...(listed.get(key) ?? []), one]);
  }
  return items.filter((item) => {
    const key = isObjectValue(item) ? keyOf(item) : canonicalJson(item);
    return !(listed.get(key) ?? []).some((one) => says(item, one, byValue?.name));
  });
}

/** What a client repeats of an item beside its value is no condition. */
const NO_CONDITION: ReadonlySet<string> = new Set(["$ref", "display", "primary"]);

function says(item: JsonValue, wanted: JsonValue, value: string | undefined): boolean {
  if (!isObjectValue(item) || !isObjectValue(wanted)) return true;
  return Object.entries(wanted).every(
    ([name, one]) =>
      name === value ||
      NO_CONDITION.has(name) ||
      memberOf(item, name) === undefined ||
      canonicalJson(memberOf(item, name) ?? null) === canonicalJson(one),
  );
}

/** The items that the filter of a path chooses; without a filter all. */
export function choose(items: Items, filter: Filter | undefined): readonly number[] {
  return items.flatMap((item, index) =>
    filter === undefined || matches(filter, isObjectValue(item) ? item : { value: item }) ? [index] : [],
  );
}

/** The list with one item more, of which the filter is true: Entra patches `emails[type eq "work"].value` before there is one. */
export function withNewItem(
  definition: AttributeDefinition,
  items: Items,
  filter: Filter | undefined,
): Items {
  const start = filter === undefined ? {} : startOf(filter);
  if (start === undefined || Object.hasOwn(start, "value"))
    throw badRequest("noTarget", `no item of ${definition.name} is chosen by the filter`);
  checkCount(definition, items.length + 1);
  return [...items, start];
}

/** The sub-attributes that a filter of equalities demands; undefined for any other filter. */
export function startOf(filter: Filter): JsonObject | undefined {
  switch (filter.kind) {
    case "compare":
      return filter.operator === "eq" && filter.value !== null
        ? { [filter.path.attribute]: filter.value }
        : undefined;
    case "and": {
      const parts = filter.filters.map(startOf);
      return parts.every((part) => part !== undefined)
        ? Object.fromEntries(parts.flatMap((part) => Object.entries(part)))
        : undefined;
    }
    case "or":
    case "not":
    case "item":
    case "present":
      return undefined;
  }
}

/** The list with the chosen items changed; an item that becomes undefined is taken out. */
export function changeItems(
  items: Items,
  indexes: readonly number[],
  change: (item: JsonValue) => JsonValue | undefined,
): Items {
  const chosen = new Set(indexes);
  let primary: number | undefined;
  const changed = items.map((item, index) => {
    if (!chosen.has(index)) return item;
    const after = change(item);
    if (after !== undefined && isPrimary(after) && !isPrimary(item)) primary ??= index;
    return after;
  });
  const settled = changed.map((item, index) =>
    primary !== undefined && index !== primary && item !== undefined && isPrimary(item)
      ? notPrimary(item)
      : item,
  );
  return settled.filter((item) => item !== undefined);
}
