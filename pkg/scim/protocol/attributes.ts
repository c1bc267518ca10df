import { ENTERPRISE_URN, GROUP_URN, type ResourceKind, USER_URN } from "../resource.ts";
import type { AttributeDefinition, ResourceSchemas } from "../schema/attribute.ts";
import { RFC_ATTRIBUTES, RFC_ENTERPRISE } from "./rfc-attributes.ts";

const READ_ONLY = {
  type: "string",
  multiValued: false,
  required: false,
  caseExact: true,
  mutability: "readOnly",
  returned: "default",
  uniqueness: "none",
} as const;

/** What every resource has beside its schema (RFC 7643 §3.1). */
export const COMMON_ATTRIBUTES: readonly AttributeDefinition[] = [
  {
    ...READ_ONLY,
    name: "schemas",
    type: "reference",
    multiValued: true,
    caseExact: false,
    returned: "always",
    description: "",
  },
  { ...READ_ONLY, name: "id", returned: "always", uniqueness: "server", description: "" },
  {
    ...READ_ONLY,
    name: "externalId",
    mutability: "readWrite",
    description: "The identifier that the client gives the resource.",
  },
  {
    ...READ_ONLY,
    name: "meta",
    type: "complex",
    description: "",
    subAttributes: [
      { ...READ_ONLY, name: "resourceType", description: "" },
      { ...READ_ONLY, name: "created", type: "dateTime", description: "" },
      { ...READ_ONLY, name: "lastModified", type: "dateTime", description: "" },
      { ...READ_ONLY, name: "location", type: "reference", description: "" },
      { ...READ_ONLY, name: "version", description: "" },
    ],
  },
];

/** One attribute of the schemas, by canonical names. */
export interface ScimAttribute {
  /** The extension; undefined for the core schema. */
  readonly urn: string | undefined;
  readonly definition: AttributeDefinition;
  readonly sub: AttributeDefinition | undefined;
}

export type Resolution =
  | ({ readonly kind: "attribute" } & ScimAttribute)
  /** The URN of a schema alone; undefined for the core schema. */
  | { readonly kind: "schema"; readonly urn: string | undefined }
  /** RFC 7643 defines the attribute, and this pool does not have it. */
  | { readonly kind: "unserved" }
  | { readonly kind: "unknown-schema" }
  | { readonly kind: "unknown" };

interface SchemaNames {
  readonly urn: string | undefined;
  readonly attributes: ReadonlyMap<string, AttributeDefinition>;
}

interface Names {
  readonly kind: ResourceKind;
  readonly core: SchemaNames;
  /** By URN in small letters, the wrong ones that clients send among them; the longest first. */
  readonly byUrn: readonly (readonly [string, SchemaNames])[];
  readonly extensions: readonly SchemaNames[];
}

/** What OneLogin sends in place of the URNs of RFC 7643, and those of SCIM 1.1. */
const WRONG_URNS: Readonly<Record<string, readonly string[]>> = {
  [USER_URN]: ["urn:scim:schemas:core:2.0:user", "urn:scim:schemas:core:2.0", "urn:scim:schemas:core:1.0"],
  [GROUP_URN]: ["urn:scim:schemas:core:2.0:group", "urn:scim:schemas:core:2.0", "urn:scim:schemas:core:1.0"],
  [ENTERPRISE_URN]: [
    "urn:scim:schemas:extension:enterprise:2.0:user",
    "urn:scim:schemas:extension:enterprise:2.0",
    "urn:scim:schemas:extension:enterprise:1.0",
  ],
};

const namesOf = new WeakMap<ResourceSchemas, Names>();

