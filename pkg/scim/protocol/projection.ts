import type { JsonObject, JsonValue, Projection, ScimResource } from "../resource.ts";
import type { AttributeDefinition, ResourceSchemas } from "../schema/attribute.ts";
import { badRequest } from "../scim-error.ts";
import { COMMON_ATTRIBUTES, resolveAttribute } from "./attributes.ts";
import { isListValue, isObjectValue } from "./json.ts";

export type Projector = (resource: ScimResource) => ScimResource;

/** The resource as an answer shows it. For many resources, make the projector once. */
export function project(
  resource: ScimResource,
  projection: Projection,
  schemas: ResourceSchemas,
): ScimResource {
  return projectorOf(projection, schemas)(resource);
}

/** RFC 7644 §3.9. A path that no schema has chooses nothing. */
export function projectorOf(projection: Projection, schemas: ResourceSchemas): Projector {
  const { core, extensions } = resourcePlans(projection, schemas);
  return (resource) => {
    const shown: Record<string, JsonValue> = {};
    let urns: readonly JsonValue[] = [];
    for (const name of Object.keys(resource)) {
      const value = resource[name];
      if (value === undefined) continue;
      const extension = extensions.get(name);
      if (extension !== undefined) {
        const object = isObjectValue(value) ? shownMembers(value, extension) : undefined;
        if (object !== undefined) shown[name] = object;
      } else if (name === "schemas" && isListValue(value)) {
        // At its place, until it is known which extensions are shown.
        shown[name] = value;
        urns = value;
      } else {
        const part = partOf(value, core.get(name));
        if (part !== undefined) shown[name] = part;
      }
    }
    if (urns.some((urn) => isHidden(urn, shown))) {
      shown["schemas"] = urns.filter((urn) => !isHidden(urn, shown));
    }
    return shown;
  };

  /** An extension of which nothing is shown is not one of the answer's schemas. */
  function isHidden(urn: JsonValue, shown: ScimResource): boolean {
    return typeof urn === "string" && extensions.has(urn) && !Object.hasOwn(shown, urn);
  }
}

/** How much of an attribute the projector shows; `some`: not all of its sub-attributes. */
export function shownAmounts(
  projection: Projection,
  schemas: ResourceSchemas,
): (place: {
  readonly urn: string | undefined;
  readonly attribute: string;
  readonly sub: string | undefined;
}) => "all" | "some" | "none" {
  const { core, extensions } = resourcePlans(projection, schemas);
  return ({ urn, attribute, sub }) => {
    const plan = urn === undefined ? core.get(attribute) : extensions.get(urn)?.get(attribute);
    if (plan === undefined) return "none";
    if (plan === "all") return "all";
    if (sub === undefined) return "some";
    return plan.has(sub) ? "all" : "none";
  };
}

/** Whether the answer needs the attribute at all: members and groups cost calls. */
export function wantsAttribute({ attributes, excludedAttributes }: Projection, name: string): boolean {
  const wanted = name.toLowerCase();
  if (attributes !== undefined && attributes.length > 0)
    return attributes.some((path) => isSchema(path) || nameOf(path).split(".")[0] === wanted);
  return !(excludedAttributes ?? []).some((path) => isSchema(path) || nameOf(path) === wanted);
}

const CORE_SCHEMA = /^urn:ietf:params:scim:schemas:core:2\.0:(?:user|group)$/i;

function isSchema(path: string): boolean {
  return CORE_SCHEMA.test(path.trim());
}

/** Without the URN before it, in small letters. */
function nameOf(path: string): string {
  const plain = plainPath(path).toLowerCase();
  return plain.slice(plain.lastIndexOf(":") + 1);
}

/** A filter in a path, as in `emails[type eq "work"]`, does not choose among the items of an answer. */
function plainPath(path: string): string {
  const open = path.indexOf("[");
  if (open === -1) return path.trim();
  return path.slice(0, open).trim() + path.slice(Math.max(open, path.lastIndexOf("]")) + 1).trim();
}

function checked({ attributes, excludedAttributes }: Projection): Projection {
  // An empty list is as if it were not given.
  const only = attributes?.length === 0 ? undefined : attributes;
  const excluded = excludedAttributes?.length === 0 ? undefined : excludedAttributes;
  if (only !== undefined && excluded !== undefined)
    throw badRequest("invalidValue", "a request has either `attributes` or `excludedAttributes`");
  return { attributes: only, excludedAttributes: excluded };
}

