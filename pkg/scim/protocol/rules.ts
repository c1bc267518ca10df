import type { JsonValue, ScimResource } from "../resource.ts";
import type { AttributeDefinition, ResourceSchemas } from "../schema/attribute.ts";
import { badRequest } from "../scim-error.ts";
import { comparableValue } from "./evaluate.ts";
import { comparisonOf } from "./filter.ts";
import { isAbsent, isObjectValue, isSameJson, memberOf } from "./json.ts";
import type { PatchOperation } from "./operations.ts";

interface Place {
  readonly urn: string | undefined;
  readonly definition: AttributeDefinition;
}

function placesOf(schemas: ResourceSchemas): readonly Place[] {
  return [
    ...schemas.core.attributes.map((definition) => ({ urn: undefined, definition })),
    ...schemas.extensions.flatMap(({ id, attributes }) =>
      attributes.map((definition) => ({ urn: id, definition })),
    ),
  ];
}

function valueAt(resource: ScimResource, { urn, definition }: Place): JsonValue | undefined {
  const holder = urn === undefined ? resource : memberOf(resource, urn);
  return isObjectValue(holder) ? memberOf(holder, definition.name) : undefined;
}

/** After a PATCH: an attribute that is required was there before, and is not any more. */
export function checkRequired(
  before: ScimResource,
  after: ScimResource,
  operations: readonly PatchOperation[],
  schemas: ResourceSchemas,
): void {
  for (const place of placesOf(schemas)) {
    const { definition } = place;
    if (!definition.required || isAbsent(valueAt(before, place)) || !isAbsent(valueAt(after, place)))
      continue;
    const removed = operations.some((one) => one.op === "remove" && one.target.definition === definition);
    throw removed
      ? badRequest("mutability", `${definition.name} is required and cannot be removed`)
      : missing(definition);
  }
}

/**
 * Of a body: what is required is there. A PUT may leave out what is immutable. `active` may be left out too: it is required
 * only because it cannot be unset.
 */
export function checkComplete(
  resource: ScimResource,
  schemas: ResourceSchemas,
  mode: "create" | "replace",
): void {
  for (const place of placesOf(schemas)) {
    const { required, mutability, type } = place.definition;
    if (
      !required ||
      type === "boolean" ||
      mutability === "readOnly" ||
      (mutability === "immutable" && mode === "replace")
    )
      continue;
    const isAsked = place.urn === undefined || memberOf(resource, place.urn) !== undefined;
    if (isAsked && isAbsent(valueAt(resource, place))) throw missing(place.definition);
  }
}

function missing({ name }: AttributeDefinition): Error {
  return badRequest("invalidValue", `${name} is required`);
}

/** An immutable attribute that has a value keeps it. The same value again is no change. */
export function checkImmutable(before: ScimResource, after: ScimResource, schemas: ResourceSchemas): void {
  for (const place of placesOf(schemas)) {
    const { definition } = place;
    const was = valueAt(before, place);
    const is = valueAt(after, place);
    if (definition.type === "complex" && !definition.multiValued) checkParts(definition, was, is);
    if (definition.mutability === "immutable") checkSame(definition, definition.name, was, is);
  }
}

function checkParts(
  definition: AttributeDefinition,
  was: JsonValue | undefined,
  is: JsonValue | undefined,
): void {
  for (const sub of definition.subAttributes ?? []) {
    if (sub.mutability !== "immutable") continue;
    const part = (value: JsonValue | undefined) =>
      isObjectValue(value) ? memberOf(value, sub.name) : undefined;
    checkSame(sub, `${definition.name}.${sub.name}`, part(was), part(is));
  }
}

function checkSame(
  definition: AttributeDefinition,
  name: string,
  was: JsonValue | undefined,
  is: JsonValue | undefined,
): void {
  if (isAbsent(was) || isSameValue(definition, was, is)) return;
  throw badRequest("mutability", `${name} cannot be changed`);
}

function isSameValue(definition: AttributeDefinition, was: JsonValue, is: JsonValue | undefined): boolean {
  const as = comparisonOf(definition);
  const known = comparableValue(was, as);
  return known === undefined ? isSameJson(was, is) : known === comparableValue(is, as);
}
