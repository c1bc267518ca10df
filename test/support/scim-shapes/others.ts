import { GROUP, idIn, PATCH_OP, type Shape, type ShapeWorld, USER } from "./world.ts";

const EMPTY = { totalResults: 0, Resources: [] };
const members = (...ids: string[]) => ids.map((value) => ({ value }));

/** OneLogin, JumpCloud, Ping, SailPoint, Starling, authentik and Keycloak. */
export const OTHER_SHAPES: readonly Shape[] = [
  {
    shape: "OneLogin looks for a person, with a stray &",
    send: (world) => world.ask("GET", `/Users?filter=userName+eq+%22${world.fresh}%22&`),
    status: 200,
    body: () => EMPTY,
  },
  {
    shape: "OneLogin creates with its own URNs and an object for the addresses",
    send: (world) =>
      world.ask("POST", "/Users", {
        schemas: ["urn:scim:schemas:core:2.0"],
        userName: world.fresh,
        name: { givenName: "Ada", familyName: null },
        emails: { value: `${world.fresh}@corp.test` },
      }),
    status: 201,
    body: (world) => ({ emails: [{ value: `${world.fresh}@corp.test` }] }),
    pool: (world) => ({
      "fresh.enabled": true,
      "fresh.given_name": "Ada",
      "fresh.email": `${world.fresh}@corp.test`,
      "fresh.email_verified": "true",
    }),
    again: 409,
  },
  {
    shape: "OneLogin puts a template with few fields, with a stray ?",
    send: (world) =>
      world.ask("PUT", `${world.user("ada")}?`, {
        schemas: ["urn:scim:schemas:core:2.0", "urn:scim:schemas:extension:enterprise:2.0"],
        userName: world.ada.username,
        name: { givenName: "Ada", familyName: "Roe", formatted: "Ada Roe" },
        emails: { value: `${world.ada.username}@corp.test` },
        "urn:scim:schemas:extension:enterprise:2.0": { department: "Sales" },
      }),
    status: 200,
    body: () => ({ active: true }),
    pool: () => ({ "ada.custom:department": "Sales" }),
  },
  {
    shape: "JumpCloud creates a test user and deletes it",
    send: async (world) => {
      const id = idIn(
        await world.ask("POST", "/Users", {
          schemas: [USER],
          userName: world.fresh,
          active: true,
        }),
      );
      return await world.ask("DELETE", `/Users/${id}`);
    },
    status: 204,
    again: false,
  },
  {
    shape: "JumpCloud adds a member twice",
    send: async (world) => {
      const add = { op: "add", path: "members", value: members(world.kim.id) };
      await world.patch(world.groupPath(), add);
      return await world.patch(world.groupPath(), add);
    },
    status: 204,
    pool: () => ({ "group.members": "ada kim" }),
  },
  {
    shape: "JumpCloud removes a member by a value",
    send: (world) =>
      world.patch(world.groupPath(), { op: "remove", path: "members", value: members(world.ada.id) }),
    status: 204,
    pool: () => ({ "group.members": "" }),
  },
  {
    shape: "SailPoint disables by an add without a path",
    send: (world) => world.patch(world.user("ada"), { op: "add", value: { active: false } }),
    status: 200,
    body: () => ({ active: false }),
    pool: () => ({ "ada.enabled": false }),
  },
  {
    shape: "SailPoint writes groups on a person, which needs its setting",
    send: (world) =>
      world.patch(world.user("kim"), { op: "add", path: "groups", value: members(world.group.id) }),
    status: 400,
    body: () => ({ scimType: "mutability" }),
  },
  {
    shape: "One Identity puts a group with its members",
    send: (world) =>
      world.ask("PUT", world.groupPath(), {
        schemas: [GROUP],
        id: world.group.id,
        displayName: world.group.displayName,
        members: members(world.ada.id, world.kim.id),
      }),
    status: 200,
    pool: () => ({ "group.members": "ada kim" }),
  },
  {
    shape: "authentik reads the configuration first",
    send: (world) => world.ask("GET", "/ServiceProviderConfig"),
    status: 200,
    body: () => ({ patch: { supported: true }, filter: { supported: true } }),
  },
  {
    shape: "authentik adopts a person after a 409, by a filter without quotes",
    send: async (world) => {
      const refused = await world.ask("POST", "/Users", { schemas: [USER], userName: world.ada.username });
      if (refused.status !== 409) throw new Error(refused.text);
      return await world.find("Users", `userName eq ${world.ada.username}`);
    },
    status: 200,
    body: (world) => ({ totalResults: 1, Resources: [{ id: world.ada.id }] }),
  },
  {
    shape: "authentik replaces a group by a value with id, schemas and externalId",
    send: async (world) => {
      const { id, displayName } = world.group;
      const value = { id, schemas: [GROUP], externalId: `9a-${world.fresh}`, displayName };
      await world.patch(world.groupPath(), { op: "replace", value });
      return await world.ask("GET", world.groupPath());
    },
    status: 200,
    body: (world) => ({ externalId: `9a-${world.fresh}`, members: [{ value: world.ada.id }] }),
  },
  {
    shape: "authentik sends one operation for each member",
    send: (world) =>
      world.patch(
        world.groupPath(),
        { op: "add", path: "members", value: members(world.kim.id) },
        { op: "add", path: "members", value: members(world.lee.id) },
        { op: "remove", path: "members", value: members(world.ada.id) },
      ),
    status: 204,
    pool: () => ({ "group.members": "kim lee" }),
  },
  {
    shape: 'Keycloak replaces active by "false"',
    send: (world) => world.patch(world.user("ada"), { op: "replace", path: "active", value: "false" }),
    status: 200,
    body: () => ({ active: false }),
    pool: () => ({ "ada.enabled": false }),
  },
  {
    shape: "Keycloak replaces the members with relative references, the name and the externalId",
    send: (world) =>
      world.patch(
        world.groupPath(),
        {
          op: "replace",
          path: "members",
          value: [{ value: world.ada.id, $ref: `Users/${world.ada.id}` }, { value: world.kim.id }],
        },
        { op: "replace", path: "displayName", value: world.group.displayName },
        { op: "replace", path: "externalId", value: `kc-${world.fresh}` },
      ),
    status: 204,
    pool: () => ({ "group.members": "ada kim" }),
  },
  {
    shape: "Keycloak removes all members",
    send: (world) => world.patch(world.groupPath(), { op: "remove", path: "members" }),
    status: 204,
    pool: () => ({ "group.members": "" }),
  },
  {
    shape: "Keycloak (suvera) creates with its own groups, roles and empty lists",
    send: (world) =>
      world.ask("POST", "/Users", {
        schemas: [USER],
        userName: world.fresh,
        active: true,
        name: { familyName: "Oh" },
        emails: [],
        phoneNumbers: [],
        addresses: [],
        roles: [{ value: "admin" }],
        groups: [{ value: "7f-keycloak" }],
      }),
    status: 201,
    pool: () => ({ "fresh.enabled": true, "fresh.family_name": "Oh" }),
    again: 409,
  },
  {
    shape: "scimverify: core attributes below the core URN",
    send: (world) => world.ask("POST", "/Users", { schemas: [USER], [USER]: { userName: world.fresh } }),
    status: 201,
    body: (world) => ({ userName: world.fresh }),
    pool: () => ({ "fresh.enabled": true }),
    again: 409,
  },
  {
    shape: 'Microsoft\'s collection: active "True" in a POST',
    send: (world) => world.ask("POST", "/Users", { schemas: [USER], userName: world.fresh, active: "True" }),
    status: 201,
    body: () => ({ active: true }),
    pool: () => ({ "fresh.enabled": true }),
    again: 409,
  },
  {
    shape: "WSO2: a PATCH without a path, sent as application/json",
    send: (world) => world.patch(world.user("ada"), { op: "add", value: { nickName: "shaggy" } }),
    status: 200,
    body: () => ({ nickName: "shaggy" }),
    pool: () => ({ "ada.nickname": "shaggy" }),
  },
  {
    shape: "a PATCH whose members have another letter case",
    send: (world: ShapeWorld) =>
      world.ask("PATCH", world.user("ada"), {
        schemas: [PATCH_OP],
        operations: [{ OP: "REPLACE", Path: "NickName", Value: "ace" }],
      }),
    status: 200,
    pool: () => ({ "ada.nickname": "ace" }),
  },
];
