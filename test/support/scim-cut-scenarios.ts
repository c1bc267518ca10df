import type { ScimSettings } from "../../pkg/core/scim-settings.ts";
import { GROUP_URN, type JsonObject, type JsonValue, PATCH_URN, USER_URN } from "../../pkg/scim/resource.ts";
import type { Pool, PoolDefinition } from "../cognito/pool.ts";

// Requests of SCIM clients that take several calls, and what must hold when one of them is cut off somewhere.

export interface ScimCutRequest {
  readonly method: "POST" | "PUT" | "PATCH" | "DELETE" | "GET";
  readonly path: string;
  readonly json?: JsonObject;
}

export interface ScimCutReply {
  readonly status: number;
  readonly body: JsonValue | undefined;
}

export type ScimAsk = (request: ScimCutRequest) => Promise<ScimCutReply>;

/** The names of one run: each has the tag in it. */
export interface CutNames {
  readonly tag: string;
  /** What a person signs in with, as userName has it. */
  readonly login: (name: string) => string;
  /** The name of a group is its id. */
  readonly namesAreIds?: true;
}

/** A kind of pool, and of service over it. */
export interface CutKind {
  readonly pool: Partial<PoolDefinition>;
  readonly settings?: Partial<ScimSettings>;
  readonly names: (tag: string) => CutNames;
}

const byUsername = (tag: string): CutNames => ({ tag, login: (name) => `${name}${tag}` });
const starling = (tag: string): CutNames => ({ ...byUsername(tag), namesAreIds: true });
const byEmail = (tag: string): CutNames => ({ tag, login: (name) => `${name}${tag}@example.com` });

export const CUT_KINDS = {
  "a pool of usernames": { pool: {}, names: byUsername },
  "a pool of e-mail addresses": { pool: { usernameAttributes: ["email"] }, names: byEmail },
  "a pool with e-mail aliases": { pool: { aliasAttributes: ["email"] }, names: byUsername },
  "a pool whose reads lag behind": {
    pool: {
      consistency: {
        createdUnreadable: { calls: 1 },
        createdUnlisted: { calls: 2 },
        deletedListed: { calls: 2 },
      },
    },
    names: byUsername,
  },
  "the profile of Starling": { pool: {}, settings: { profile: "starling" }, names: starling },
} as const satisfies Readonly<Record<string, CutKind>>;

export interface ScimCutScenario {
  readonly settings?: Partial<ScimSettings>;
  /** Makes what the request is about, under these names. */
  readonly prepare: (ask: ScimAsk, names: CutNames) => Promise<ScimCutRequest>;
  /** The answer when nothing is cut off, and what a retry may answer besides. */
  readonly status: number;
  readonly again?: number;
  /** The request is several changes: what is done of them shows in the audit log, one line each. */
  readonly several?: true;
}

export const CUT_SETTINGS = { password: "permanent", groupFromUser: true } as const;

const PASSWORD = "Corr3ct-horse!";
const NEW_PASSWORD = "An0ther-horse!";
const PASSWORDS = [PASSWORD, NEW_PASSWORD];

const patch = (path: string, ...operations: readonly JsonObject[]): ScimCutRequest => ({
  method: "PATCH",
  path,
  json: { schemas: [PATCH_URN], Operations: operations },
});

function userOf({ tag, login }: CutNames, over: JsonObject = {}): JsonObject {
  return {
    schemas: [USER_URN],
    userName: login("ann"),
    externalId: `ext${tag}`,
    name: { givenName: "Ann", familyName: "Lee" },
    nickName: "Annie",
    emails: [{ value: `ann${tag}@example.com`, type: "work", primary: true }],
    phoneNumbers: [{ value: "+1 (555) 000-1234", type: "mobile" }],
    active: true,
    ...over,
  };
}

/** The id of what the request made. */
async function made(ask: ScimAsk, path: string, json: JsonObject): Promise<string> {
  const { status, body } = await ask({ method: "POST", path, json });
  const id = isObject(body) ? body["id"] : undefined;
  if (status !== 201 || typeof id !== "string") throw new Error(`${path} answered ${status}`);
  return id;
}