function readNames(schemas: ResourceSchemas): Names {
  const known = namesOf.get(schemas);
  if (known !== undefined) return known;
  const core: SchemaNames = {
    urn: undefined,
    attributes: byName([...COMMON_ATTRIBUTES, ...schemas.core.attributes]),
  };
  const extensions = schemas.extensions.map(({ id, attributes }) => ({
    urn: id,
    attributes: byName(attributes),
  }));
  const byUrn = [core, ...extensions]
    .flatMap((schema) => {
      const urn = schema.urn ?? schemas.core.id;
      const all = [urn.toLowerCase(), ...(WRONG_URNS[urn] ?? [])];
      return all.map((one) => [one, schema] as const);
    })
    .sort(([a], [b]) => b.length - a.length);
  const names = { kind: schemas.kind, core, byUrn, extensions };
  namesOf.set(schemas, names);
  return names;
}

function byName(attributes: readonly AttributeDefinition[]): ReadonlyMap<string, AttributeDefinition> {
  return new Map(attributes.map((attribute) => [attribute.name.toLowerCase(), attribute]));
}

const URI = /^(?:urn|https?):/i;

/**
 * Finds `[urn:]attribute[.sub]` in any letter case. An attribute of an extension is found without its URN too, as Entra
 * sends `manager`.
 */
export function resolveAttribute(text: string, schemas: ResourceSchemas): Resolution {
  const names = readNames(schemas);
  if (!URI.test(text)) return resolveName(text, [names.core, ...names.extensions], names.kind);
  const lower = text.toLowerCase();
  for (const [urn, schema] of names.byUrn) {
    if (!lower.startsWith(urn)) continue;
    const rest = text.slice(urn.length);
    if (rest === "") return { kind: "schema", urn: schema.urn };
    if (rest.startsWith(":") || rest.startsWith("."))
      return resolveName(rest.slice(1), [schema], names.kind, schema.urn ?? schemas.core.id);
  }
  return names.kind === "User" && isUnder(lower, ENTERPRISE_URN.toLowerCase())
    ? { kind: "unserved" }
    : { kind: "unknown-schema" };
}

/** Finds `attribute[.sub]` in one schema: the name of a member of an extension's object. */
export function resolveInSchema(text: string, urn: string | undefined, schemas: ResourceSchemas): Resolution {
  const { core, extensions, kind } = readNames(schemas);
  const schema = urn === undefined ? core : extensions.find((one) => one.urn === urn);
  return schema === undefined
    ? { kind: "unknown-schema" }
    : resolveName(text, [schema], kind, urn ?? schemas.core.id);
}

function isUnder(text: string, urn: string): boolean {
  return text.startsWith(urn) && (text.length === urn.length || text[urn.length] === ":");
}

function resolveName(
  text: string,
  where: readonly SchemaNames[],
  kind: ResourceKind,
  urn?: string,
): Resolution {
  const lower = text.toLowerCase();
  for (const schema of where) {
    // A custom attribute of a pool may have a dot in its name.
    const whole = schema.attributes.get(lower);
    if (whole !== undefined) return { kind: "attribute", urn: schema.urn, definition: whole, sub: undefined };
    const dot = lower.indexOf(".");
    const definition = dot === -1 ? undefined : schema.attributes.get(lower.slice(0, dot));
    if (definition === undefined) continue;
    const sub = subAttribute(definition, lower.slice(dot + 1));
    if (sub !== undefined) return { kind: "attribute", urn: schema.urn, definition, sub };
  }
  return isOfRfc(lower, kind, urn) ? { kind: "unserved" } : { kind: "unknown" };
}

/** In any letter case. A list of plain values has `value` too, as in `attribute[value eq "x"]`. */
export function subAttribute(definition: AttributeDefinition, name: string): AttributeDefinition | undefined {
  const lower = name.toLowerCase();
  if (definition.type !== "complex")
    return definition.multiValued && lower === "value"
      ? { ...definition, name: "value", multiValued: false }
      : undefined;
  return definition.subAttributes?.find((one) => one.name.toLowerCase() === lower);
}

function isOfRfc(lower: string, kind: ResourceKind, urn: string | undefined): boolean {
  const enterprise = kind === "User" && (urn === undefined || urn === ENTERPRISE_URN);
  const core = urn === undefined || urn === USER_URN || urn === GROUP_URN;
  return (core && RFC_ATTRIBUTES[kind].has(lower)) || (enterprise && RFC_ENTERPRISE.has(lower));
}
