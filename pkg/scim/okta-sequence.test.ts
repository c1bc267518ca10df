import { describe, expect, test } from "vitest";
import { person } from "../../test/cognito/definitions.ts";
import { oktaGroup, oktaUser, POOL_KINDS } from "../../test/support/scim-clients.ts";
import { idOf, scimRefusal, scimStage } from "../../test/support/scim-stage.ts";
import { isObjectValue } from "./protocol/json.ts";
import { memberIdsOf } from "./protocol/members.ts";
import type { JsonObject, ScimResource } from "./resource.ts";

/** What Okta sends back: what it has read, with what it changes. */
function merged(read: ScimResource, change: JsonObject): JsonObject {
  return { ...read, ...change };
}

describe.for(POOL_KINDS)("Okta, a pool with $kind", ({ definition, userName }) => {
  const passwords = { settings: { password: "permanent" } } as const;

  test("creates a person who is found at once in any letter case, and no second one", async () => {
    const { create, find, stage } = scimStage(definition, passwords);
    expect(await find("User", `userName eq "${userName(1)}"`)).toEqual([]);
    const made = await create("User", oktaUser(userName(1)));
    expect(made).toMatchObject({ userName: userName(1), active: true, displayName: "Ada Roe" });
    expect(made).not.toHaveProperty("password");
    for (const name of [userName(1), userName(1).toUpperCase(), userName(1).toLowerCase()]) {
      const found = await find("User", `userName eq "${name}"`);
      expect(found.map(idOf)).toEqual([idOf(made)]);
    }
    const refused = await scimRefusal(
      create("User", oktaUser(userName(1).toLowerCase(), { externalId: "o2" })),
    );
    expect(refused).toMatchObject({ status: 409, scimType: "uniqueness" });
    expect(refused.detail).not.toContain(userName(1).toLowerCase());
    expect(stage.pool.allUsers()).toHaveLength(1);
    const [stored] = stage.pool.allUsers();
    expect(stored?.status).toBe("CONFIRMED");
    expect(stored?.passwords[0]).toBe("Zx7!kkPq9");
  });

  test("updates, disables, enables and sets a password, and a second cycle sends no write", async () => {
    const { create, get, replace, writesOf, stage } = scimStage(definition, passwords);
    const id = idOf(await create("User", oktaUser(userName(1))));
    const put = async (change: JsonObject): Promise<ScimResource> =>
      await replace("User", id, merged(await get("User", id), change));

    const married = { name: { givenName: "Ada", familyName: "Poe" } };
    expect(await writesOf(() => put(married))).toEqual(["AdminUpdateUserAttributes"]);
    expect(await get("User", id)).toMatchObject({ name: married.name, active: true });
    expect(await writesOf(() => put(married))).toEqual([]);

    expect(await writesOf(() => put({ active: false }))).toEqual([
      "AdminDisableUser",
      "AdminUserGlobalSignOut",
    ]);
    expect(await get("User", id)).toMatchObject({ active: false });
    expect(await writesOf(() => put({ active: false }))).toEqual([]);
    expect(await writesOf(() => put({ active: true }))).toEqual(["AdminEnableUser"]);

    expect(await writesOf(() => put({ password: "Ny8!kkPq9" }))).toEqual(["AdminSetUserPassword"]);
    expect(stage.pool.allUsers()[0]?.passwords[0]).toBe("Ny8!kkPq9");
    expect(await writesOf(() => put({}))).toEqual([]);
  });

  test("pushes groups: adds and removes members, renames, and deletes", async () => {
    const { create, get, patch, remove, find, writesOf } = scimStage(definition);
    const ids = [];
    for (const n of [1, 2, 3]) ids.push(idOf(await create("User", oktaUser(userName(n)))));
    const [one = "", two = "", three = ""] = ids;
    const group = await create("Group", oktaGroup("Field Ops"));
    const id = idOf(group);
    expect(group).toMatchObject({ displayName: "Field Ops" });
    const push = (): Promise<ScimResource> =>
      patch("Group", id, [
        { op: "remove", path: `members[value eq "${one}"]` },
        { op: "add", path: "members", value: [{ value: two, display: "two" }, { value: three }] },
      ]);
    expect(await writesOf(push)).toEqual(["AdminAddUserToGroup", "AdminAddUserToGroup"]);
    expect(await writesOf(push)).toEqual([]);
    const members = async (): Promise<readonly string[]> => memberIdsOf((await get("Group", id))["members"]);
    expect(new Set(await members())).toEqual(new Set([two, three]));
    expect(await get("User", two)).toMatchObject({ groups: [{ value: id, display: "Field Ops" }] });

    const same = (): Promise<ScimResource> =>
      patch("Group", id, [{ op: "replace", value: { id, displayName: "Field Ops" } }]);
    expect(await writesOf(same)).toEqual([]);
    expect(await members()).toHaveLength(2);
    const renamed = await patch("Group", id, [{ op: "replace", value: { id, displayName: "Sales Ops" } }]);
    expect(renamed).toMatchObject({ id, displayName: "Sales Ops" });
    expect((await find("Group", 'displayName eq "sales ops"')).map(idOf)).toEqual([id]);

    expect(await writesOf(() => patch("Group", id, [{ op: "replace", path: "members", value: [] }]))).toEqual(
      ["AdminRemoveUserFromGroup", "AdminRemoveUserFromGroup"],
    );
    expect(await members()).toEqual([]);
    await remove("Group", id);
    expect(await scimRefusal(get("Group", id))).toMatchObject({ status: 404 });
    expect(await scimRefusal(remove("Group", id))).toMatchObject({ status: 404 });
  });
});

