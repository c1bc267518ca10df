// Entra ID as a client of SCIM: one cycle matches each person and each group, creates who is missing, and patches only what
// differs from what it reads. A value that is read back in another form than it was written is patched in every cycle.
import type { JsonObject, JsonValue } from "../../pkg/scim/resource.ts";
import { entraGroup, entraUser } from "./scim-clients.ts";
import { idIn, objectOf, resourcesOf } from "./scim-okta-client.ts";
import type { ScimService } from "./scim-service.ts";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/** A person in Entra, by the paths of the attribute mapping. */
export interface EntraPerson {
  readonly userName: string;
  readonly active: boolean;
  readonly displayName: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly mail: string;
  readonly mobile: string;
  readonly department: string;
  readonly manager: string;
  /** The object id, which Entra writes as externalId. */
  readonly objectId: string;
}

export interface EntraGroup {
  readonly displayName: string;
  readonly objectId: string;
  /** By their object ids. */
  readonly members: readonly string[];
}

export interface EntraCycle {
  /** Requests other than GET. */
  readonly writes: readonly string[];
  /** The ids of people and groups, by their object ids. */
  readonly ids: ReadonlyMap<string, string>;
}

export interface EntraClient {
  readonly test: () => Promise<void>;
  readonly cycle: (people: readonly EntraPerson[], groups: readonly EntraGroup[]) => Promise<EntraCycle>;
  readonly purge: (id: string) => Promise<number>;
}

export function entraClient({ ask }: Pick<ScimService, "ask">): EntraClient {
  async function find(kind: "Users" | "Groups", filter: string, more = ""): Promise<readonly JsonObject[]> {
    const reply = await ask(`/${kind}?filter=${encodeURIComponent(filter)}${more}`);
    return resourcesOf(objectOf(reply, 200));
  }

  async function matchUser(person: EntraPerson): Promise<JsonObject | undefined> {
    for (const filter of [`externalId eq "${person.objectId}"`, `userName eq "${person.userName}"`]) {
      const [found] = await find("Users", filter);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async function patch(path: string, operations: readonly JsonObject[]): Promise<void> {
    const json = { schemas: [PATCH], Operations: operations };
    const { status, text } = await ask(path, { method: "PATCH", json });
    if (status !== 200 && status !== 204) throw new Error(`PATCH ${path}: ${status} ${text}`);
  }

  async function provision(person: EntraPerson, writes: string[]): Promise<string> {
    const found = await matchUser(person);
    if (found === undefined) {
      writes.push("POST /Users");
      return idIn(objectOf(await ask("/Users", { method: "POST", json: bodyOf(person) }), 201));
    }
    const id = idIn(found);
    const read = objectOf(await ask(`/Users/${id}`), 200);
    const operations = differencesOf(read, person);
    if (operations.length > 0) {
      writes.push(...operations.map((one) => `PATCH /Users ${one.path}`));
      await patch(`/Users/${id}`, operations);
    }
    return id;
  }

  async function provisionGroup(
    group: EntraGroup,
    ids: ReadonlyMap<string, string>,
    writes: string[],
  ): Promise<string> {
    const quiet = "&excludedAttributes=members";
    const [byId] = await find("Groups", `externalId eq "${group.objectId}"`, quiet);
    const found = byId ?? (await find("Groups", `displayName eq "${group.displayName}"`, quiet))[0];
    let id: string;
    if (found === undefined) {
      writes.push("POST /Groups");
      const json = { ...entraGroup(group.displayName), externalId: group.objectId };
      id = idIn(objectOf(await ask("/Groups", { method: "POST", json }), 201));
    } else {
      id = idIn(found);
      if ("members" in found) throw new Error("members that are excluded are not in the answer");
      if (found["displayName"] !== group.displayName) {
        writes.push("PATCH /Groups displayName");
        await patch(`/Groups/${id}`, [{ op: "Replace", path: "displayName", value: group.displayName }]);
      }
    }
    for (const [objectId, userId] of ids) {
      const wanted = group.members.includes(objectId);
      const reference = `id eq "${id}" and members eq "${userId}"`;
      const isMember = (await find("Groups", reference, "&attributes=id")).length === 1;
      if (wanted === isMember) continue;
      writes.push(`PATCH /Groups ${wanted ? "Add" : "Remove"}`);
      const op = wanted ? "Add" : "Remove";
      await patch(`/Groups/${id}`, [{ op, path: "members", value: [{ $ref: null, value: userId }] }]);
    }
    return id;
  }

  return {
    async test() {
      const found = await find("Users", 'userName eq "b3a9f1de-7a55-4c1c-8e38-6ff8c2d7f1aa"');
      if (found.length > 0) throw new Error("a random name is the name of no user");
    },
    async cycle(people, groups) {
      const writes: string[] = [];
      const ids = new Map<string, string>();
      for (const person of people) ids.set(person.objectId, await provision(person, writes));
      const userIds = new Map(ids);
      for (const group of groups) ids.set(group.objectId, await provisionGroup(group, userIds, writes));
      return { writes, ids };
    },
    async purge(id) {
      return (await ask(`/Users/${id}`, { method: "DELETE" })).status;
    },
  };
}

function bodyOf(person: EntraPerson): JsonObject {
  return entraUser(person.userName, {
    externalId: person.objectId,
    active: person.active,
    displayName: person.displayName,
    name: { givenName: person.givenName, familyName: person.familyName },
    emails: [{ primary: true, type: "work", value: person.mail }],
    phoneNumbers: [{ type: "mobile", value: person.mobile }],
    [ENTERPRISE]: { department: person.department, manager: person.manager },
  });
}

/** The operations of the first, not RFC-conformant dialect: capitals, and booleans as text. */
function differencesOf(
  read: JsonObject,
  person: EntraPerson,
): readonly { readonly op: string; readonly path: string; readonly value: JsonValue }[] {
  const mapped: readonly (readonly [
    path: string,
    is: JsonValue | undefined,
    wanted: JsonValue,
    sent?: string,
  ])[] = [
    ["userName", read["userName"], person.userName],
    ["active", read["active"], person.active, person.active ? "True" : "False"],
    ["displayName", read["displayName"], person.displayName],
    ["name.givenName", memberAt(read["name"], "givenName"), person.givenName],
    ["name.familyName", memberAt(read["name"], "familyName"), person.familyName],
    ['emails[type eq "work"].value', itemOf(read["emails"], "work"), person.mail],
    ['phoneNumbers[type eq "mobile"].value', itemOf(read["phoneNumbers"], "mobile"), person.mobile],
    [`${ENTERPRISE}:department`, memberAt(read[ENTERPRISE], "department"), person.department],
    [`${ENTERPRISE}:manager`, memberAt(memberAt(read[ENTERPRISE], "manager"), "value"), person.manager],
    ["externalId", read["externalId"], person.objectId],
  ];
  return mapped.flatMap(([path, is, wanted, sent = wanted]) =>
    is === wanted ? [] : [{ op: "Replace", path, value: sent }],
  );
}

function memberAt(value: JsonValue | undefined, name: string): JsonValue | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}

function itemOf(list: JsonValue | undefined, type: string): JsonValue | undefined {
  if (!Array.isArray(list)) return undefined;
  return list.flatMap((item: JsonValue) =>
    memberAt(item, "type") === type ? [memberAt(item, "value") ?? ""] : [],
  )[0];
}
