import type { JsonObject } from "../../../pkg/scim/resource.ts";
import { ENTERPRISE, idIn, type Shape, type ShapeWorld, USER } from "./world.ts";

const EMPTY = { totalResults: 0, Resources: [] };

const created = (world: ShapeWorld) => ({
  schemas: [USER, ENTERPRISE],
  externalId: `7c0e-${world.fresh}`,
  userName: world.fresh,
  active: true,
  displayName: "Kim Oh",
  emails: [{ primary: true, type: "work", value: `${world.fresh}@corp.test` }],
  meta: { resourceType: "User" },
  name: { formatted: "Kim Oh", familyName: "Oh", givenName: "Kim" },
  phoneNumbers: null,
  addresses: null,
  roles: [],
  title: "Dr",
  [ENTERPRISE]: { department: "Ops", manager: "m-1" },
  "urn:ietf:params:scim:schemas:extension:custom:2.0:User": { badge: "7" },
});

const inPool = (world: ShapeWorld) => ({
  "fresh.enabled": true,
  "fresh.name": "Kim Oh",
  "fresh.given_name": "Kim",
  "fresh.family_name": "Oh",
  "fresh.email": `${world.fresh}@corp.test`,
  "fresh.email_verified": "true",
  "fresh.custom:department": "Ops",
  "fresh.custom:manager": "m-1",
});

interface PatchShape {
  readonly shape: string;
  readonly operation: (world: ShapeWorld) => JsonObject;
  readonly body?: Shape["body"];
  readonly pool: Readonly<Record<string, unknown>>;
}

const value = (to: string) => ({ "ada.email": to });
const enterprise = (path: string) => `${ENTERPRISE}:${path}`;

const PATCHES: readonly PatchShape[] = [
  {
    shape: 'disables by Replace active "False"',
    operation: () => ({ op: "Replace", path: "active", value: "False" }),
    body: () => ({ active: false }),
    pool: { "ada.enabled": false },
  },
  {
    shape: 'disables by Add active "False"',
    operation: () => ({ op: "Add", path: "active", value: "False" }),
    body: () => ({ active: false }),
    pool: { "ada.enabled": false },
  },
  {
    shape: "disables by replace active false, with its flag",
    operation: () => ({ op: "replace", path: "active", value: false }),
    body: () => ({ active: false }),
    pool: { "ada.enabled": false },
  },
  {
    shape: "enables who is enabled",
    operation: () => ({ op: "Replace", path: "active", value: "True" }),
    body: () => ({ active: true }),
    pool: {},
  },
  {
    shape: "replaces the work address",
    operation: () => ({ op: "Replace", path: 'emails[type eq "work"].value', value: "n@corp.test" }),
    body: () => ({ emails: [{ value: "n@corp.test", type: "work", primary: true }] }),
    pool: value("n@corp.test"),
  },
  {
    shape: "adds a mobile number where there is no number",
    operation: () => ({ op: "Add", path: 'phoneNumbers[type eq "mobile"].value', value: "+15551230001" }),
    body: () => ({ phoneNumbers: [{ value: "+15551230001", type: "mobile" }] }),
    pool: { "ada.phone_number": "+15551230001", "ada.phone_number_verified": "true" },
  },
  {
    shape: "dotted names and URNs in an object without a path",
    operation: () => ({
      op: "replace",
      value: { displayName: "N", "name.givenName": "Nia", [enterprise("department")]: "Sales" },
    }),
    body: () => ({ displayName: "N", name: { givenName: "Nia" }, [ENTERPRISE]: { department: "Sales" } }),
    pool: { "ada.given_name": "Nia", "ada.custom:department": "Sales" },
  },
  {
    shape: "adds a manager by a list with a reference",
    operation: () => ({
      op: "Add",
      path: "manager",
      value: [{ $ref: "https://h.test/Users/m-1", value: "m-1" }],
    }),
    body: () => ({ [ENTERPRISE]: { manager: { value: "m-1" } } }),
    pool: { "ada.custom:manager": "m-1" },
  },
  {
    shape: "adds a manager by a bare id",
    operation: () => ({ op: "Add", path: enterprise("manager"), value: "m-1" }),
    body: () => ({ [ENTERPRISE]: { manager: { value: "m-1" } } }),
    pool: { "ada.custom:manager": "m-1" },
  },
  {
    shape: 'a manager as "" where there is no manager',
    operation: () => ({ op: "Replace", path: enterprise("manager"), value: "" }),
    pool: {},
  },
  {
    shape: "removes the department",
    operation: () => ({ op: "Remove", path: enterprise("department") }),
    pool: { "ada.custom:department": null },
  },
  {
    shape: "roles as JSON in a text, which the pool does not have",
    operation: () => ({ op: "Add", path: "roles", value: [{ value: '{"id":"1","value":"Admin"}' }] }),
    pool: {},
  },
  {
    shape: 'roles[primary eq "True"].value, which the pool does not have',
    operation: () => ({ op: "Add", path: 'roles[primary eq "True"].value', value: "Admin" }),
    pool: {},
  },
];

