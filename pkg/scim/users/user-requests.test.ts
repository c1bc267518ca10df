import { describe, expect, test } from "vitest";
import { person } from "../../../test/cognito/definitions.ts";
import { laggingListings } from "../../../test/support/lagging-listings.ts";
import { oktaUser } from "../../../test/support/scim-clients.ts";
import { idOf, scimCall, scimRefusal, scimStage } from "../../../test/support/scim-stage.ts";
import { COGNITO_USER_URN, type JsonObject } from "../resource.ts";

const ADA = "ada@corp.test";
const ada = (over: JsonObject = {}): JsonObject => oktaUser(ADA, over);

describe("a version", () => {
  test("that another request has made old is refused with 412, read with or without the groups", async () => {
    const { create, get, patch } = scimStage({ groups: ["ops"] });
    const id = idOf(await create("User", ada()));
    const versionOf = async (over = {}): Promise<string> => {
      const { meta } = await get("User", id, over);
      return String(Reflect.get(Object(meta), "version"));
    };
    const rename = (familyName: string, ifMatch: string) =>
      patch("User", id, [{ op: "replace", path: "name.familyName", value: familyName }], { ifMatch });
    const whole = await versionOf();
    await rename("Poe", whole);
    expect(await scimRefusal(rename("Roe", whole))).toMatchObject({ status: 412 });
    await rename("Moe", await versionOf({ projection: { excludedAttributes: ["groups"] } }));
    await rename("Doe", `"other", ${await versionOf()}`);
    await rename("Roe", "*");
    const same = { ifNoneMatch: await versionOf() };
    const refused = patch("User", id, [{ op: "replace", path: "active", value: false }], same);
    expect(await scimRefusal(refused)).toMatchObject({ status: 412 });
  });
});

describe("a dry run", () => {
  test("answers what would be, and writes nothing", async () => {
    const { create, get, patch, replace, remove, records, stage } = scimStage();
    const dryRun = { dryRun: true };
    const preview = await create("User", ada(), dryRun);
    expect(preview).toMatchObject({ userName: ADA, active: true });
    expect(preview).not.toHaveProperty("id");
    expect(preview).not.toHaveProperty("password");
    expect(stage.writes()).toEqual([]);
    const made = await create("User", ada());
    const id = idOf(made);
    const before = stage.writes().length;
    const rows = structuredClone(records.rows);
    expect(await scimRefusal(create("User", ada(), dryRun))).toMatchObject({ status: 409 });
    const same = oktaUser("bob@corp.test", { externalId: `okta-${ADA}` });
    expect(await scimRefusal(create("User", same, dryRun))).toMatchObject({ status: 409 });
    const changed = await patch(
      "User",
      id,
      [{ op: "replace", value: { active: false, title: "x" } }],
      dryRun,
    );
    expect(changed).toMatchObject({ id, active: false });
    const put = await replace("User", id, { ...made, name: { familyName: "Poe" } }, dryRun);
    expect(put).toMatchObject({ name: { familyName: "Poe" } });
    await remove("User", id, dryRun);
    expect(stage.writes()).toHaveLength(before);
    expect(records.rows).toEqual(rows);
    expect(await get("User", id)).toMatchObject({ active: true, name: { familyName: "Roe" } });
  });
});

