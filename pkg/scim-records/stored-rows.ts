import type { Group } from "../core/group.ts";
import { parseIdentities } from "../core/identities.ts";
import { isRecord } from "../core/unknown.ts";
import type { User } from "../core/user.ts";
import type { KeptResource } from "../scim/records.ts";
import type { JsonObject, JsonValue, ResourceKind } from "../scim/resource.ts";
import { numberIn, optionalTextIn, type SqlRow, textIn } from "../sqlite/rows.ts";
import { unknownRow } from "./errors.ts";

/** What is found in any letter case is kept and asked for in this one. */
export function nameKey(name: string): string {
  return name.toLowerCase();
}

export function kindIn(row: SqlRow): ResourceKind {
  const kind = textIn(row, "kind");
  if (kind === "User" || kind === "Group") return kind;
  throw unknownRow();
}

export function keptOf(row: SqlRow): KeptResource {
  const values: unknown = parsed(textIn(row, "kept"));
  if (!isJsonObject(values)) throw unknownRow();
  return {
    kind: kindIn(row),
    id: textIn(row, "id"),
    externalId: optionalTextIn(row, "external_id"),
    displayName: optionalTextIn(row, "display_name"),
    values,
    hidden: numberIn(row, "hidden") === 1,
  };
}

export function userText({
  sub,
  username,
  enabled,
  status,
  createdAt,
  modifiedAt,
  attributes,
}: User): string {
  return JSON.stringify({
    sub,
    username,
    enabled,
    status,
    createdAt: createdAt.getTime(),
    modifiedAt: modifiedAt.getTime(),
    attributes: [...attributes],
  });
}

export function parseUserText(text: string): User {
  const stored = objectOf(text);
  const attributes = new Map(attributesIn(stored));
  return {
    sub: textOf(stored["sub"]),
    username: textOf(stored["username"]),
    enabled: stored["enabled"] === true,
    status: textOf(stored["status"]),
    createdAt: timeOf(stored["createdAt"]),
    modifiedAt: timeOf(stored["modifiedAt"]),
    attributes,
    identities: parseIdentities(attributes.get("identities")),
  };
}

export function groupText({ name, description, roleArn, precedence, createdAt, modifiedAt }: Group): string {
  return JSON.stringify({
    name,
    description,
    roleArn,
    precedence,
    createdAt: createdAt.getTime(),
    modifiedAt: modifiedAt.getTime(),
  });
}

export function parseGroupText(text: string): Group {
  const stored = objectOf(text);
  const { description, roleArn, precedence } = stored;
  if (precedence !== undefined && typeof precedence !== "number") throw unknownRow();
  return {
    name: textOf(stored["name"]),
    description: description === undefined ? undefined : textOf(description),
    roleArn: roleArn === undefined ? undefined : textOf(roleArn),
    precedence,
    createdAt: timeOf(stored["createdAt"]),
    modifiedAt: timeOf(stored["modifiedAt"]),
  };
}

interface StoredObject {
  readonly [name: string]: unknown;
  readonly description?: unknown;
  readonly roleArn?: unknown;
  readonly precedence?: unknown;
}

function objectOf(text: string): StoredObject {
  const stored = parsed(text);
  if (!isRecord(stored)) throw unknownRow();
  return stored;
}

function attributesIn(stored: StoredObject): readonly (readonly [string, string])[] {
  const entries = stored["attributes"];
  if (!Array.isArray(entries)) throw unknownRow();
  return entries.map((entry: unknown) => {
    if (!Array.isArray(entry)) throw unknownRow();
    return [textOf(entry[0]), textOf(entry[1])];
  });
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  throw unknownRow();
}

function timeOf(value: unknown): Date {
  if (typeof value === "number") return new Date(value);
  throw unknownRow();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unknownRow();
  }
}

function isJsonObject(value: unknown): value is JsonObject {
  return isRecord(value) && Object.values(value).every(isJson);
}

/** What `JSON.parse` makes is JSON all through. */
function isJson(value: unknown): value is JsonValue {
  return value !== undefined;
}
