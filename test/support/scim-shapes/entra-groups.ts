import { AD_GROUP, GROUP, type Shape } from "./world.ts";

export const ENTRA_GROUP_SHAPES: readonly Shape[] = [
  {
    shape: "creates a group without members, with the schema of its own",
    send: (world) =>
      world.ask("POST", "/Groups", {
        schemas: [GROUP, AD_GROUP],
        externalId: `a1f4-${world.team}`,
        displayName: world.team,
        meta: { resourceType: "Group" },
      }),
    status: 201,
    body: (world) => ({ displayName: world.team, externalId: `a1f4-${world.team}` }),
    pool: () => ({ "team.members": "" }),
    again: 409,
  },
  {
    shape: "a group of the same name in another letter case: 409",
    send: (world) => world.ask("POST", "/Groups", { displayName: world.group.displayName.toUpperCase() }),
    status: 409,
    body: () => ({ scimType: "uniqueness" }),
  },
  {
    shape: "reads a group without its members, by a filter",
    send: (world) =>
      world.find("Groups", `displayName eq "${world.group.displayName}"`, "&excludedAttributes=members"),
    status: 200,
    body: (world) => ({ totalResults: 1, Resources: [{ id: world.group.id }] }),
    lacks: ["members"],
  },
  {
    shape: "reads a group without its members, by its id",
    send: (world) => world.ask("GET", `${world.groupPath()}?excludedAttributes=members`),
    status: 200,
    body: (world) => ({ id: world.group.id, displayName: world.group.displayName }),
    lacks: ["members"],
  },
  {
    shape: "adds members by a list with null in its items",
    send: (world) =>
      world.patch(world.groupPath(), {
        op: "Add",
        path: "members",
        value: [{ $ref: null, value: world.kim.id }],
      }),
    status: 204,
    pool: () => ({ "group.members": "ada kim" }),
  },
  {
    shape: "removes members by a list with null in its items",
    send: (world) =>
      world.patch(world.groupPath(), {
        op: "Remove",
        path: "members",
        value: [{ $ref: null, value: world.ada.id }],
      }),
    status: 204,
    pool: () => ({ "group.members": "" }),
  },
  {
    shape: "removes a member by a filter, with its flag",
    send: (world) =>
      world.patch(world.groupPath(), { op: "remove", path: `members[value eq "${world.ada.id}"]` }),
    status: 204,
    pool: () => ({ "group.members": "" }),
  },
  {
    shape: "renames a group with a path",
    send: async (world) => {
      await world.patch(world.groupPath(), {
        op: "Replace",
        path: "displayName",
        value: `Sales ${world.fresh}`,
      });
      return await world.find("Groups", `displayName eq "sales ${world.fresh}"`);
    },
    status: 200,
    body: (world) => ({ totalResults: 1, Resources: [{ id: world.group.id }] }),
  },
  {
    shape: "checks that somebody is a member",
    send: (world) =>
      world.find("Groups", `id eq "${world.group.id}" and members eq "${world.ada.id}"`, "&attributes=id"),
    status: 200,
    body: (world) => ({ totalResults: 1, Resources: [{ id: world.group.id }] }),
  },
  {
    shape: "checks that somebody is not a member",
    send: (world) =>
      world.find("Groups", `id eq "${world.group.id}" and members eq "${world.kim.id}"`, "&attributes=id"),
    status: 200,
    body: () => ({ totalResults: 0, Resources: [] }),
  },
];
