import { describe, expect, test } from "vitest";
import { person } from "../../../test/cognito/definitions.ts";
import { oktaUser } from "../../../test/support/scim-clients.ts";
import { idOf, scimRefusal, scimStage } from "../../../test/support/scim-stage.ts";
import { ENTERPRISE_URN, type JsonObject } from "../resource.ts";

const ADA = "ada@corp.test";
const ada = (over: JsonObject = {}): JsonObject => oktaUser(ADA, over);

describe("a password", () => {
  const settings = { password: "permanent" } as const;

  test("that the policy refuses leaves no user, and a better one is not a second user", async () => {
    const { create, stage } = scimStage({}, { settings });
    const refused = await scimRefusal(create("User", ada({ password: "short" })));
    expect(refused).toMatchObject({ status: 400, scimType: "invalidValue" });
    expect(refused.detail).toContain("password");
    expect(stage.writes()).toEqual([]);
    await create("User", ada());
  });

  test("that only Cognito refuses leaves no user either", async () => {
    const { create, stage, records } = scimStage({}, { settings });
    stage.cognito.script({
      operation: "AdminSetUserPassword",
      times: 1,
      error: { name: "InvalidPasswordException" },
    });
    const refused = await scimRefusal(create("User", ada()));
    expect(refused).toMatchObject({ status: 400, scimType: "invalidValue" });
    expect(stage.pool.allUsers()).toEqual([]);
    expect(records.begun.size).toBe(0);
    expect(records.rows).toEqual([]);
    expect(await create("User", ada())).toMatchObject({ userName: ADA });
  });

  test("is ignored where the setting says so, also on an update", async () => {
    const { create, replace, stage, writesOf } = scimStage();
    const made = await create("User", ada());
    const [user] = stage.pool.allUsers();
    expect(user?.passwords).not.toContain("Zx7!kkPq9");
    expect(user?.status).toBe("FORCE_CHANGE_PASSWORD");
    expect(await writesOf(() => replace("User", idOf(made), ada({ password: "Ny8!kkPq9" })))).toEqual([]);
  });

  test("is temporary where the setting says so", async () => {
    const { create, stage } = scimStage({}, { settings: { password: "temporary" } });
    await create("User", ada());
    expect(stage.pool.allUsers()[0]).toMatchObject({ status: "FORCE_CHANGE_PASSWORD" });
    expect(stage.pool.allUsers()[0]?.passwords).toEqual(["Zx7!kkPq9"]);
  });
});

describe("PUT", () => {
  const definition = { schema: [{ name: "custom:department" }] };

  test("removes what the body does not have, and leaves state, password and unmentioned extensions", async () => {
    const { create, get, patch, replace, writesOf } = scimStage(definition);
    const extension = { [ENTERPRISE_URN]: { department: "Ops" } };
    const id = idOf(await create("User", ada({ nickName: "Addie", ...extension })));
    await patch("User", id, [{ op: "replace", path: "active", value: false }]);
    const { active: _active, password: _password, locale: _locale, ...body } = ada();
    expect(await writesOf(() => replace("User", id, body))).toEqual(["AdminDeleteUserAttributes"]);
    const read = await get("User", id);
    expect(read).toMatchObject({ active: false, [ENTERPRISE_URN]: { department: "Ops" } });
    expect(read).not.toHaveProperty("nickName");
    expect(read).not.toHaveProperty("locale");
    const mentioned = { ...body, schemas: ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE_URN] };
    expect(await writesOf(() => replace("User", id, mentioned))).toEqual(["AdminDeleteUserAttributes"]);
    expect(await get("User", id)).not.toHaveProperty([ENTERPRISE_URN]);
  });

  test("keeps what the pool cannot hold, without a call to the pool", async () => {
    const { create, get, replace, callsOf, records } = scimStage();
    const made = await create("User", ada());
    const id = idOf(made);
    const emails = [
      { value: ADA, type: "home", primary: true },
      { value: "ada@elsewhere.test", type: "other" },
    ];
    const body = { ...made, emails, externalId: "another" };
    expect(await callsOf(() => replace("User", id, body))).toEqual(["ListUsers", "AdminListGroupsForUser"]);
    expect(await get("User", id)).toMatchObject({ emails, externalId: "another" });
    const before = records.keeps;
    await replace("User", id, body);
    expect(records.keeps).toBe(before);
  });

  test("of an id that no user has makes no user", async () => {
    const { replace, stage } = scimStage();
    for (const id of ["0000c0de-0000-4000-8000-000000000001", "ada", "a\\b", "😀", " "]) {
      expect(await scimRefusal(replace("User", id, ada()))).toMatchObject({ status: 404 });
    }
    expect(stage.pool.allUsers()).toEqual([]);
  });
});

test("attributes that the pool does not have are left out, and said to the program", async () => {
  const { create, patch, replace, dropped } = scimStage();
  const made = await create("User", ada({ favouriteColour: "red" }));
  await replace("User", idOf(made), { ...made, shoeSize: 41 });
  await patch("User", idOf(made), [{ op: "add", path: "roles", value: [{ value: "Admin" }] }]);
  expect(dropped).toEqual(["User favouriteColour", "User shoeSize", "User roles"]);
});

