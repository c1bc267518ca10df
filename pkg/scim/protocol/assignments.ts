import { quotedName } from "../../core/text.ts";
import type { JsonObject, JsonValue } from "../resource.ts";
import type { ResourceSchemas } from "../schema/attribute.ts";
import { badRequest } from "../scim-error.ts";
import { isListValue, isObjectValue, isSameJson } from "./json.ts";
import { resolveTarget, type Target, targetName, type Within } from "./targets.ts";

/** One member of a body, or of the object of a PATCH without a path. */
export type Assignment =
  | { readonly kind: "set"; readonly target: Target; readonly value: JsonValue }
  /** The object of an extension is null. */
  | { readonly kind: "clear"; readonly urn: string }
  | {
      readonly kind: "dropped";
      readonly name: string;
      readonly why: "unserved" | "unknown-schema" | "unknown";
    };

/**
 * The members of the object, each with the attribute that it is for. Names come in any letter case, with dots
 * (`name.givenName`), with their URN before them, and in the object of their schema.
 */
export function assignmentsOf(object: JsonObject, schemas: ResourceSchemas): readonly Assignment[] {
  return withoutRepeats(split(object, schemas, undefined));
}

/** The members of the object of one schema. */
export function assignmentsWithin(
  object: JsonObject,
  urn: string | undefined,
  schemas: ResourceSchemas,
): readonly Assignment[] {
  return withoutRepeats(split(object, schemas, { urn }));
}

function split(object: JsonObject, schemas: ResourceSchemas, within: Within | undefined): Assignment[] {
  return Object.entries(object).flatMap(([name, value]): Assignment[] => {
    // Clients that build an extension as a resource of its own write its URN into it.
    if (within?.urn !== undefined && name.toLowerCase() === "schemas") return [];
    const found = resolveTarget(name, schemas, within);
    switch (found.kind) {
      case "target":
        return [{ kind: "set", target: found.target, value }];
      case "schema":
        return splitSchema(value, found.urn, schemas);
      case "unserved":
      case "unknown-schema":
      case "unknown":
        return [{ kind: "dropped", name, why: found.kind }];
    }
  });
}

function splitSchema(value: JsonValue, urn: string | undefined, schemas: ResourceSchemas): Assignment[] {
  const object = isListValue(value) && value.length === 1 ? value[0] : value;
  if (isObjectValue(object)) return split(object, schemas, { urn });
  if (object !== null && object !== undefined && object !== "")
    throw badRequest("invalidValue", "the value of a schema's URN must be an object");
  return urn === undefined ? [] : [{ kind: "clear", urn }];
}

/** The same attribute in two letter cases, or with and without its URN: which one counts, nobody can know. */
function withoutRepeats(assignments: readonly Assignment[]): readonly Assignment[] {
  const seen = new Map<string, JsonValue>();
  return assignments.filter((one) => {
    if (one.kind !== "set" || one.target.filter !== undefined) return true;
    const key = `${one.target.urn ?? ""} ${targetName(one.target)}`;
    if (!seen.has(key)) {
      seen.set(key, one.value);
      return true;
    }
    if (isSameJson(seen.get(key), one.value)) return false;
    throw badRequest("invalidSyntax", `${quotedName(targetName(one.target))} is given twice`);
  });
}