export const ENTRA_SHAPES: readonly Shape[] = [
  {
    shape: "tests the connection by a random id",
    send: (world) => world.find("Users", `userName eq "3f0a-${world.fresh}"`),
    status: 200,
    body: () => EMPTY,
  },
  {
    shape: "tests the connection by a random externalId",
    send: (world) => world.find("Users", `externalId eq "3f0a-${world.fresh}"`),
    status: 200,
    body: () => EMPTY,
  },
  {
    shape: "creates a person with nulls, meta, roles, and extensions that `schemas` does not list",
    send: (world) => world.ask("POST", "/Users", created(world)),
    status: 201,
    body: (world) => ({
      userName: world.fresh,
      externalId: `7c0e-${world.fresh}`,
      [ENTERPRISE]: { department: "Ops", manager: { value: "m-1" } },
    }),
    pool: inPool,
    again: 409,
  },
  {
    shape: "matches by an externalId without quotes, whatever the state of the person",
    send: async (world) => {
      await world.ask("POST", "/Users", { ...created(world), active: false });
      return await world.find("Users", `externalId eq 7c0e-${world.fresh}`);
    },
    status: 200,
    body: (world) => ({ totalResults: 1, Resources: [{ userName: world.fresh, active: false }] }),
    pool: (world) => ({ ...inPool(world), "fresh.enabled": false }),
  },
  {
    shape: "matches by the work address",
    send: (world) => world.find("Users", `emails[type eq "work"].value eq "${world.ada.username}@CORP.test"`),
    status: 200,
    body: (world) => ({ totalResults: 1, Resources: [{ id: world.ada.id }] }),
  },
  {
    shape: "checks a reference to a manager",
    send: async (world) => {
      await world.patch(world.user("ada"), { op: "Add", path: "manager", value: "m-1" });
      return await world.find("Users", `id eq "${world.ada.id}" and manager eq "m-1"`, "&attributes=id");
    },
    status: 200,
    body: (world) => ({ totalResults: 1, Resources: [{ id: world.ada.id }] }),
    pool: () => ({ "ada.custom:manager": "m-1" }),
  },
  ...PATCHES.map(
    ({ shape, operation, body, pool }): Shape => ({
      shape,
      send: (world) => world.patch(world.user("ada"), operation(world)),
      status: 200,
      ...(body === undefined ? {} : { body }),
      pool: () => pool,
    }),
  ),
  {
    shape: "an address part by part: primary, then type, then the value",
    send: (world) =>
      world.patch(
        world.user("ada"),
        { op: "Add", path: 'phoneNumbers[type eq "work"].primary', value: "true" },
        { op: "Add", path: 'phoneNumbers[type eq "work"].type', value: "work" },
        { op: "Add", path: 'phoneNumbers[type eq "work"].value', value: "+15551230002" },
      ),
    status: 200,
    body: () => ({ phoneNumbers: [{ value: "+15551230002", type: "work", primary: true }] }),
    pool: () => ({ "ada.phone_number": "+15551230002", "ada.phone_number_verified": "true" }),
  },
  {
    shape: "a soft delete keeps the groups, and the person is readable",
    send: async (world) => {
      await world.patch(world.user("ada"), { op: "Replace", path: "active", value: "False" });
      return await world.ask("GET", world.user("ada"));
    },
    status: 200,
    body: (world) => ({ active: false, groups: [{ value: world.group.id }] }),
    pool: () => ({ "ada.enabled": false }),
  },
  {
    shape: "a hard delete",
    send: (world) => world.ask("DELETE", world.user("kim")),
    status: 204,
    pool: () => ({
      "kim.enabled": null,
      "kim.name": null,
      "kim.given_name": null,
      "kim.family_name": null,
      "kim.email": null,
      "kim.email_verified": null,
      "kim.custom:department": null,
    }),
    again: 404,
  },
  {
    shape: "a person and their group, from nothing",
    send: async (world) => {
      const user = idIn(await world.ask("POST", "/Users", created(world)));
      const group = idIn(await world.ask("POST", "/Groups", { displayName: world.team }));
      await world.patch(`/Groups/${group}`, { op: "Add", path: "members", value: [{ value: user }] });
      return await world.ask("GET", `/Users/${user}`);
    },
    status: 200,
    body: (world) => ({ groups: [{ display: world.team }] }),
    pool: (world) => ({ ...inPool(world), "team.members": "fresh" }),
    again: false,
  },
];