describe("groups of a user", () => {
  test("cost no call when they are not wanted", async () => {
    const { create, get, callsOf } = scimStage();
    const id = idOf(await create("User", ada()));
    expect(await callsOf(() => get("User", id))).toEqual(["ListUsers", "AdminListGroupsForUser"]);
    const without = { projection: { excludedAttributes: ["groups"] } };
    expect(await callsOf(() => get("User", id, without))).toEqual(["ListUsers"]);
  });

  test("are written where the setting allows it, and then only what differs", async () => {
    const options = { settings: { groupFromUser: true } };
    const { create, find, patch, replace, writesOf } = scimStage({ groups: ["a", "b", "c"] }, options);
    const ids: Record<string, string> = {};
    for (const name of ["a", "b", "c"])
      ids[name] = idOf((await find("Group", `displayName eq "${name}"`))[0] ?? {});
    const { a = "", b = "", c = "" } = ids;
    const made = await create("User", ada({ groups: [{ value: a }, { value: b }] }));
    expect(made).toMatchObject({ groups: [{ value: a }, { value: b }] });
    const id = idOf(made);
    const body = { ...made, groups: [{ value: b }, { value: c }] };
    expect(await writesOf(() => replace("User", id, body))).toEqual([
      "AdminRemoveUserFromGroup",
      "AdminAddUserToGroup",
    ]);
    expect(await writesOf(() => replace("User", id, body))).toEqual([]);
    const add = [{ op: "add", path: "groups", value: [{ value: a }] }];
    expect(await writesOf(() => patch("User", id, add))).toEqual(["AdminAddUserToGroup"]);
    expect(await writesOf(() => patch("User", id, [{ op: "replace", path: "active", value: true }]))).toEqual(
      [],
    );
    expect(await writesOf(() => replace("User", id, { ...made, groups: [] }))).toHaveLength(3);
  });

  test("are what this process has just written, where AWS's listing lags behind (mark 50)", async () => {
    const { stage, restarted } = scimStage(
      { users: [person(1, { username: "ann" })], groups: ["a", "b", "c"] },
      { settings: { groupFromUser: true } },
    );
    const { service } = restarted({ directory: laggingListings(stage.directory).lagging });
    const id = stage.pool.stored("ann")?.sub ?? "";
    const valueOf = (name: string) => ({ value: Buffer.from(name, "utf8").toString("base64url") });
    const groups = () => stage.pool.groupsOf("ann", 0, 60).items.map(({ name }) => name);
    const made = await service.get("User", id, scimCall());
    const put = (...names: string[]) =>
      service.replace("User", id, { ...made, groups: names.map(valueOf) }, scimCall());
    const patch = (...operations: readonly JsonObject[]) =>
      service.patch(
        "User",
        id,
        { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: operations },
        scimCall(),
      );
    await put("a", "b");
    await put("b");
    expect(groups()).toEqual(["b"]);
    await put("a");
    expect(groups()).toEqual(["a"]);
    await patch({ op: "add", path: "groups", value: [valueOf("c")] });
    expect(groups()).toEqual(["a", "c"]);
    await patch({ op: "remove", path: `groups[value eq "${valueOf("a").value}"]` });
    expect(groups()).toEqual(["c"]);
  });

  test("are left alone where it does not", async () => {
    const { create, replace, writesOf, find } = scimStage({ groups: ["a"] });
    const group = idOf((await find("Group", 'displayName eq "a"'))[0] ?? {});
    const made = await create("User", ada({ groups: [{ value: group }] }));
    expect(made["groups"] ?? []).toEqual([]);
    const body = { ...made, groups: [{ value: group }] };
    expect(await writesOf(() => replace("User", idOf(made), body))).toEqual([]);
  });
});

describe("a user of somebody else", () => {
  test("is found by its username in the path, and its id is the sub", async () => {
    const { get, stage } = scimStage({ users: [person(1, { username: "ann" })] });
    const [user] = stage.pool.allUsers();
    expect(await get("User", "ann")).toMatchObject({ id: user?.sub, userName: "ann" });
    expect(await get("User", user?.sub ?? "")).toMatchObject({ userName: "ann" });
  });

  test("is never read by the call that AWS bills", async () => {
    const { get, find, callsOf } = scimStage({ users: [person(1, { username: "ann" })] });
    const calls = await callsOf(async () => {
      const id = idOf(await get("User", "ann"));
      await get("User", id);
      await find("User", 'userName eq "ann"');
      await find("User", 'userName eq "nobody"');
    });
    expect(calls).not.toContain("AdminGetUser");
  });

  test("of an identity provider keeps its password and attributes", async () => {
    const { get, patch, stage } = scimStage({
      users: [person(1, { username: "Google_1", status: "EXTERNAL_PROVIDER" })],
    });
    const id = idOf(await get("User", "Google_1"));
    const change = patch("User", id, [{ op: "replace", path: "nickName", value: "x" }]);
    expect(await scimRefusal(change)).toMatchObject({ status: 403 });
    expect(stage.writes()).toEqual([]);
  });
});

