import type { JsonObject } from "../../../pkg/scim/resource.ts";
import { GROUP, idIn, type Shape, type ShapeWorld, USER } from "./world.ts";

const refused = (scimType: string) => () => ({ status: "400", scimType });

function patchRefused(shape: string, operations: readonly JsonObject[], scimType: string): Shape {
  return {
    shape,
    send: (world) => world.patch(world.user("ada"), ...operations),
    status: 400,
    body: refused(scimType),
  };
}

/** What other servers did wrong, with the number of the pitfall. Those that a client's row shows already are not here. */
export const PITFALLS: readonly Shape[] = [
  patchRefused("3: an unknown op", [{ op: "set", path: "active", value: false }], "invalidSyntax"),
  patchRefused(
    "3: a value that is not a boolean",
    [{ op: "replace", path: "active", value: "off" }],
    "invalidValue",
  ),
  patchRefused("3: a misspelled attribute", [{ op: "replace", path: "actve", value: false }], "invalidPath"),
  patchRefused(
    "3: a misspelled attribute without a path",
    [{ op: "replace", value: { actve: false } }],
    "invalidPath",
  ),
  patchRefused(
    "3: one operation of two cannot be made, so neither is",
    [
      { op: "replace", path: "active", value: false },
      { op: "replace", path: "nothing", value: 1 },
    ],
    "invalidPath",
  ),
  {
    shape: "9: an item that never gets a value is no item",
    send: (world) =>
      world.patch(world.user("ada"), { op: "Add", path: 'phoneNumbers[type eq "fax"].type', value: "fax" }),
    status: 200,
    lacks: ["phoneNumbers"],
  },
  {
    shape: "11: a replace of another attribute leaves the members",
    send: (world) =>
      world.patch(world.groupPath(), { op: "replace", value: { externalId: `x-${world.fresh}` } }),
    status: 204,
  },
  {
    shape: "11: a PUT without members leaves them",
    send: (world) =>
      world.ask("PUT", world.groupPath(), { schemas: [GROUP], displayName: world.group.displayName }),
    status: 200,
  },
  {
    shape: "11: a PUT with an empty list removes them",
    send: (world) =>
      world.ask("PUT", world.groupPath(), { displayName: world.group.displayName, members: [] }),
    status: 200,
    pool: () => ({ "group.members": "" }),
  },
  {
    shape: "14: a remove of somebody who is not a member removes nobody",
    send: (world) =>
      world.patch(world.groupPath(), { op: "remove", path: "members", value: [{ value: world.kim.id }] }),
    status: 204,
  },
  {
    shape: "14: a remove with an empty list removes nobody",
    send: (world) => world.patch(world.groupPath(), { op: "remove", path: "members", value: [] }),
    status: 204,
  },
  {
    shape: "15: a remove with another value sets nothing",
    send: (world) =>
      world.patch(world.user("ada"), { op: "remove", path: "name.givenName", value: "Somebody" }),
    status: 200,
    body: () => ({ name: { givenName: "Ada" } }),
  },
  {
    shape: "16: members of a POST get into the group",
    send: (world) =>
      world.ask("POST", "/Groups", {
        displayName: world.team,
        members: [{ value: world.kim.id }, { value: world.lee.id }],
      }),
    status: 201,
    pool: () => ({ "team.members": "kim lee" }),
    again: 409,
  },
  {
    shape: "17: an unknown member is refused, and nobody is added",
    send: (world) =>
      world.patch(world.groupPath(), {
        op: "add",
        path: "members",
        value: [{ value: world.kim.id }, { value: "fake-member-id" }],
      }),
    status: 400,
    body: refused("invalidValue"),
  },
  {
    shape: "17: a POST with an unknown member makes no group",
    send: (world) =>
      world.ask("POST", "/Groups", { displayName: world.team, members: [{ value: "fake-member-id" }] }),
    status: 400,
    body: refused("invalidValue"),
  },
  {
    shape: "17: a group in a group is refused",
    send: (world) =>
      world.patch(world.groupPath(), {
        op: "add",
        path: "members",
        value: [{ value: world.group.id, type: "Group" }],
      }),
    status: 400,
    body: refused("invalidValue"),
  },
  {
    shape: "24: a POST of the same userName in another letter case: 409",
    send: (world) =>
      world.ask("POST", "/Users", { schemas: [USER], userName: world.ada.username.toUpperCase() }),
    status: 409,
    body: () => ({ scimType: "uniqueness" }),
  },
  {
    shape: "25: a filter that nobody understands: 400, never everybody",
    send: (world) => world.find("Users", `shoeSize eq "${world.fresh}"`),
    status: 400,
    body: refused("invalidFilter"),
  },
  {
    shape: "25: a filter by a password: 400",
    send: (world) => world.find("Users", 'password eq "x"'),
    status: 400,
    body: refused("invalidFilter"),
  },
  {
    shape: "28: no operations: 400",
    send: (world) => world.patch(world.user("ada")),
    status: 400,
    body: refused("invalidSyntax"),
  },
  {
    shape: "28: a path that is not one: 400",
    send: (world) => world.patch(world.user("ada"), { op: "replace", path: "emails[", value: "x" }),
    status: 400,
    body: refused("invalidPath"),
  },
  {
    shape: "29: a userName comes back in the letter case in which it was sent",
    send: (world) => world.ask("POST", "/Users", { userName: world.fresh, displayName: "MiXeD" }),
    status: 201,
    body: (world) => ({ userName: world.fresh, displayName: "MiXeD" }),
    pool: () => ({ "fresh.enabled": true }),
    again: 409,
  },
  {
    shape: "30: names with quotes, percent signs and emoji are found and read",
    send: async (world) => {
      const userName = `O'Brien"+%2F🦊-${world.fresh}`;
      const id = idIn(await world.ask("POST", "/Users", { userName }));
      const found = await world.find("Users", `userName eq ${JSON.stringify(userName)}`);
      if (!found.text.includes(id)) throw new Error(found.text);
      return await world.ask("GET", `/Users/${id}`);
    },
    status: 200,
    body: (world) => ({ userName: `O'Brien"+%2F🦊-${world.fresh}` }),
    again: false,
  },
  {
    shape: "30: a group with a slash in its name is found, read and deleted",
    send: async (world) => {
      const displayName = `a/b%2F+"c"-${world.fresh}`;
      const id = idIn(await world.ask("POST", "/Groups", { displayName }));
      const found = await world.find("Groups", `displayName eq ${JSON.stringify(displayName)}`);
      if (!found.text.includes(id)) throw new Error(found.text);
      return await world.ask("DELETE", `/Groups/${encodeURIComponent(id)}`);
    },
    status: 204,
    again: false,
  },
  {
    shape: "31: a replace of members is a replacement",
    send: (world) =>
      world.patch(world.groupPath(), { op: "replace", path: "members", value: [{ value: world.lee.id }] }),
    status: 204,
    pool: () => ({ "group.members": "lee" }),
  },
  {
    shape: "the id in an operation with a path: 400",
    send: (world: ShapeWorld) =>
      world.patch(world.user("ada"), { op: "replace", path: "id", value: world.kim.id }),
    status: 400,
    body: refused("mutability"),
  },
  {
    shape: "a userName that cannot change in this pool: 400",
    send: (world) => world.patch(world.user("ada"), { op: "replace", path: "userName", value: world.fresh }),
    status: 400,
    body: refused("mutability"),
  },
  {
    shape: "the userName as it is, in another letter case",
    send: (world) =>
      world.patch(world.user("ada"), {
        op: "replace",
        path: "userName",
        value: world.ada.username.toUpperCase(),
      }),
    status: 200,
  },
  {
    shape: "an externalId that another person has: 409",
    send: async (world) => {
      await world.patch(world.user("kim"), { op: "add", path: "externalId", value: `x-${world.fresh}` });
      return await world.patch(world.user("ada"), {
        op: "add",
        path: "externalId",
        value: `x-${world.fresh}`,
      });
    },
    status: 409,
    body: () => ({ scimType: "uniqueness" }),
  },
  {
    shape: "the removal of `active`: 400, it cannot be unset",
    send: (world) => world.patch(world.user("ada"), { op: "remove", path: "active" }),
    status: 400,
    body: refused("mutability"),
  },
  {
    shape: "what is not there is removed with success",
    send: (world) =>
      world.patch(
        world.user("ada"),
        { op: "remove", path: "nickName" },
        { op: "remove", path: 'emails[type eq "x"]' },
      ),
    status: 200,
  },
];