const group = (ask: ScimAsk, name: string, members: readonly string[] = []): Promise<string> =>
  made(ask, "/Groups", { schemas: [GROUP_URN], displayName: name, members: valuesOf(members) });

const plain = (ask: ScimAsk, name: string): Promise<string> =>
  made(ask, "/Users", { schemas: [USER_URN], userName: name, active: true });

const valuesOf = (ids: readonly string[]): readonly JsonObject[] => ids.map((value) => ({ value }));

async function staff(ask: ScimAsk, { login }: CutNames): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const name of ["u1", "u2", "u3", "u4"]) ids.push(await plain(ask, login(name)));
  return ids;
}

export const SCIM_CUTS: Readonly<Record<string, ScimCutScenario>> = {
  "POST of a user with attributes, password and groups": {
    status: 201,
    async prepare(ask, names) {
      const { tag } = names;
      const groups = valuesOf([await group(ask, `red${tag}`), await group(ask, `blue${tag}`)]);
      return { method: "POST", path: "/Users", json: userOf(names, { password: PASSWORD, groups }) };
    },
  },
  "POST of a disabled user with password and group": {
    status: 201,
    async prepare(ask, names) {
      const { tag } = names;
      const groups = valuesOf([await group(ask, `red${tag}`)]);
      const json = userOf(names, { password: PASSWORD, groups, active: false });
      return { method: "POST", path: "/Users", json };
    },
  },
  "PUT of a user that disables, renames and sets a password": {
    status: 200,
    async prepare(ask, names) {
      const { tag } = names;
      const id = await made(ask, "/Users", userOf(names, { password: PASSWORD }));
      const { nickName: _, ...others } = userOf(names);
      const json = {
        ...others,
        name: { givenName: "Anna", familyName: "Lee" },
        externalId: `other${tag}`,
        password: NEW_PASSWORD,
        active: false,
      };
      return { method: "PUT", path: `/Users/${id}`, json };
    },
  },
  "PATCH of a user that enables and moves to another group": {
    status: 200,
    async prepare(ask, names) {
      const { tag } = names;
      const red = await group(ask, `red${tag}`);
      const blue = await group(ask, `blue${tag}`);
      const json = userOf(names, { active: false, groups: valuesOf([red]) });
      const id = await made(ask, "/Users", json);
      return patch(
        `/Users/${id}`,
        { op: "replace", path: "name.givenName", value: "Anna" },
        { op: "remove", path: "nickName" },
        { op: "replace", path: "password", value: NEW_PASSWORD },
        { op: "replace", path: "groups", value: valuesOf([blue]) },
        { op: "replace", path: "active", value: true },
      );
    },
  },
  "DELETE of a user": {
    status: 204,
    again: 404,
    async prepare(ask, names) {
      const { tag } = names;
      const id = await made(ask, "/Users", userOf(names));
      await group(ask, `red${tag}`, [id]);
      return { method: "DELETE", path: `/Users/${id}` };
    },
  },
  "DELETE of a user that only disables": {
    settings: { deprovision: "disable" },
    status: 204,
    again: 404,
    prepare: async (ask, names) => ({
      method: "DELETE",
      path: `/Users/${await made(ask, "/Users", userOf(names))}`,
    }),
  },
  "POST of a user that was disabled by a DELETE": {
    settings: { deprovision: "disable" },
    status: 201,
    async prepare(ask, names) {
      const id = await made(ask, "/Users", userOf(names));
      await ask({ method: "DELETE", path: `/Users/${id}` });
      const name = { givenName: "Anna", familyName: "Lee" };
      return { method: "POST", path: "/Users", json: userOf(names, { name, password: NEW_PASSWORD }) };
    },
  },
  "POST of a group with members": {
    status: 201,
    several: true,
    async prepare(ask, names) {
      const { tag } = names;
      const members = valuesOf((await staff(ask, names)).slice(0, 3));
      const json = {
        schemas: [GROUP_URN],
        displayName: `Sales-Team${tag}`,
        externalId: `ext${tag}`,
        members,
      };
      return { method: "POST", path: "/Groups", json };
    },
  },
  "PATCH of a group that adds, removes and renames": {
    status: 204,
    several: true,
    async prepare(ask, names) {
      const { tag } = names;
      const [one = "", two = "", three = "", four = ""] = await staff(ask, names);
      const id = await group(ask, `team${tag}`, [one, two]);
      return patch(
        `/Groups/${id}`,
        { op: "add", path: "members", value: valuesOf([three, four]) },
        { op: "remove", path: `members[value eq "${one}"]` },
        {
          op: "replace",
          path: "displayName",
          value: `${names.namesAreIds === true ? "team" : "Squad"}${tag}`,
        },
      );
    },
  },
  "PUT of a group that replaces its members": {
    status: 200,
    several: true,
    async prepare(ask, names) {
      const { tag } = names;
      const [one = "", two = "", three = "", four = ""] = await staff(ask, names);
      const id = await group(ask, `team${tag}`, [one, two]);
      const json = { schemas: [GROUP_URN], displayName: `team${tag}`, members: valuesOf([two, three, four]) };
      return { method: "PUT", path: `/Groups/${id}`, json };
    },
  },
  "DELETE of a group": {
    status: 204,
    again: 404,
    async prepare(ask, names) {
      const { tag } = names;
      const [one = "", two = ""] = await staff(ask, names);
      return { method: "DELETE", path: `/Groups/${await group(ask, `team${tag}`, [one, two])}` };
    },
  },
};

