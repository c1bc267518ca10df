import { describe, expect, test } from "vitest";
import { entraGroup, entraUser, mailOf, POOL_KINDS, type PoolKind } from "../../test/support/scim-clients.ts";
import { idOf, scimRefusal, scimStage } from "../../test/support/scim-stage.ts";
import type { JsonObject } from "./resource.ts";

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const NO_MEMBERS = { projection: { excludedAttributes: ["members"] } };

function withEnterprise({ definition }: PoolKind): PoolKind["definition"] {
  return { ...definition, schema: [{ name: "custom:department" }, { name: "custom:manager" }] };
}

describe.for(POOL_KINDS)("Entra, a pool with $kind", (kind) => {
  const { userName } = kind;
  const definition = withEnterprise(kind);

  test("tests the connection, matches, creates, and finds by each matching attribute", async () => {
    const { create, find, view } = scimStage(definition);
    expect(await find("User", 'userName eq "7f1c0c52-5c3e-4b52-9b6c-0d6d3f3b7a11"')).toEqual([]);
    const made = await create("User", entraUser(userName(1)));
    expect(made).toMatchObject({
      userName: userName(1),
      externalId: `entra-${userName(1)}`,
      [ENTERPRISE]: { department: "Ops", manager: { value: "m-1" } },
    });
    for (const filter of [
      `userName eq "${userName(1).toUpperCase()}"`,
      `externalId eq "entra-${userName(1)}"`,
      `externalId eq entra-${userName(1)}`,
      `emails[type eq "work"].value eq "${mailOf(userName(1)).toUpperCase()}"`,
      `displayName Eq "Kim Oh"`,
    ]) {
      expect((await find("User", filter)).map(idOf)).toEqual([idOf(made)]);
    }
    view.run();
    expect((await find("User", 'displayName eq "kim OH"')).map(idOf)).toEqual([idOf(made)]);
    expect(await find("User", `externalId eq "ENTRA-${userName(1)}"`)).toEqual([]);
    const again = await scimRefusal(create("User", entraUser(userName(1))));
    expect(again).toMatchObject({ status: 409, scimType: "uniqueness" });
  });

  test("patches one attribute after another, disables, restores, and a second cycle sends no write", async () => {
    const { create, get, patch, find, writesOf } = scimStage(definition);
    const id = idOf(await create("User", entraUser(userName(1))));
    const cycle = [
      [{ op: "Replace", path: "name.familyName", value: "Poe" }],
      [{ op: "Add", path: `${ENTERPRISE}:manager`, value: "m-2" }],
      [{ op: "replace", value: { displayName: "K. Poe", [`${ENTERPRISE}:department`]: "Sales" } }],
    ];
    for (const operations of cycle) {
      expect((await writesOf(() => patch("User", id, operations))).length).toBeLessThan(2);
      expect(await writesOf(() => patch("User", id, operations))).toEqual([]);
    }
    expect(await get("User", id)).toMatchObject({
      displayName: "K. Poe",
      name: { familyName: "Poe" },
      [ENTERPRISE]: { department: "Sales", manager: { value: "m-2" } },
    });
    const off = [{ op: "Replace", path: "active", value: "False" }];
    expect(await writesOf(() => patch("User", id, off))).toEqual([
      "AdminDisableUser",
      "AdminUserGlobalSignOut",
    ]);
    expect(await writesOf(() => patch("User", id, off))).toEqual([]);
    const found = await find("User", `userName eq "${userName(1)}"`);
    expect(found).toMatchObject([{ id, active: false }]);
    const on = [{ op: "Add", path: "active", value: "True" }];
    expect(await writesOf(() => patch("User", id, on))).toEqual(["AdminEnableUser"]);
    expect(await writesOf(() => patch("User", id, on))).toEqual([]);
  });

  test("creates a group without members, checks references, adds and removes members", async () => {
    const { create, get, patch, find, callsOf, writesOf } = scimStage(definition);
    const one = idOf(await create("User", entraUser(userName(1))));
    const two = idOf(await create("User", entraUser(userName(2), { externalId: "other" })));
    const group = await create("Group", entraGroup("Sales Team"), NO_MEMBERS);
    const id = idOf(group);
    expect(group).not.toHaveProperty("members");
    expect(await scimRefusal(create("Group", entraGroup("sales TEAM")))).toMatchObject({ status: 409 });

    const add = [
      {
        op: "Add",
        path: "members",
        value: [
          { $ref: null, value: one },
          { $ref: null, value: two },
        ],
      },
    ];
    expect(await writesOf(() => patch("Group", id, add, NO_MEMBERS))).toHaveLength(2);
    expect(await writesOf(() => patch("Group", id, add, NO_MEMBERS))).toEqual([]);

    const isMember = async (user: string): Promise<boolean> => {
      const filter = `id eq "${id}" and members eq "${user}"`;
      return (await find("Group", filter, { projection: { attributes: ["id"] } })).length === 1;
    };
    expect(await isMember(one)).toBe(true);
    const reading = await callsOf(() => get("Group", id, NO_MEMBERS));
    expect(reading).toEqual(["GetGroup"]);
    expect(await get("Group", id, NO_MEMBERS)).not.toHaveProperty("members");

    const manager = `id eq "${one}" and manager eq "m-1"`;
    expect((await find("User", manager, { projection: { attributes: ["id"] } })).map(idOf)).toEqual([one]);
    expect(await find("User", `id eq "${one}" and manager eq "m-9"`)).toEqual([]);

    const remove = [{ op: "Remove", path: "members", value: [{ $ref: null, value: one }] }];
    expect(await writesOf(() => patch("Group", id, remove, NO_MEMBERS))).toEqual([
      "AdminRemoveUserFromGroup",
    ]);
    expect(await writesOf(() => patch("Group", id, remove, NO_MEMBERS))).toEqual([]);
    expect(await isMember(one)).toBe(false);
    expect(await isMember(two)).toBe(true);
    expect((await find("Group", `members.value eq "${two}"`)).map(idOf)).toEqual([id]);
    const unknown = [
      { op: "Add", path: "members", value: [{ value: "0000c0de-0000-4000-8000-000000000001" }] },
    ];
    expect(await scimRefusal(patch("Group", id, unknown))).toMatchObject({
      status: 400,
      scimType: "invalidValue",
    });
  });

  test("deletes a person, and finds no such user afterwards", async () => {
    const { create, get, remove, find } = scimStage(definition);
    const id = idOf(await create("User", entraUser(userName(1))));
    await remove("User", id);
    expect(await scimRefusal(get("User", id))).toMatchObject({ status: 404 });
    expect(await scimRefusal(remove("User", id))).toMatchObject({ status: 404 });
    expect(await find("User", `externalId eq "entra-${userName(1)}"`)).toEqual([]);
    const again = await create("User", entraUser(userName(1)));
    expect(idOf(again)).not.toBe(id);
  });
});