test("Okta takes over who is in the pool already, and changes nothing but what it sends", async () => {
  const definition = {
    schema: [{ name: "custom:department" }, { name: "custom:badge" }],
    groups: ["ops"],
    users: [
      person(1, {
        username: "Ada.Roe",
        groups: ["ops"],
        attributes: {
          email: "ada@corp.test",
          email_verified: "true",
          phone_number: "+15551230001",
          phone_number_verified: "true",
          given_name: "Ada",
          family_name: "Roe",
          gender: "female",
          address: '{"street_address":"1 Main St","door":"left"}',
          website: "https://ada.example.com",
          "custom:department": "Ops",
          "custom:badge": "7",
        },
      }),
    ],
  };
  const { find, get, replace, stage, view } = scimStage(definition);
  view.run();
  const held = () => {
    const user = stage.pool.stored("Ada.Roe");
    return { attributes: new Map(user?.attributes), enabled: user?.enabled, passwords: user?.passwords[0] };
  };
  const before = held();
  const [found] = await find("User", 'userName eq "ada.roe"');
  const id = found === undefined ? "" : idOf(found);
  const put = async (change: JsonObject) => replace("User", id, merged(await get("User", id), change));
  await put({ externalId: "00u1", displayName: "Ada R.", active: true });
  expect(held()).toEqual(before);
  const { name } = await get("User", id);
  await put({ name: { ...(isObjectValue(name) && name), familyName: "Poe" } });
  const attributes = new Map(before.attributes).set("family_name", "Poe");
  expect(held()).toEqual({ ...before, attributes });
  expect(await get("User", id)).toMatchObject({ externalId: "00u1", groups: [{ display: "ops" }] });
});

const RENAMING = POOL_KINDS.filter(({ canRename }) => canRename);

test.for(RENAMING)("Okta renames a person, a pool with $kind", async ({ definition, userName, newName }) => {
  const { create, get, replace, find, writesOf } = scimStage(definition);
  const made = await create("User", oktaUser(userName(1)));
  const id = idOf(made);
  const rename = (): Promise<ScimResource> =>
    replace("User", id, merged(made, { userName: newName(1), emails: oktaUser(newName(1))["emails"] ?? [] }));
  expect(await writesOf(rename)).toEqual(["AdminUpdateUserAttributes"]);
  expect(await get("User", id)).toMatchObject({ id, userName: newName(1) });
  expect((await find("User", `userName eq "${newName(1).toUpperCase()}"`)).map(idOf)).toEqual([id]);
  expect(await find("User", `userName eq "${userName(1)}"`)).toEqual([]);
  expect(await writesOf(rename)).toEqual([]);
  const other = await create("User", oktaUser(userName(2)));
  const clash = replace("User", idOf(other), merged(other, { userName: newName(1).toLowerCase() }));
  expect(await scimRefusal(clash)).toMatchObject({ status: 409, scimType: "uniqueness" });
});

test.for(POOL_KINDS.filter(({ canRename }) => !canRename))(
  "Okta receives a refusal where a name cannot change, a pool with $kind",
  async ({ definition, userName, newName }) => {
    const { create, replace } = scimStage(definition);
    const made = await create("User", oktaUser(userName(1)));
    const rename = replace("User", idOf(made), merged(made, { userName: newName(1) }));
    expect(await scimRefusal(rename)).toMatchObject({ status: 400, scimType: "mutability" });
  },
);