describe("--scim-deprovision disable", () => {
  const options = { settings: { deprovision: "disable", password: "permanent" } } as const;

  test("DELETE disables, signs out and hides; POST brings the same user back", async () => {
    const { create, get, remove, patch, find, writesOf, stage } = scimStage({ groups: ["ops"] }, options);
    const id = idOf(await create("User", ada()));
    stage.pool.join(ADA, "ops");
    expect(await writesOf(() => remove("User", id))).toEqual(["AdminDisableUser", "AdminUserGlobalSignOut"]);
    expect(await scimRefusal(get("User", id))).toMatchObject({ status: 404 });
    expect(await scimRefusal(get("User", ADA))).toMatchObject({ status: 404 });
    expect(await scimRefusal(remove("User", id))).toMatchObject({ status: 404 });
    expect(await scimRefusal(patch("User", id, [{ op: "remove", path: "nickName" }]))).toMatchObject({
      status: 404,
    });
    for (const filter of [`userName eq "${ADA}"`, `id eq "${id}"`, `externalId eq "okta-${ADA}"`]) {
      expect(await find("User", filter)).toEqual([]);
    }
    const [group] = await find("Group", 'displayName eq "ops"');
    expect(group).toMatchObject({ members: [] });
    const body = ada({ name: { givenName: "Ada", familyName: "Poe" } });
    let back: JsonObject = {};
    expect(await writesOf(async () => (back = await create("User", body)))).toEqual([
      "AdminUpdateUserAttributes",
      "AdminSetUserPassword",
      "AdminEnableUser",
    ]);
    expect(back).toMatchObject({ id, active: true, name: { familyName: "Poe" } });
    expect(await get("User", id)).toMatchObject({ id, active: true, groups: [{ display: "ops" }] });
  });

  test("the externalId of a hidden user may be given to another", async () => {
    const { create, remove, find } = scimStage({}, options);
    const id = idOf(await create("User", ada()));
    await remove("User", id);
    const other = await create("User", oktaUser("bob@corp.test", { externalId: `okta-${ADA}` }));
    expect((await find("User", `externalId eq "okta-${ADA}"`)).map(idOf)).toEqual([idOf(other)]);
  });
});

describe("unique values", () => {
  test("of two requests at once for one userName one is answered 409", async () => {
    const { create, stage } = scimStage();
    const answers = await Promise.allSettled([
      create("User", ada()),
      create("User", ada({ userName: ADA.toUpperCase(), externalId: "x" })),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(stage.pool.allUsers()).toHaveLength(1);
  });

  test.for([{ caseSensitive: true }, { usernameAttributes: ["email"], caseSensitive: true }] as const)(
    "a userName in another letter case is in use, also in a pool that tells them apart: %j",
    async (definition) => {
      const { create, find, writesOf } = scimStage(definition);
      const id = idOf(await create("User", ada()));
      const other = ada({ userName: ADA.toUpperCase(), externalId: "x" });
      expect(
        await writesOf(async () => {
          expect(await scimRefusal(create("User", other))).toMatchObject({
            status: 409,
            scimType: "uniqueness",
          });
        }),
      ).toEqual([]);
      expect((await find("User", `userName eq "${ADA.toUpperCase()}"`)).map(idOf)).toEqual([id]);
    },
  );

  test("an externalId belongs to one user, until that one is gone", async () => {
    const { create, patch, stage } = scimStage();
    await create("User", ada());
    const same = { externalId: `okta-${ADA}` };
    const before = stage.writes().length;
    const bob = oktaUser("bob@corp.test", same);
    expect(await scimRefusal(create("User", bob))).toMatchObject({ status: 409, scimType: "uniqueness" });
    expect(stage.writes()).toHaveLength(before);
    const other = await create("User", { ...bob, externalId: "bob" });
    const steal = patch("User", idOf(other), [{ op: "replace", value: same }]);
    expect(await scimRefusal(steal)).toMatchObject({ status: 409, scimType: "uniqueness" });
    // Somebody else deletes the first one, in the console.
    stage.pool.deleteUser(ADA);
    stage.clock.advance(60_000);
    await patch("User", idOf(other), [{ op: "replace", value: same }]);
  });

  test("an externalId that the pool holds belongs to the user who has it there", async () => {
    const definition = {
      schema: [{ name: "custom:external_id" }],
      users: [person(1, { username: "ann", attributes: { "custom:external_id": "e1" } })],
    };
    const options = { settings: { externalIdAttribute: "custom:external_id" } };
    const { create, get, find, patch, view, stage } = scimStage(definition, options);
    view.run();
    expect(await find("User", 'externalId eq "e1"')).toMatchObject([{ userName: "ann", externalId: "e1" }]);
    expect(await scimRefusal(create("User", ada({ externalId: "e1" })))).toMatchObject({ status: 409 });
    const made = await create("User", ada({ externalId: "e2" }));
    const take = patch("User", idOf(made), [{ op: "replace", path: "externalId", value: "e1" }]);
    expect(await scimRefusal(take)).toMatchObject({ status: 409, scimType: "uniqueness" });
    // Somebody else gives the user another one, in the pool.
    const stored = stage.pool.stored(ADA);
    if (stored === undefined) throw new Error("the user is stored by its userName");
    stage.pool.setAttribute(stored, "custom:external_id", "e3");
    stage.clock.advance(60_000);
    view.run();
    expect(await get("User", idOf(made))).toMatchObject({ externalId: "e3" });
    const ann = idOf(await get("User", "ann"));
    await patch("User", ann, [{ op: "replace", path: "externalId", value: "e2" }]);
    expect((await find("User", 'externalId eq "e2"')).map(idOf)).toEqual([ann]);
  });

  test("an address that another signs in by is answered 409", async () => {
    const definition = { aliasAttributes: ["email", "preferred_username"] } as const;
    const { create, stage } = scimStage(definition);
    await create("User", oktaUser("ada", { emails: [{ value: ADA, type: "work" }] }));
    const second = oktaUser("bea", { emails: [{ value: ADA, type: "work" }], externalId: "b" });
    const refused = await scimRefusal(create("User", second));
    expect(refused).toMatchObject({ status: 409, scimType: "uniqueness" });
    expect(refused.detail).toMatch(/^emails: /);
    expect(stage.pool.allUsers()).toHaveLength(1);
  });
});
