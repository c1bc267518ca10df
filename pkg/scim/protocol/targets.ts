import { quotedName } from "../../core/text.ts";
import type { JsonValue } from "../resource.ts";
import type { AttributeDefinition, ResourceSchemas } from "../schema/attribute.ts";
import { badRequest } from "../scim-error.ts";
import { type Resolution, resolveAttribute, resolveInSchema } from "./attributes.ts";
import { parseItemFilter } from "./filter.ts";
import type { Filter } from "./filter-tree.ts";
import { type OnDropped, readItem, readValue } from "./values.ts";

/** What an operation of a PATCH, or a member of a body, changes. */
export interface Target {
  /** The extension; undefined for the core schema. */
  readonly urn: string | undefined;
  readonly definition: AttributeDefinition;
  /** Chooses items of a list. */
  readonly filter: Filter | undefined;
  readonly sub: AttributeDefinition | undefined;
}

export type TargetResolution =
  | { readonly kind: "target"; readonly target: Target }
  | Exclude<Resolution, { kind: "attribute" }>;

/** Deeper than any filter that is accepted. */
const MAX_PATH = 20_000;

/** The schema whose object has the name as a member. */
export interface Within {
  readonly urn: string | undefined;
}

/** Finds `[urn:]attribute[filter].sub`. */
export function resolveTarget(text: string, schemas: ResourceSchemas, within?: Within): TargetResolution {
  if (text.length > MAX_PATH) throw badRequest("invalidPath", "the path is too long");
  const { attribute, filter, sub } = splitPath(text);
  const found = resolveText(attribute, schemas, within);
  if (found.kind !== "attribute") return found;
  if (filter === undefined) return { kind: "target", target: { ...found, filter: undefined } };
  const { definition, urn } = found;
  if (found.sub !== undefined || !definition.multiValued)
    throw badRequest("invalidPath", `${definition.name} has no items that a filter in brackets can choose`);
  const target = { urn, definition, filter: parseItemFilter(filter, definition) };
  if (sub === undefined) return { kind: "target", target: { ...target, sub: undefined } };
  const whole = resolveText(`${attribute}.${sub}`, schemas, within);
  if (whole.kind === "unserved") return whole;
  if (whole.kind !== "attribute" || whole.sub === undefined)
    throw badRequest("invalidPath", `${definition.name} has no sub-attribute ${quotedName(sub)}`);
  return { kind: "target", target: { ...target, sub: whole.sub } };
}

function resolveText(text: string, schemas: ResourceSchemas, within: Within | undefined): Resolution {
  return within === undefined ? resolveAttribute(text, schemas) : resolveInSchema(text, within.urn, schemas);
}

interface PathParts {
  readonly attribute: string;
  readonly filter: string | undefined;
  readonly sub: string | undefined;
}

function splitPath(text: string): PathParts {
  const trimmed = text.trim();
  const open = trimmed.indexOf("[");
  if (open === -1) return { attribute: trimmed, filter: undefined, sub: undefined };
  // A value in the filter may have brackets too.
  const close = trimmed.lastIndexOf("]");
  const rest = trimmed.slice(close + 1);
  if (close < open || (rest !== "" && !/^\.[^.\s]+$/.test(rest)))
    throw badRequest("invalidPath", "the brackets of the path do not match");
  return {
    attribute: trimmed.slice(0, open),
    filter: trimmed.slice(open + 1, close),
    sub: rest === "" ? undefined : rest.slice(1),
  };
}

/** For errors: never a value. */
export function targetName({ definition, sub }: Target): string {
  return sub === undefined ? definition.name : `${definition.name}.${sub.name}`;
}

export function isReadOnly({ definition, sub }: Target): boolean {
  return definition.mutability === "readOnly" || sub?.mutability === "readOnly";
}

/** The value in the form of what the target names. */
export function readTargetValue(
  target: Target,
  value: JsonValue | undefined,
  dropped: OnDropped,
): JsonValue | undefined {
  const { definition, filter, sub } = target;
  if (sub !== undefined) return readValue(sub, value, dropped);
  return filter === undefined ? readValue(definition, value, dropped) : readItem(definition, value, dropped);
}