describe("the profile starling", () => {
  const options = {
    settings: { profile: "starling", password: "permanent" },
    userIdKind: "username",
  } as const;

  test("has usernames as ids", async () => {
    const { create, get, patch, remove } = scimStage({}, options);
    const made = await create("User", {
      userName: "ada",
      emails: [{ value: ADA }],
      password: "Zx7!kkPq9",
      [COGNITO_USER_URN]: { isPasswordPermanent: true },
    });
    expect(made).toMatchObject({ id: "ada", userName: "ada", displayName: "ada", active: true });
    await patch("User", "ada", [{ op: "replace", path: "nickName", value: "Addie" }]);
    expect(await get("User", "ada")).toMatchObject({ id: "ada" });
    await remove("User", "ada");
    expect(await scimRefusal(get("User", "ada"))).toMatchObject({ status: 404 });
  });
});

test("without --provisioning nothing is changed, in the pool or beside it", async () => {
  const users = [person(1, { username: "ann", enabled: false })];
  const options = { policy: { enabled: false }, settings: { deprovision: "disable" } } as const;
  const { create, get, find, patch, replace, remove, records, stage } = scimStage(
    { users, groups: ["ops"] },
    options,
  );
  const ann = await get("User", "ann");
  const [group = {}] = await find("Group", 'displayName eq "ops"');
  const changes = [
    create("User", ada()),
    create("Group", { displayName: "x" }),
    replace("User", idOf(ann), { ...ann, externalId: "x" }),
    patch("User", idOf(ann), [{ op: "replace", path: "externalId", value: "x" }]),
    patch("User", idOf(ann), [{ op: "replace", path: "active", value: false }]),
    patch("Group", idOf(group), [{ op: "replace", path: "displayName", value: "x" }]),
    replace("Group", idOf(group), { displayName: "ops", externalId: "x" }),
    remove("User", idOf(ann)),
    remove("Group", idOf(group)),
  ];
  for (const change of changes) {
    const refused = await scimRefusal(change);
    expect(refused).toMatchObject({ status: 403 });
    expect(refused.detail).toContain("--provisioning");
  }
  expect(stage.writes()).toEqual([]);
  expect(records.rows).toEqual([]);
  expect(records.begun.size).toBe(0);
  const planned = [{ op: "replace", path: "nickName", value: "x" }];
  expect(await patch("User", idOf(ann), planned, { dryRun: true })).toMatchObject({ nickName: "x" });
});

test("each change has its line in the audit log, with the caller and the reason, and no value", async () => {
  const { create, patch, remove, stage } = scimStage({}, { settings: { password: "permanent" } });
  const how = { caller: "entra", justification: "joined the team" };
  const id = idOf(await create("User", ada(), how));
  const group = idOf(await create("Group", { displayName: "Ops", members: [{ value: id }] }, how));
  await patch("User", id, [{ op: "replace", path: "nickName", value: "Addie" }], how);
  await patch("Group", group, [{ op: "remove", path: `members[value eq "${id}"]` }], how);
  await remove("Group", group, how);
  await remove("User", id, how);
  const lines = stage.audit.records;
  expect(lines.map(({ kind }) => kind)).toEqual([
    "create-account",
    "create-group",
    "grant",
    "change-user",
    "revoke",
    "delete-group",
    "delete-user",
  ]);
  for (const line of lines) {
    expect(line).toMatchObject({
      requester: { via: "scim", name: "entra" },
      outcome: "done",
      justification: "joined the team",
    });
    const text = JSON.stringify(line);
    for (const secret of ["Zx7!kkPq9", "Addie", ADA]) expect(text).not.toContain(secret);
  }
});