test.for(POOL_KINDS.filter(({ canRename }) => canRename))(
  "Entra renames a person, a pool with $kind",
  async (kind) => {
    const { userName, newName } = kind;
    const definition = withEnterprise(kind);
    const { create, get, patch, find, writesOf } = scimStage(definition);
    const id = idOf(await create("User", entraUser(userName(1))));
    const rename = (): Promise<JsonObject> =>
      patch("User", id, [
        { op: "Replace", path: "userName", value: newName(1) },
        { op: "Replace", path: 'emails[type eq "work"].value', value: mailOf(newName(1)) },
      ]);
    expect(await writesOf(rename)).toEqual(["AdminUpdateUserAttributes"]);
    expect(await writesOf(rename)).toEqual([]);
    expect(await get("User", id)).toMatchObject({
      userName: newName(1),
      emails: [{ value: mailOf(newName(1)), type: "work", primary: true }],
    });
    expect((await find("User", `userName eq "${newName(1)}"`)).map(idOf)).toEqual([id]);
  },
);

test.for(POOL_KINDS.filter(({ canRename }) => !canRename))(
  "Entra receives a refusal where a name cannot change, a pool with $kind",
  async (kind) => {
    const { userName, newName } = kind;
    const { create, patch } = scimStage(withEnterprise(kind));
    const id = idOf(await create("User", entraUser(userName(1))));
    const rename = patch("User", id, [{ op: "Replace", path: "userName", value: newName(1) }]);
    expect(await scimRefusal(rename)).toMatchObject({ status: 400, scimType: "mutability" });
  },
);
