import type { JsonObject, JsonValue, ScimResource } from "../resource.ts";
import type { ResourceSchemas } from "../schema/attribute.ts";
import { badRequest } from "../scim-error.ts";
import { applyPatch } from "./apply-patch.ts";
import { type Assignment, assignmentsOf } from "./assignments.ts";
import { resolveAttribute } from "./attributes.ts";
import { isAbsent, isListValue, isObjectValue, memberOf } from "./json.ts";
import type { AttributeOperation } from "./operations.ts";
import { checkComplete, checkImmutable } from "./rules.ts";
import { isReadOnly, readTargetValue } from "./targets.ts";

export interface NormalBody {
  readonly resource: ScimResource;
  /** The names of attributes that the pool does not have. */
  readonly dropped: readonly string[];
  /** The URNs of extensions that the body names, as a member or in `schemas`, with or without a value in them. */
  readonly extensions: readonly string[];
  /** Attributes that the body has as an empty list, which is not the same as leaving them out: a group without members. */
  readonly emptied: readonly string[];
}

/**
 * The resource that a POST or PUT describes, in the form of the schemas. What is readOnly is left out: clients send back
 * what they have read.
 */
export function normalizeBody(
  body: JsonValue,
  schemas: ResourceSchemas,
  mode: "create" | "replace",
): NormalBody {
  if (!isObjectValue(body)) throw badRequest("invalidSyntax", "the body is a JSON object");
  const dropped: string[] = [];
  const assignments = assignmentsOf(body, schemas);
  const operations = assignments.flatMap((one) => operationOf(one, dropped));
  const resource = applyPatch({}, operations, schemas);
  checkComplete(resource, schemas, mode);
  return {
    resource,
    dropped,
    extensions: extensionsIn(body, schemas),
    emptied: assignments.flatMap(emptiedBy),
  };
}

function emptiedBy(one: Assignment): readonly string[] {
  if (one.kind !== "set" || !isListValue(one.value) || one.value.length > 0) return [];
  const { urn, definition, filter, sub } = one.target;
  return urn === undefined && filter === undefined && sub === undefined ? [definition.name] : [];
}

function extensionsIn(body: JsonObject, schemas: ResourceSchemas): readonly string[] {
  const listed = Object.entries(body).flatMap(([name, value]) =>
    name.toLowerCase() === "schemas" && isListValue(value)
      ? value.filter((one) => typeof one === "string")
      : [],
  );
  const urns = [...listed, ...Object.keys(body)].flatMap((name) => {
    const found = resolveAttribute(name, schemas);
    return "urn" in found && found.urn !== undefined ? [found.urn] : [];
  });
  return [...new Set(urns)];
}

function operationOf(one: Assignment, dropped: string[]): readonly AttributeOperation[] {
  if (one.kind === "clear") return [];
  if (one.kind === "dropped") {
    dropped.push(one.name);
    return [];
  }
  const { target } = one;
  if (isReadOnly(target)) return [];
  const value = readTargetValue(target, one.value, (name) => dropped.push(name));
  return value === undefined ? [] : [{ op: "add", target, value }];
}

/**
 * The resource of a PUT with the immutable attributes that it leaves out. It throws `mutability` where the PUT has another
 * value of one.
 */
export function withImmutable(
  current: ScimResource,
  wanted: ScimResource,
  schemas: ResourceSchemas,
): ScimResource {
  const kept = schemas.core.attributes.flatMap(({ name, mutability }): [string, JsonValue][] => {
    const value = memberOf(current, name);
    const isLeftOut = mutability === "immutable" && isAbsent(memberOf(wanted, name));
    return isLeftOut && value !== undefined ? [[name, value]] : [];
  });
  const whole = { ...wanted, ...Object.fromEntries(kept) };
  checkImmutable(current, whole, schemas);
  return whole;
}