/** What the pool has of one scenario, without what differs between two runs of it. */
export function cutState(pool: Pool, { tag }: CutNames): string {
  const users = pool
    .allUsers()
    .filter(({ username, attributes }) => `${username} ${attributes.get("email")}`.includes(tag))
    .map((user) => ({
      username: user.username === user.sub ? "made by Cognito" : user.username,
      attributes: Object.fromEntries(
        [...user.attributes].filter(([name]) => name !== "sub").toSorted(([a], [b]) => (a < b ? -1 : 1)),
      ),
      enabled: user.enabled,
      status: user.status,
      password: PASSWORDS.find((one) => one === user.passwords[0]) ?? "made by Cognito",
      groups: pool
        .groupsOf(user.username, 0, 100)
        .items.map(({ name }) => name)
        .toSorted(),
    }))
    .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  const groups = pool
    .groups(0, 10_000)
    .items.map(({ name, description }) => ({ name, description }))
    .filter(({ name }) => name.includes(tag));
  return JSON.stringify({ users, groups }).replaceAll(tag, "");
}

/** What SCIM shows of it. */
export async function cutShown(ask: ScimAsk, { tag, login }: CutNames): Promise<string> {
  const shown: JsonValue[] = [];
  const groups = ["red", "blue", "team", "Squad", "Sales-Team"].map((name) => `${name}${tag}`);
  for (const [path, attribute, names] of [
    ["/Users", "userName", [login("ann")]],
    ["/Groups", "displayName", groups],
  ] as const) {
    for (const name of names) {
      const filter = encodeURIComponent(`${attribute} eq "${name}"`);
      const { body } = await ask({ method: "GET", path: `${path}?filter=${filter}` });
      const found = isObject(body) ? (body["Resources"] ?? []) : [];
      shown.push(withoutIds(found));
    }
  }
  return JSON.stringify(shown).replaceAll(tag, "");
}

const CHANGING: ReadonlySet<string> = new Set(["id", "value", "$ref", "meta"]);

function withoutIds(value: JsonValue): JsonValue {
  if (Array.isArray(value)) {
    const items: readonly JsonValue[] = value;
    return items.map(withoutIds).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(
    ([name, one]) => !CHANGING.has(name) || (name === "value" && typeof one === "string" && !isId(one)),
  );
  return Object.fromEntries(kept.map(([name, one]) => [name, withoutIds(one)]));
}

const isId = (text: string): boolean => /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(text) || !/[@+]/.test(text);

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
