import { firstIn, GROUP, idIn, PATCH_OP, resourceIn, type Shape, type ShapeWorld, USER } from "./world.ts";

const created = (world: ShapeWorld) => ({
  schemas: [USER],
  userName: world.fresh,
  name: { givenName: "Ada", familyName: "Roe" },
  emails: [{ primary: true, value: `${world.fresh}@corp.test`, type: "work" }],
  displayName: "Ada Roe",
  locale: "en-US",
  externalId: `okta-${world.fresh}`,
  groups: [],
  password: "Zx7!kkPq",
  active: true,
});

const inPool = (world: ShapeWorld) => ({
  "fresh.enabled": true,
  "fresh.password": "Zx7!kkPq",
  "fresh.given_name": "Ada",
  "fresh.family_name": "Roe",
  "fresh.email": `${world.fresh}@corp.test`,
  "fresh.email_verified": "true",
  "fresh.locale": "en-US",
});

const EMPTY = { totalResults: 0, Resources: [], itemsPerPage: 0, startIndex: 1 };
const PAGE = "&startIndex=1&count=100";

/** Reads, merges and writes the whole, as Okta updates people. */
async function put(world: ShapeWorld, path: string, change: object) {
  const read = await world.ask("GET", path);
  return await world.ask("PUT", path, { ...resourceIn(read), ...change });
}

