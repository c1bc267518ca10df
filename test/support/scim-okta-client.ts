// Okta as a client of SCIM: what it sends, in its order, and what it needs in the answers. The shapes are those of an app
// integration (PUT) and of one from the catalogue (PATCH for the state and for groups).
import type { JsonObject } from "../../pkg/scim/resource.ts";
import { oktaGroup, oktaUser } from "./scim-clients.ts";
import type { ScimReply, ScimService } from "./scim-service.ts";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

export interface OktaClient {
  /** "Test connector configuration". */
  readonly test: () => Promise<void>;
  /** Assigns a person: who is found is adopted, else created. Resolves with the id. */
  readonly assign: (userName: string, profile?: JsonObject) => Promise<string>;
  readonly update: (id: string, profile: JsonObject) => Promise<JsonObject>;
  readonly setActive: (id: string, active: boolean) => Promise<void>;
  /** Every person, page by page. */
  readonly importPeople: () => Promise<readonly JsonObject[]>;
  readonly pushGroup: (displayName: string, memberIds: readonly string[]) => Promise<string>;
  readonly changeMembers: (id: string, remove: readonly string[], add: readonly string[]) => Promise<void>;
  /** It fires at each change of the members too, with an unchanged name. */
  readonly renameGroup: (id: string, displayName: string) => Promise<void>;
  readonly deleteGroup: (id: string) => Promise<void>;
  readonly get: (path: string) => Promise<JsonObject>;
}

export function oktaClient({ ask }: Pick<ScimService, "ask">): OktaClient {
  async function get(path: string): Promise<JsonObject> {
    return objectOf(await ask(path), 200);
  }

  async function find(userName: string): Promise<JsonObject | undefined> {
    const filter = encodeURIComponent(`userName eq "${userName}"`);
    const list = await get(`/Users?filter=${filter}&startIndex=1&count=100`);
    const found = resourcesOf(list);
    if (found.length > 1) throw new Error("Okta matches one person or none");
    return found[0];
  }

  async function put(id: string, change: JsonObject): Promise<JsonObject> {
    const read = await get(`/Users/${encodeURIComponent(id)}`);
    const json = { ...read, ...change };
    return objectOf(await ask(`/Users/${encodeURIComponent(id)}`, { method: "PUT", json }), 200);
  }

  async function patchGroup(id: string, operations: readonly JsonObject[]): Promise<void> {
    const json = { schemas: [PATCH], Operations: operations };
    const { status, text } = await ask(`/Groups/${encodeURIComponent(id)}`, { method: "PATCH", json });
    if (status !== 200 && status !== 204) throw new Error(`PATCH of a group: ${status} ${text}`);
  }

  return {
    async test() {
      for (const path of ["/Users?startIndex=1&count=2", "/Groups?startIndex=1&count=100"]) {
        const list = await get(path);
        for (const name of ["totalResults", "startIndex", "itemsPerPage"]) {
          if (typeof list[name] !== "number") throw new Error(`${path}: ${name} is no number`);
        }
        resourcesOf(list);
      }
    },
    async assign(userName, profile = {}) {
      const found = await find(userName);
      if (found !== undefined) {
        await put(idIn(found), profile);
        return idIn(found);
      }
      const made = objectOf(await ask("/Users", { method: "POST", json: oktaUser(userName, profile) }), 201);
      if (made["active"] !== true) throw new Error("a person who is assigned is active");
      return idIn(made);
    },
    update: put,
    async setActive(id, active) {
      const json = { schemas: [PATCH], Operations: [{ op: "replace", value: { active } }] };
      const { status, text } = await ask(`/Users/${encodeURIComponent(id)}`, { method: "PATCH", json });
      if (status !== 200 && status !== 204) throw new Error(`PATCH of active: ${status} ${text}`);
    },
    async importPeople() {
      const people: JsonObject[] = [];
      for (let startIndex = 1; ; startIndex += 100) {
        const list = await get(`/Users?startIndex=${startIndex}&count=100`);
        people.push(...resourcesOf(list));
        if (startIndex + 100 > Number(list["totalResults"])) return people;
      }
    },
    async pushGroup(displayName, memberIds) {
      const json = oktaGroup(displayName, memberIds);
      return idIn(objectOf(await ask("/Groups", { method: "POST", json }), 201));
    },
    async changeMembers(id, remove, add) {
      await patchGroup(id, [
        ...remove.map((value) => ({ op: "remove", path: `members[value eq "${value}"]` })),
        { op: "add", path: "members", value: add.map((value) => ({ value })) },
      ]);
    },
    renameGroup: (id, displayName) => patchGroup(id, [{ op: "replace", value: { id, displayName } }]),
    async deleteGroup(id) {
      const { status, text } = await ask(`/Groups/${encodeURIComponent(id)}`, { method: "DELETE" });
      if (status !== 204 || text !== "") throw new Error(`DELETE of a group: ${status} ${text}`);
    },
    get,
  };
}

/** The resource or list of an answer. */
export function objectOf({ status, body, text }: ScimReply, wanted: number): JsonObject {
  if (status !== wanted) throw new Error(`the answer is ${status} and not ${wanted}: ${text}`);
  if (!isJsonObject(body)) throw new Error(`the answer is no object: ${text}`);
  return body;
}

export function resourcesOf({ Resources: list }: JsonObject): readonly JsonObject[] {
  if (!Array.isArray(list) || !list.every(isJsonObject)) throw new Error("a list has Resources");
  return list;
}

export function idIn({ id }: JsonObject): string {
  if (typeof id !== "string") throw new Error("a resource has an id");
  return id;
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
