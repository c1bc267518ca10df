import { isWritable } from "../../core/attributes/resolve.ts";
import { schemaOf } from "../../core/attributes/standard.ts";
import type { Pool, SchemaAttribute } from "../../core/pool.ts";
import { COGNITO_USER_URN, ENTERPRISE_URN } from "../resource.ts";
import type { Binding, BindingForm } from "./binding.ts";

/** What the attributes of a pool are bound to. */
export interface BindingChoices {
  readonly pool: Pick<Pool, "schema" | "aliasAttributes">;
  readonly profile: "strict" | "starling";
  /** Names as in the schema of the pool. */
  readonly externalIdAttribute: string | undefined;
  readonly displayNameAttribute: string | undefined;
}

interface Row {
  readonly attribute: string;
  readonly sub?: string;
  readonly form?: BindingForm;
  readonly source: string;
  readonly description: string;
}

/** Attributes that every pool has. */
const CORE: readonly Row[] = [
  { attribute: "name", sub: "formatted", source: "name", description: "The full name, for display." },
  { attribute: "name", sub: "familyName", source: "family_name", description: "The family name." },
  { attribute: "name", sub: "givenName", source: "given_name", description: "The given name." },
  { attribute: "name", sub: "middleName", source: "middle_name", description: "The middle name." },
  { attribute: "nickName", source: "nickname", description: "The casual name." },
  {
    attribute: "profileUrl",
    form: "reference",
    source: "profile",
    description: "The URL of the profile page.",
  },
  { attribute: "locale", source: "locale", description: "The locale, such as en-US." },
  { attribute: "timezone", source: "zoneinfo", description: "The time zone, such as Europe/Berlin." },
  {
    attribute: "emails",
    form: "emails",
    source: "email",
    description: "E-mail addresses. The pool holds one: the primary, else the one for work, else the first.",
  },
  {
    attribute: "phoneNumbers",
    form: "phoneNumbers",
    source: "phone_number",
    description:
      "Phone numbers. The pool holds one in E.164: the primary, else the mobile one, else the one for work, else the first.",
  },
  {
    attribute: "addresses",
    form: "addresses",
    source: "address",
    description: "Postal addresses. The pool holds one: the primary, else the one for work, else the first.",
  },
  {
    attribute: "photos",
    form: "photos",
    source: "picture",
    description: "URLs of pictures. The pool holds one.",
  },
];

/** Attributes that a pool has as custom attributes, in whatever spelling. */
const BY_CUSTOM_NAME: readonly (Omit<Row, "source"> & { readonly urn?: string })[] = [
  { attribute: "title", description: "The title in the organization." },
  { attribute: "userType", description: "How the person is related to the organization." },
  { attribute: "preferredLanguage", description: "The preferred language." },
  { urn: ENTERPRISE_URN, attribute: "employeeNumber", description: "The number of the employee." },
  { urn: ENTERPRISE_URN, attribute: "costCenter", description: "The cost center." },
  { urn: ENTERPRISE_URN, attribute: "organization", description: "The organization." },
  { urn: ENTERPRISE_URN, attribute: "division", description: "The division." },
  { urn: ENTERPRISE_URN, attribute: "department", description: "The department." },
  { urn: ENTERPRISE_URN, attribute: "manager", form: "manager", description: "The manager." },
];

const STANDARD_EXTRAS: readonly Row[] = [
  { attribute: "gender", source: "gender", description: "The gender." },
  { attribute: "website", form: "reference", source: "website", description: "The URL of a website." },
  { attribute: "preferred_username", source: "preferred_username", description: "The preferred username." },
  { attribute: "birthdate", source: "birthdate", description: "The birthday, as YYYY-MM-DD." },
];

/** Names in the extension that are not attributes of the pool that a client may write. */
const TAKEN = [
  "email_verified",
  "phone_number_verified",
  "userstatus",
  "ispasswordpermanent",
  "desireddeliverymediums",
];

/** Every writable attribute of the pool, each with its place in SCIM. */
export function bindingsOf({
  pool,
  profile,
  externalIdAttribute,
  displayNameAttribute,
}: BindingChoices): readonly Binding[] {
  const schema = schemaOf(pool);
  const used = new Set<string>();
  const bindings: Binding[] = [];
  const bind = (row: Row & { readonly urn?: string }): void => {
    const source = schema.get(row.source);
    if (source === undefined || used.has(source.name) || !isWritable(source)) return;
    used.add(source.name);
    const { urn, attribute, sub, form = formOf(source), description } = row;
    bindings.push({ urn, attribute, sub, form, source, description });
  };
  if (externalIdAttribute !== undefined) {
    bind({
      attribute: "externalId",
      source: externalIdAttribute,
      description: "The id that the client gives.",
    });
  }
  if (displayNameAttribute !== undefined && profile === "strict") {
    bind({ attribute: "displayName", source: displayNameAttribute, description: "The name for display." });
  }
  for (const row of CORE) {
    // In the profile of Starling the formatted name is the username.
    if (profile === "strict" || row.sub !== "formatted") bind(row);
  }
  const custom = [...schema.values()].filter(({ name }) => name.startsWith("custom:"));
  for (const row of BY_CUSTOM_NAME) {
    const found = custom.find(
      (one) => isText(one) && !used.has(one.name) && plainName(one.name) === plainName(row.attribute),
    );
    if (found !== undefined) bind({ ...row, form: row.form ?? "text", source: found.name });
  }
  for (const row of STANDARD_EXTRAS) {
    if (row.source === "preferred_username" && pool.aliasAttributes.includes(row.source)) continue;
    // Only such a pool needs it: its format is one that no client knows by the type.
    if (row.source === "birthdate" && schema.get(row.source)?.required !== true) continue;
    bind({ ...row, urn: COGNITO_USER_URN });
  }
  const names = new Set([...TAKEN, ...STANDARD_EXTRAS.map(({ attribute }) => attribute)]);
  for (const { name } of custom) {
    if (used.has(name)) continue;
    bind({
      urn: COGNITO_USER_URN,
      attribute: freeName(name.slice("custom:".length), names),
      source: name,
      description: `The attribute ${name} of the pool.`,
    });
  }
  return bindings;
}

/** `custom:cost_center` and `costCenter` are the same name. */
function plainName(name: string): string {
  return name
    .replace(/^custom:/u, "")
    .toLowerCase()
    .replaceAll(/[-_.]/gu, "");
}

/** A name that SCIM allows, and that no other attribute has in another letter case. */
function freeName(name: string, taken: Set<string>): string {
  const legal = name.replaceAll(/[^\w$-]/gu, "_");
  const base = /^[a-z]/iu.test(legal) ? legal : `custom_${legal}`;
  let free = base;
  for (let i = 2; taken.has(free.toLowerCase()); i++) free = `${base}_${i}`;
  taken.add(free.toLowerCase());
  return free;
}

function isText({ type }: SchemaAttribute): boolean {
  return type === "String" || type === "Number";
}

function formOf({ type }: SchemaAttribute): BindingForm {
  switch (type) {
    case "Boolean":
      return "boolean";
    case "Number":
      return "integer";
    case "DateTime":
      return "dateTime";
    case "String":
      return "text";
  }
}