export const OKTA_SHAPES: readonly Shape[] = [
  {
    shape: "tests the connection by two people",
    send: (world) => world.ask("GET", "/Users?startIndex=1&count=2"),
    status: 200,
    body: () => ({
      schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
      startIndex: 1,
      itemsPerPage: 2,
      Resources: [{ active: true }, { active: true }],
    }),
  },
  {
    shape: "tests the connection by a page of groups",
    send: (world) => world.ask("GET", "/Groups?startIndex=1&count=100"),
    status: 200,
    body: () => ({ startIndex: 1 }),
  },
  {
    shape: "looks for a person who is not there",
    send: (world) => world.find("Users", `userName eq "${world.fresh}"`, PAGE),
    status: 200,
    body: () => EMPTY,
  },
  {
    shape: "looks for a person in capital letters",
    send: (world) => world.find("Users", `userName eq "${world.ada.username.toUpperCase()}"`, PAGE),
    status: 200,
    body: (world) => ({
      totalResults: 1,
      itemsPerPage: 1,
      Resources: [
        { id: world.ada.id, userName: world.ada.username, name: { familyName: "Roe" }, active: true },
      ],
    }),
  },
  {
    shape: "creates a person with a password",
    send: (world) => world.ask("POST", "/Users", created(world)),
    status: 201,
    body: (world) => ({
      userName: world.fresh,
      active: true,
      externalId: `okta-${world.fresh}`,
      emails: [{ value: `${world.fresh}@corp.test`, type: "work", primary: true }],
      locale: "en-US",
    }),
    pool: inPool,
    again: 409,
  },
  {
    shape: "repeats a POST after a timeout: 409, nothing is overwritten",
    send: async (world) => {
      await world.ask("POST", "/Users", created(world));
      return await world.ask("POST", "/Users", { ...created(world), externalId: "other", locale: "de-DE" });
    },
    status: 409,
    body: () => ({ status: "409", scimType: "uniqueness" }),
    pool: inPool,
  },
  {
    shape: "sends an attribute of its own schema",
    send: (world) =>
      world.ask("POST", "/Users", {
        ...created(world),
        schemas: [USER, "urn:okta:app_x:1.0:user:custom"],
        "urn:okta:app_x:1.0:user:custom": { shoe: 42 },
      }),
    status: 201,
    pool: inPool,
    again: 409,
  },
  {
    shape: "updates by GET and PUT, with id, meta and groups sent back, and empty texts",
    send: (world) =>
      put(world, world.user("ada"), { name: { givenName: "Nia", middleName: "", familyName: "Roe" } }),
    status: 200,
    body: () => ({ name: { givenName: "Nia", familyName: "Roe" }, active: true }),
    // The name has no `formatted`, which a PUT removes by that.
    pool: () => ({ "ada.given_name": "Nia", "ada.name": null }),
  },
  {
    shape: "deactivates by PUT",
    send: (world) => put(world, world.user("ada"), { active: false }),
    status: 200,
    body: (world) => ({ id: world.ada.id, active: false }),
    pool: () => ({ "ada.enabled": false }),
  },
  {
    shape: "deactivates by a PATCH without a path",
    send: (world) => world.patch(world.user("ada"), { op: "replace", value: { active: false } }),
    status: 200,
    body: () => ({ active: false }),
    pool: () => ({ "ada.enabled": false }),
  },
  {
    shape: "finds and activates a person again",
    send: async (world) => {
      await world.patch(world.user("ada"), { op: "replace", value: { active: false } });
      const found = await world.find("Users", `userName eq "${world.ada.username}"`, PAGE);
      if (firstIn(found)["id"] !== world.ada.id) throw new Error(found.text);
      return await world.patch(world.user("ada"), { op: "replace", value: { active: true } });
    },
    status: 200,
    body: () => ({ active: true }),
    again: false,
  },
  {
    shape: "sets a password by PUT",
    send: (world) => put(world, world.user("ada"), { password: "Ny7!kkPq" }),
    status: 200,
    pool: () => ({ "ada.password": "Ny7!kkPq" }),
    again: false,
  },
  {
    shape: "sets a password by PATCH",
    send: (world) => world.patch(world.user("ada"), { op: "replace", value: { password: "Ny7!kkPq" } }),
    status: 200,
    pool: () => ({ "ada.password": "Ny7!kkPq" }),
    again: false,
  },
  {
    shape: "pushes a group with spaces in its name",
    send: (world) => world.ask("POST", "/Groups", { schemas: [GROUP], displayName: world.team, members: [] }),
    status: 201,
    body: (world) => ({ displayName: world.team }),
    pool: () => ({ "team.members": "" }),
    again: 409,
  },
  {
    shape: "renames a group by a value with id and displayName, unchanged",
    send: (world) =>
      world.patch(world.groupPath(), {
        op: "replace",
        value: { id: world.group.id, displayName: world.group.displayName },
      }),
    status: 204,
  },
  {
    shape: "renames a group by a value with id and displayName",
    send: async (world) => {
      const value = { id: world.group.id, displayName: `${world.group.displayName} renamed` };
      await world.patch(world.groupPath(), { op: "replace", value });
      return await world.ask("GET", world.groupPath());
    },
    status: 200,
    body: (world) => ({
      id: world.group.id,
      displayName: `${world.group.displayName} renamed`,
      members: [{ value: world.ada.id }],
    }),
  },
  {
    shape: "removes one member and adds another in one PATCH",
    send: (world) =>
      world.patch(
        world.groupPath(),
        { op: "remove", path: `members[value eq "${world.ada.id}"]` },
        { op: "add", path: "members", value: [{ value: world.kim.id, display: world.kim.username }] },
      ),
    status: 204,
    pool: () => ({ "group.members": "kim" }),
  },
  {
    shape: "pushes all members",
    send: (world) =>
      world.patch(world.groupPath(), {
        op: "replace",
        path: "members",
        value: [{ value: world.kim.id }, { value: world.lee.id }],
      }),
    status: 204,
    pool: () => ({ "group.members": "kim lee" }),
  },
  {
    shape: "pushes an empty group",
    send: (world) => world.patch(world.groupPath(), { op: "replace", path: "members", value: [] }),
    status: 204,
    pool: () => ({ "group.members": "" }),
  },
  {
    shape: "puts a group with its whole list of members",
    send: (world) =>
      world.ask("PUT", world.groupPath(), {
        schemas: [GROUP],
        id: world.group.id,
        displayName: world.group.displayName,
        members: [{ value: world.ada.id, display: world.ada.username }, { value: world.lee.id }],
      }),
    status: 200,
    body: (world) => ({ id: world.group.id, displayName: world.group.displayName }),
    pool: () => ({ "group.members": "ada lee" }),
  },
  {
    shape: "deletes a group",
    send: (world) => world.ask("DELETE", world.groupPath()),
    status: 204,
    pool: () => ({ "group.members": null }),
    again: 404,
  },
  {
    shape: "reads a person who is not there: 404 with the error body",
    send: (world) => world.ask("GET", `/Users/${world.fresh}`),
    status: 404,
    body: () => ({ schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"], status: "404" }),
  },
  {
    shape: "creates without a userName: 400 with the error body",
    send: (world) => world.ask("POST", "/Users", { schemas: [USER], displayName: world.fresh }),
    status: 400,
    body: () => ({ status: "400", scimType: "invalidValue" }),
  },
  {
    shape: "finds the person it has created at once, by any letter case, and reads it by its id",
    send: async (world) => {
      const id = idIn(await world.ask("POST", "/Users", created(world)));
      const found = await world.find("Users", `userName eq "${world.fresh.toUpperCase()}"`, PAGE);
      if (!found.text.includes(id)) throw new Error(found.text);
      return await world.ask("GET", `/Users/${id}`);
    },
    status: 200,
    body: (world) => ({ userName: world.fresh, active: true }),
    pool: inPool,
    again: false,
  },
  {
    shape: "sends a body that is not a PATCH: 400",
    send: (world) => world.ask("PATCH", world.user("ada"), { schemas: [PATCH_OP] }),
    status: 400,
    body: () => ({ scimType: "invalidSyntax" }),
  },
];