interface Choice {
  /** Only what is named is shown; else all but that. */
  readonly only: boolean;
  /** Paths in canonical names: `emails`, `name.givenName`, a URN, or a URN with its attribute. */
  readonly whole: ReadonlySet<string>;
  /** Attributes of which a sub-attribute is named. */
  readonly partly: ReadonlySet<string>;
}

function namedBy(paths: readonly string[], schemas: ResourceSchemas): Pick<Choice, "whole" | "partly"> {
  const whole = new Set<string>();
  const partly = new Set<string>();
  for (const path of paths) {
    const found = resolveAttribute(plainPath(path), schemas);
    if (found.kind === "schema") {
      const names = found.urn === undefined ? schemas.core.attributes.map(({ name }) => name) : [found.urn];
      for (const name of names) whole.add(name);
    } else if (found.kind === "attribute") {
      const attribute = pathOf(found.urn, found.definition.name);
      if (found.sub === undefined) whole.add(attribute);
      else {
        partly.add(attribute);
        whole.add(`${attribute}.${found.sub.name}`);
      }
    }
  }
  return { whole, partly };
}

function pathOf(urn: string | undefined, name: string): string {
  return urn === undefined ? name : `${urn}:${name}`;
}

/** "all", or the names of the sub-attributes that are shown. */
type ShownPart = "all" | ReadonlySet<string>;
type ShownParts = ReadonlyMap<string, ShownPart>;

function resourcePlans(
  projection: Projection,
  schemas: ResourceSchemas,
): { readonly core: ShownParts; readonly extensions: ReadonlyMap<string, ShownParts> } {
  const { attributes, excludedAttributes } = checked(projection);
  const choice: Choice = {
    only: attributes !== undefined,
    ...namedBy(attributes ?? excludedAttributes ?? [], schemas),
  };
  return {
    core: plansOf([...COMMON_ATTRIBUTES, ...schemas.core.attributes], undefined, choice),
    extensions: new Map(schemas.extensions.map(({ id, attributes: all }) => [id, plansOf(all, id, choice)])),
  };
}

function plansOf(
  definitions: readonly AttributeDefinition[],
  urn: string | undefined,
  choice: Choice,
): ShownParts {
  return new Map(
    definitions.flatMap((definition): [string, ShownPart][] => {
      const plan = planOf(definition, urn, choice);
      return plan === undefined ? [] : [[definition.name, plan]];
    }),
  );
}

function planOf(
  definition: AttributeDefinition,
  urn: string | undefined,
  { only, whole, partly }: Choice,
): ShownPart | undefined {
  const { returned, subAttributes = [] } = definition;
  const path = pathOf(urn, definition.name);
  const isNamed = whole.has(path) || (urn !== undefined && whole.has(urn));
  if (returned === "never") return undefined;
  if (returned !== "always") {
    const isShown = only ? isNamed || partly.has(path) : !isNamed && returned !== "request";
    if (!isShown) return undefined;
  }
  const subs = subAttributes.filter((sub) => {
    if (sub.returned === "never") return false;
    if (sub.returned === "always") return true;
    const isSubNamed = whole.has(`${path}.${sub.name}`);
    if (only) return isSubNamed || (sub.returned === "default" && (isNamed || !partly.has(path)));
    return sub.returned === "default" && !isSubNamed;
  });
  return subs.length === subAttributes.length ? "all" : new Set(subs.map(({ name }) => name));
}

function shownMembers(object: JsonObject, plans: ShownParts): JsonObject | undefined {
  const shown: Record<string, JsonValue> = {};
  let isEmpty = true;
  for (const name of Object.keys(object)) {
    const part = partOf(object[name], plans.get(name));
    if (part === undefined) continue;
    shown[name] = part;
    isEmpty = false;
  }
  return isEmpty ? undefined : shown;
}

/** Undefined: nothing of it is shown. */
function partOf(value: JsonValue | undefined, plan: ShownPart | undefined): JsonValue | undefined {
  if (plan === undefined || value === undefined) return undefined;
  if (plan === "all") return value;
  if (isListValue(value)) {
    const items = value.flatMap((item) => partOf(item, plan) ?? []);
    return items.length === 0 ? undefined : items;
  }
  if (!isObjectValue(value)) return value;
  const members = Object.entries(value).filter(([name]) => plan.has(name));
  return members.length === 0 ? undefined : Object.fromEntries(members);
}
