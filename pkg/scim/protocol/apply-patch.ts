import type { JsonObject, JsonValue, ScimResource } from "../resource.ts";
import type { ResourceSchemas } from "../schema/attribute.ts";
import { badRequest } from "../scim-error.ts";
import { Draft } from "./draft.ts";
import {
  changeItems,
  choose,
  type Items,
  itemsOf,
  startOf,
  withItems,
  withNewItem,
  withoutItems,
} from "./items.ts";
import { isAbsent, isListValue, isObjectValue, isSameJson, memberOf } from "./json.ts";
import type { AttributeOperation, PatchOperation, UnchangedOperation } from "./operations.ts";
import { PatchWork } from "./patch-work.ts";
import { checkImmutable, checkRequired } from "./rules.ts";
import { type Target, targetName } from "./targets.ts";
import { isComplete, isPrimary, notPrimary } from "./values.ts";

/**
 * The resource after the operations, which are made in their order and all together: one that cannot be made throws. An item
 * may be put together by several operations; one that has no value at the end is left out.
 *
 * Members of a group do not come here: `memberOperations` takes them out first.
 */
export function applyPatch(
  resource: ScimResource,
  operations: readonly PatchOperation[],
  schemas: ResourceSchemas,
): ScimResource {
  const draft = new Draft(resource, schemas);
  const lists = new Map<string, Target>();
  const work = new PatchWork();
  for (const operation of operations) {
    if (operation.op === "dropped") continue;
    if (operation.op === "unchanged") {
      checkUnchanged(draft, operation);
      continue;
    }
    const { target } = operation;
    if (target.definition.multiValued) work.add(itemsOf(draft.get(target)), target.filter);
    draft.set(target, valueAfter(draft.get(target), operation));
    if (target.definition.multiValued) lists.set(`${target.urn ?? ""} ${target.definition.name}`, target);
  }
  const before = new Draft(resource, schemas);
  for (const target of lists.values())
    draft.set(target, completeItems(target, draft.get(target), before.get(target)));
  const patched = draft.toResource();
  checkRequired(resource, patched, operations, schemas);
  checkImmutable(resource, patched, schemas);
  return patched;
}

function checkUnchanged(draft: Draft, { target, value }: UnchangedOperation): void {
  const has = draft.get(target);
  const { sub } = target;
  const current =
    sub === undefined || target.definition.multiValued
      ? has
      : isObjectValue(has)
        ? memberOf(has, sub.name)
        : undefined;
  if ((isAbsent(current) && isEmpty(value)) || isSameJson(current, value)) return;
  throw badRequest("mutability", `${targetName(target)} is readOnly`);
}

function isEmpty(value: JsonValue | undefined): boolean {
  return value === undefined || value === null || value === "" || (isListValue(value) && value.length === 0);
}

/**
 * Items that were put together by parts may have become the same one. An item that is left out does not take `primary` from
 * the item that had it.
 */
function completeItems(
  { definition }: Target,
  value: JsonValue | undefined,
  before: JsonValue | undefined,
): JsonValue | undefined {
  const items = itemsOf(value);
  const complete = withItems(
    definition,
    [],
    items.filter((item) => isComplete(definition, item)),
  );
  if (complete.length === 0) return undefined;
  if (complete.some(isPrimary)) return complete;
  const had = itemsOf(before).find(isPrimary);
  if (had === undefined || !items.some(isPrimary)) return complete;
  return complete.map((item) => (isSameJson(item, notPrimary(had)) ? had : item));
}

function valueAfter(value: JsonValue | undefined, operation: AttributeOperation): JsonValue | undefined {
  const { definition, sub } = operation.target;
  if (definition.multiValued) {
    const items = itemsAfter(itemsOf(value), operation);
    return items.length === 0 ? undefined : items;
  }
  if (sub !== undefined) return partAfter(value, sub.name, operation);
  return singleAfter(value, operation);
}

function singleAfter(has: JsonValue | undefined, { op, value }: AttributeOperation): JsonValue | undefined {
  if (op === "remove") return value === undefined || hasAll(has, value) ? undefined : has;
  // RFC 7644 §3.5.2.3: sub-attributes that a value does not have are left as they are.
  return isObjectValue(has) && isObjectValue(value) ? { ...has, ...value } : value;
}

/** Whether a `remove` with a value means this one. */
function hasAll(has: JsonValue | undefined, value: JsonValue): boolean {
  if (!isObjectValue(has) || !isObjectValue(value)) return isSameJson(has, value);
  return Object.entries(value).every(
    ([name, one]) => name === "$ref" || isSameJson(memberOf(has, name), one),
  );
}

function partAfter(
  has: JsonValue | undefined,
  part: string,
  operation: AttributeOperation,
): JsonValue | undefined {
  const object = isObjectValue(has) ? has : {};
  const after = singleAfter(memberOf(object, part), operation);
  const whole = withPart(object, part, after);
  return Object.keys(whole).length === 0 ? undefined : whole;
}

function withPart(object: JsonObject, part: string, value: JsonValue | undefined): JsonObject {
  if (value !== undefined) return { ...object, [part]: value };
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== part));
}

function itemsAfter(items: Items, operation: AttributeOperation): Items {
  const { op, target, value } = operation;
  if (target.sub !== undefined) return partsAfter(items, target.sub.name, operation);
  if (target.filter !== undefined) return chosenAfter(items, operation);
  if (op === "remove")
    return value === undefined ? [] : withoutItems(target.definition, items, itemsOf(value));
  return withItems(target.definition, op === "add" ? items : [], itemsOf(value));
}

/** `emails[type eq "work"].value`, and `emails.value` for all items. */
function partsAfter(items: Items, part: string, operation: AttributeOperation): Items {
  const { op, target, value } = operation;
  const found = choose(items, target.filter);
  const missing = found.length === 0 && op !== "remove" && value !== undefined;
  const all = missing ? withNewItem(target.definition, items, target.filter) : items;
  const indexes = missing ? [all.length - 1] : found;
  return changeItems(all, indexes, (item) =>
    isObjectValue(item) ? partAfter(item, part, operation) : part === "value" ? (value ?? undefined) : item,
  );
}

/** `emails[type eq "work"]` */
function chosenAfter(items: Items, { op, target, value }: AttributeOperation): Items {
  const { definition, filter } = target;
  const found = choose(items, filter);
  if (op === "remove") {
    return changeItems(items, found, (item) =>
      value === undefined || hasAll(item, value) ? undefined : item,
    );
  }
  if (value === undefined) return op === "add" ? items : changeItems(items, found, () => undefined);
  const missing = found.length === 0;
  const all = missing ? withNewItem(definition, items, filter) : items;
  const start = filter === undefined ? {} : startOf(filter);
  return changeItems(all, missing ? [all.length - 1] : found, (item) => {
    if (!isObjectValue(item) || !isObjectValue(value)) return value;
    return op === "add" ? { ...item, ...value } : { ...start, ...value };
  });
}
