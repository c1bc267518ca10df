// What a row of the table of clients' requests acts on, and how the pool is after it.
import type { JsonObject, JsonValue } from "../../../pkg/scim/resource.ts";
import type { UserDefinition } from "../../cognito/definitions.ts";
import { uuidAt } from "../../cognito/hash.ts";
import { createPool, type Pool } from "../../cognito/pool.ts";
import { atStart } from "../../cognito/pool-reader.ts";
import type { ScimReply, ScimService } from "../scim-service.ts";

export const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
export const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
export const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
export const PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
export const AD_GROUP = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group";

const NAMES = ["ada", "kim", "lee"] as const;
type Name = (typeof NAMES)[number];

export interface ShapePerson {
  readonly id: string;
  readonly username: string;
}

/** People and a group that only one row touches. Ada is in the group, Kim and Lee are not. */
export interface ShapeWorld extends Readonly<Record<Name, ShapePerson>> {
  readonly group: { readonly id: string; readonly displayName: string };
  /** A username that nobody has, and the displayName and name of a group that does not exist. */
  readonly fresh: string;
  readonly team: string;
  readonly teamName: string;
  ask(method: string, path: string, json?: JsonValue): Promise<ScimReply>;
  /** Without credentials. */
  askAnonymously(path: string): Promise<ScimReply>;
  /** The user with one of the three names. */
  user(name: Name): string;
  groupPath(): string;
  /** `GET` with a filter. */
  find(kind: "Users" | "Groups", filter: string, more?: string): Promise<ScimReply>;
  patch(path: string, ...operations: JsonObject[]): Promise<ScimReply>;
}

export interface Shape {
  readonly shape: string;
  /** Sends it; the last answer is compared. */
  readonly send: (world: ShapeWorld) => Promise<ScimReply>;
  readonly status: number;
  readonly body?: (world: ShapeWorld) => object;
  /** Names of members that the answer has nowhere. */
  readonly lacks?: readonly string[];
  /** What the pool has after it that it did not have before: null is gone. */
  readonly pool?: (world: ShapeWorld) => Readonly<Record<string, unknown>>;
  /** The answer to the same again, which writes nothing. False: the row is more than one request. */
  readonly again?: number | false;
}

const usernameOf = (name: string, row: number): string => `${name}-${row}`;
const groupNameOf = (row: number): string => `Ops-${row}`;
const personId = (row: number, index: number): string => uuidAt(31, row * 10 + index);

/** A pool in which each row has its people. */
export function shapePool(rows: number): Pool {
  const indexes = Array.from({ length: rows }, (_, row) => row);
  return createPool({
    id: "us-east-1_Ab129faBb",
    schema: [{ name: "custom:department" }, { name: "custom:manager" }, { name: "custom:employee_number" }],
    groups: indexes.map(groupNameOf),
    users: indexes.flatMap((row) =>
      NAMES.map((name, index): UserDefinition => {
        const username = usernameOf(name, row);
        return {
          username,
          sub: personId(row, index),
          status: "CONFIRMED",
          groups: name === "ada" ? [groupNameOf(row)] : [],
          attributes: {
            name: "Ada Roe",
            given_name: "Ada",
            family_name: "Roe",
            email: `${username}@corp.test`,
            email_verified: "true",
            "custom:department": "Ops",
            phone_number: null,
            locale: null,
            zoneinfo: null,
          },
        };
      }),
    ),
  });
}

export function shapeWorld(service: Pick<ScimService, "ask">, row: number): ShapeWorld {
  const personOf = (name: Name): ShapePerson => ({
    id: personId(row, NAMES.indexOf(name)),
    username: usernameOf(name, row),
  });
  const people = { ada: personOf("ada"), kim: personOf("kim"), lee: personOf("lee") };
  const displayName = groupNameOf(row);
  const group = { id: Buffer.from(displayName).toString("base64url"), displayName };
  async function ask(method: string, path: string, json?: JsonValue): Promise<ScimReply> {
    return await service.ask(path, { method, ...(json === undefined ? {} : { json }) });
  }
  return {
    ...people,
    group,
    fresh: usernameOf("new", row),
    team: `New Team ${row}`,
    teamName: `New-Team-${row}`,
    ask,
    askAnonymously: (path) => service.ask(path, { headers: { authorization: "" } }),
    user: (name) => `/Users/${people[name].id}`,
    groupPath: () => `/Groups/${group.id}`,
    find: (kind, filter, more = "") => ask("GET", `/${kind}?filter=${encodeURIComponent(filter)}${more}`),
    patch: (path, ...operations) => ask("PATCH", path, { schemas: [PATCH_OP], Operations: operations }),
  };
}

/** Everything of the row in the pool, such as `ada.enabled` and `group.members`. */
export function shapeState(pool: Pool, world: ShapeWorld): ReadonlyMap<string, unknown> {
  const state = new Map<string, unknown>();
  const known = new Map(NAMES.map((name) => [world[name].username, name as string]));
  known.set(world.fresh, "fresh");
  for (const [username, name] of known) {
    const user = pool.stored(username);
    if (user === undefined) continue;
    state.set(`${name}.enabled`, user.enabled);
    // Cognito makes one up for a user without a password.
    if (user.status === "CONFIRMED") state.set(`${name}.password`, user.passwords[0]);
    for (const [attribute, value] of user.attributes)
      if (attribute !== "sub") state.set(`${name}.${attribute}`, value);
  }
  for (const [key, name] of [
    ["group", world.group.displayName],
    ["team", world.teamName],
  ] as const) {
    if (pool.findGroup(name) === undefined) continue;
    const members = pool
      .members(name, atStart, 100)
      .items.map(({ username }) => known.get(username) ?? username);
    state.set(`${key}.members`, members.toSorted().join(" "));
  }
  return state;
}

export function shapeDifference(
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
): Readonly<Record<string, unknown>> {
  const keys = new Set([...before.keys(), ...after.keys()]);
  const changed = [...keys].filter((key) => before.get(key) !== after.get(key));
  return Object.fromEntries(changed.map((key) => [key, after.get(key) ?? null]));
}

/** The `id` of the resource in an answer. */
export function idIn(reply: ScimReply): string {
  const { body } = reply;
  const id: unknown = typeof body === "object" && body !== null && "id" in body ? body.id : undefined;
  if (typeof id !== "string") throw new Error(`no id in ${reply.status} ${reply.text}`);
  return id;
}

/** The resource in an answer, to be sent back with a change. */
export function resourceIn({ body, status, text }: ScimReply): JsonObject {
  if (!isJsonRecord(body)) throw new Error(`no resource in ${status} ${text}`);
  return body;
}

/** The first resource of a list. */
export function firstIn(reply: ScimReply): JsonObject {
  const found = resourceIn(reply)["Resources"];
  const first: unknown = Array.isArray(found) ? found[0] : undefined;
  if (!isJsonRecord(first)) throw new Error(`no resource in ${reply.text}`);
  return first;
}

/** What JSON.parse makes is JSON all through. */
function isJsonRecord(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
