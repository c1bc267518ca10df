import { quotedName } from "../../core/text.ts";
import type { JsonObject, JsonValue } from "../resource.ts";
import type { ResourceSchemas } from "../schema/attribute.ts";
import { badRequest, ScimError } from "../scim-error.ts";
import { type Assignment, assignmentsOf, assignmentsWithin } from "./assignments.ts";
import { isListValue, isObjectValue } from "./json.ts";
import type { AttributeOperation, PatchOperation } from "./operations.ts";
import { isReadOnly, readTargetValue, resolveTarget, type Target } from "./targets.ts";
import type { OnDropped } from "./values.ts";

const MAX_OPERATIONS = 10_000;

type Op = AttributeOperation["op"];
const OPS: ReadonlySet<string> = new Set<Op>(["add", "replace", "remove"]);

/**
 * The operations of a PATCH, each of one attribute. It rejects what it does not understand: an identity provider takes a
 * success for a change that was made, and does not ask again.
 */
export function parsePatch(body: JsonValue, schemas: ResourceSchemas): readonly PatchOperation[] {
  const operations = isObjectValue(body) ? memberInAnyCase(body, "Operations") : undefined;
  if (!isListValue(operations) || operations.length === 0)
    throw badRequest("invalidSyntax", "the body of a PATCH has a list `Operations` that is not empty");
  if (operations.length > MAX_OPERATIONS)
    throw new ScimError(413, `a PATCH has at most ${MAX_OPERATIONS} operations`);
  return operations.flatMap((one) => parseOperation(one, schemas));
}

function parseOperation(operation: JsonValue, schemas: ResourceSchemas): readonly PatchOperation[] {
  if (!isObjectValue(operation)) throw badRequest("invalidSyntax", "each operation of a PATCH is an object");
  const op = readOp(memberInAnyCase(operation, "op"));
  const path = memberInAnyCase(operation, "path") ?? "";
  const value = memberInAnyCase(operation, "value");
  if (typeof path !== "string") throw badRequest("invalidPath", "the path of an operation is a text");
  if (op !== "remove" && value === undefined)
    throw badRequest("invalidValue", `an operation \`${op}\` has a value`);
  if (path.trim() === "") return withoutPath(op, value, schemas);
  const found = resolveTarget(path, schemas);
  switch (found.kind) {
    case "target":
      return readOperation(op, found.target, value);
    case "schema":
      return withSchemaPath(op, found.urn, value, schemas);
    case "unserved":
    case "unknown-schema":
      return [{ op: "dropped", name: path }];
    case "unknown":
      throw badRequest("invalidPath", `there is no attribute ${quotedName(path)}`);
  }
}

function readOp(op: JsonValue | undefined): Op {
  const lower = typeof op === "string" ? op.trim().toLowerCase() : "";
  if (!isOp(lower)) throw badRequest("invalidSyntax", "the `op` of an operation is add, replace or remove");
  return lower;
}

function isOp(text: string): text is Op {
  return OPS.has(text);
}

/** Entra and Okta send an object whose members are attributes, dotted names and names with their URN among them. */
function withoutPath(
  op: Op,
  value: JsonValue | undefined,
  schemas: ResourceSchemas,
): readonly PatchOperation[] {
  if (op === "remove") throw badRequest("noTarget", "an operation `remove` has a path");
  return assignmentsOf(objectOf(value), schemas).flatMap((one) => ofAssignment(op, one, schemas));
}

function withSchemaPath(
  op: Op,
  urn: string | undefined,
  value: JsonValue | undefined,
  schemas: ResourceSchemas,
): readonly PatchOperation[] {
  if (op !== "remove")
    return assignmentsWithin(objectOf(value), urn, schemas).flatMap((one) => ofAssignment(op, one, schemas));
  if (urn === undefined) throw badRequest("noTarget", "the core schema cannot be removed");
  return clearExtension(urn, schemas);
}

function objectOf(value: JsonValue | undefined): JsonObject {
  const object = isListValue(value) && value.length === 1 ? value[0] : value;
  if (!isObjectValue(object))
    throw badRequest(
      "invalidValue",
      "the value of an operation without the path of an attribute is an object",
    );
  return object;
}

/** Okta and authentik repeat them in the object; the connector decides them. */
const REPEATED: ReadonlySet<string> = new Set(["schemas", "meta"]);

function ofAssignment(op: Op, one: Assignment, schemas: ResourceSchemas): readonly PatchOperation[] {
  switch (one.kind) {
    case "clear":
      return op === "add" ? [] : clearExtension(one.urn, schemas);
    case "dropped":
      if (one.why === "unknown")
        throw badRequest("invalidPath", `there is no attribute ${quotedName(one.name)}`);
      return [{ op: "dropped", name: one.name }];
    case "set":
      if (one.target.urn === undefined && REPEATED.has(one.target.definition.name)) return [];
      return readOperation(op, one.target, one.value);
  }
}

function clearExtension(urn: string, schemas: ResourceSchemas): readonly PatchOperation[] {
  const attributes = schemas.extensions.find(({ id }) => id === urn)?.attributes ?? [];
  return attributes
    .filter(({ mutability }) => mutability !== "readOnly")
    .map((definition) => ({
      op: "remove",
      target: { urn, definition, filter: undefined, sub: undefined },
      value: undefined,
    }));
}

function readOperation(op: Op, target: Target, value: JsonValue | undefined): readonly PatchOperation[] {
  if (isReadOnly(target)) {
    if (target.definition.name === "schemas") return [];
    return [{ op: "unchanged", target, value: op === "remove" ? undefined : value }];
  }
  const names: string[] = [];
  const onDropped: OnDropped = (name) => names.push(name);
  const read = readTargetValue(target, value, onDropped);
  const dropped = names.map((name) => ({ op: "dropped", name }) as const);
  // `remove` without a value removes the whole list; with a value that names no item it removes nothing.
  const namesNothing = read === undefined && value !== undefined && value !== null;
  if (op === "remove" && target.definition.multiValued && namesNothing) return dropped;
  return [{ op, target, value: read }, ...dropped];
}

function memberInAnyCase(object: JsonObject, name: string): JsonValue | undefined {
  if (Object.hasOwn(object, name)) return object[name];
  const found = Object.keys(object).find((one) => one.toLowerCase() === name.toLowerCase());
  return found === undefined ? undefined : object[found];
}
