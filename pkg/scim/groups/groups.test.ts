import { describe, expect, test } from "vitest";
import { person } from "../../../test/cognito/definitions.ts";
import { uuidAt } from "../../../test/cognito/hash.ts";
import { entraGroup, oktaGroup } from "../../../test/support/scim-clients.ts";
import {
  idOf,
  listOf,
  resourcesIn,
  scimCall,
  scimRefusal,
  scimStage,
} from "../../../test/support/scim-stage.ts";
import { memberIdsOf } from "../protocol/members.ts";
import { COGNITO_GROUP_URN, type JsonObject } from "../resource.ts";

const subOf = (n: number): string => uuidAt(55_555, n);
const manyUsers = (count: number, first = 1) =>
  Array.from({ length: count }, (_, at) => ({ username: `user${first + at}`, sub: subOf(first + at) }));
const valuesOf = (subs: readonly string[]): JsonObject[] => subs.map((value) => ({ value }));

describe("names", () => {
  test("a rename changes the displayName alone, and the old name is free for another group", async () => {
    const { create, patch, find, writesOf, stage } = scimStage();
    const one = await create("Group", oktaGroup("Sales"));
    const rename = [{ op: "replace", path: "displayName", value: "Sales EMEA" }];
    expect(await writesOf(() => patch("Group", idOf(one), rename))).toEqual([]);
    const two = await create("Group", oktaGroup("Sales"));
    expect(idOf(two)).not.toBe(idOf(one));
    expect((await find("Group", 'displayName eq "SALES"')).map(idOf)).toEqual([idOf(two)]);
    expect((await find("Group", 'displayName eq "sales emea"')).map(idOf)).toEqual([idOf(one)]);
    const back = patch("Group", idOf(one), [{ op: "replace", path: "displayName", value: "SALES" }]);
    expect(await scimRefusal(back)).toMatchObject({ status: 409, scimType: "uniqueness" });
    const [, second] = stage.pool.groups(-1, 10).items.map(({ name }) => name);
    expect(second).toMatch(/^Sales-[0-9a-f]{8}$/);
  });

  test("that become the same name in the pool are two groups", async () => {
    const { create, stage } = scimStage();
    await create("Group", oktaGroup("Sales Team"));
    await create("Group", oktaGroup("Sales-Team"));
    await create("Group", oktaGroup("Sales\tTeam"));
    expect(new Set(stage.pool.groups(-1, 10).items.map(({ name }) => name)).size).toBe(3);
  });

  test.for(["a/b", "50%", "a+b", 'say "x"', "😀", "é", "a\\b", "..", "Ünïcode ß", "x".repeat(200), "%2F"])(
    "%j survives as id, filter and change",
    async (name) => {
      const { create, get, find, patch, remove } = scimStage();
      const made = await create("Group", oktaGroup(name));
      const id = idOf(made);
      expect(id).toMatch(/^[\w-]+$/);
      expect(await get("Group", id)).toMatchObject({ id, displayName: name });
      expect((await find("Group", `displayName eq ${JSON.stringify(name)}`)).map(idOf)).toEqual([id]);
      await patch("Group", id, [{ op: "replace", path: "externalId", value: name }]);
      expect((await find("Group", `externalId eq ${JSON.stringify(name)}`)).map(idOf)).toEqual([id]);
      await remove("Group", id);
    },
  );

  test("ids that no group can have are not found", async () => {
    const { get, remove, patch } = scimStage({ groups: ["ops"] });
    for (const id of ["ops", "", " ", "!!", "b3Bz=", "b3Bz\n", "x".repeat(5000), "ICA"]) {
      expect(await scimRefusal(get("Group", id))).toMatchObject({ status: 404 });
      expect(await scimRefusal(remove("Group", id))).toMatchObject({ status: 404 });
      const change = patch("Group", id, [{ op: "replace", path: "displayName", value: "x" }]);
      expect(await scimRefusal(change)).toMatchObject({ status: 404 });
    }
  });

  test("of two requests at once for one displayName one is answered 409", async () => {
    const { create, stage } = scimStage();
    const answers = await Promise.allSettled([
      create("Group", oktaGroup("Sales Team")),
      create("Group", entraGroup("sales team")),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(stage.pool.groupCount()).toBe(1);
  });

  test("a group that somebody else has made is found by its name, and is taken", async () => {
    const { create, find, view } = scimStage({ groups: ["Ops"] });
    expect(await find("Group", 'displayName eq "Ops"')).toMatchObject([{ displayName: "Ops" }]);
    expect(await scimRefusal(create("Group", oktaGroup("Ops")))).toMatchObject({ status: 409 });
    expect(await find("Group", 'displayName eq "oPS"')).toEqual([]);
    view.run();
    expect(await find("Group", 'displayName eq "oPS"')).toMatchObject([{ displayName: "Ops" }]);
    expect(await scimRefusal(create("Group", oktaGroup("oPS")))).toMatchObject({ status: 409 });
  });
});

test("a name and an externalId are free again when somebody else has deleted their group", async () => {
  const { create, patch, stage } = scimStage();
  const names = { displayName: "Sales EMEA", externalId: "g1" };
  const one = await create("Group", oktaGroup("Sales"));
  await patch("Group", idOf(one), [{ op: "replace", value: names }]);
  stage.pool.deleteGroup("Sales");
  const two = await create("Group", names);
  stage.pool.deleteGroup(String(stage.pool.groups(-1, 10).items[0]?.name));
  expect(idOf(two)).not.toBe(idOf(one));
  const three = await create("Group", oktaGroup("Other"));
  await patch("Group", idOf(three), [{ op: "replace", value: names }]);
});

describe("fields", () => {
  const fields = (over: JsonObject): JsonObject => ({ [COGNITO_GROUP_URN]: over });

  test("of Cognito are set, changed and cleared, and a PUT that does not know them leaves them", async () => {
    const { create, get, replace, patch, writesOf } = scimStage();
    const made = await create("Group", {
      ...oktaGroup("Ops"),
      ...fields({ description: "Operations", precedence: 3 }),
    });
    const id = idOf(made);
    expect(made).toMatchObject(fields({ description: "Operations", precedence: 3 }));
    expect(await writesOf(() => replace("Group", id, { displayName: "Ops" }))).toEqual([]);
    expect(await get("Group", id)).toMatchObject(fields({ description: "Operations", precedence: 3 }));
    const path = `${COGNITO_GROUP_URN}:description`;
    expect(await writesOf(() => patch("Group", id, [{ op: "replace", path, value: "Field" }]))).toEqual([
      "UpdateGroup",
    ]);
    expect(await writesOf(() => patch("Group", id, [{ op: "replace", path, value: "Field" }]))).toEqual([]);
    await patch("Group", id, [{ op: "remove", path }]);
    const read = await get("Group", id);
    expect(read[COGNITO_GROUP_URN]).toEqual({ precedence: 3 });
  });
});

describe("a version", () => {
  test("of a group read with or without members is taken, and an old one is refused", async () => {
    const { create, get, patch } = scimStage({ users: manyUsers(2) });
    const id = idOf(await create("Group", oktaGroup("Ops", [subOf(1)])));
    const quiet = { projection: { excludedAttributes: ["members"] } };
    const versionOf = async (over = {}): Promise<string> => {
      const { meta } = await get("Group", id, over);
      return String(Reflect.get(Object(meta), "version"));
    };
    const add = (sub: string, ifMatch: string) =>
      patch("Group", id, [{ op: "add", path: "members", value: valuesOf([sub]) }], { ...quiet, ifMatch });
    const whole = await versionOf();
    await add(subOf(2), whole);
    expect(await scimRefusal(add(subOf(2), whole))).toMatchObject({ status: 412 });
    await add(subOf(2), await versionOf(quiet));
    expect(await versionOf()).not.toBe(whole);
  });
});

describe("a dry run", () => {
  test("checks a group and its members, and writes nothing", async () => {
    const { create, patch, replace, remove, records, stage } = scimStage({ users: manyUsers(3) });
    const dryRun = { dryRun: true };
    const post = oktaGroup("Sales Team", [subOf(1)]);
    expect(await create("Group", post, dryRun)).toMatchObject({ displayName: "Sales Team" });
    expect(await scimRefusal(create("Group", oktaGroup("x", ["nobody"]), dryRun))).toMatchObject({
      status: 400,
    });
    expect(stage.writes()).toEqual([]);
    const id = idOf(await create("Group", post));
    const before = stage.writes().length;
    const rows = structuredClone(records.rows);
    expect(await scimRefusal(create("Group", post, dryRun))).toMatchObject({ status: 409 });
    const put = { displayName: "Other", members: valuesOf([subOf(2)]) };
    expect(await replace("Group", id, put, dryRun)).toMatchObject({
      displayName: "Other",
      members: [{ value: subOf(2) }],
    });
    await patch("Group", id, [{ op: "add", path: "members", value: valuesOf([subOf(3)]) }], dryRun);
    await remove("Group", id, dryRun);
    expect(stage.writes()).toHaveLength(before);
    expect(records.rows).toEqual(rows);
  });
});

describe("a list of groups", () => {
  test("by a member is read from the side of the user", async () => {
    const { create, find, callsOf } = scimStage({ users: manyUsers(2), groups: ["zero"] });
    const one = await create("Group", oktaGroup("One", [subOf(1)]));
    await create("Group", oktaGroup("Two", [subOf(2)]));
    const quiet = { projection: { attributes: ["displayName"] } };
    const calls = await callsOf(async () => {
      expect((await find("Group", `members.value eq "${subOf(1)}"`, quiet)).map(idOf)).toEqual([idOf(one)]);
      expect(await find("Group", `members[value eq "${subOf(9)}"]`, quiet)).toEqual([]);
    });
    expect(calls).not.toContain("ListUsersInGroup");
    const whole = await find("Group", `members.value eq "${subOf(1)}"`);
    expect(whole).toMatchObject([{ members: [{ value: subOf(1) }] }]);
    const two = `id eq "${idOf(one)}" and members eq "${subOf(1)}" and members eq "${subOf(2)}"`;
    expect(await find("Group", two)).toEqual([]);
  });

  test("reads no member where none is wanted, and every page where they are", async () => {
    const { service, callsOf, create } = scimStage({ users: manyUsers(130) });
    await create(
      "Group",
      oktaGroup(
        "Big",
        manyUsers(130).map(({ sub }) => sub),
      ),
    );
    const list = async (projection: JsonObject) => {
      const answer = await service.list(listOf("Group", 'displayName eq "Big"'), scimCall({ projection }));
      return resourcesIn(answer.resources);
    };
    const quiet = await callsOf(() => list({ excludedAttributes: ["members"] }));
    expect(quiet).not.toContain("ListUsersInGroup");
    const [group = {}] = await list({});
    expect(memberIdsOf(group["members"])).toHaveLength(130);
  });
});

describe("the profile starling", () => {
  const options = { settings: { profile: "starling" }, userIdKind: "username" } as const;

  test("has group names and usernames as ids", async () => {
    const { create, get, replace, find } = scimStage({ users: manyUsers(2) }, options);
    const made = await create("Group", oktaGroup("ops", ["user1"]));
    expect(made).toMatchObject({ id: "ops", displayName: "ops", members: [{ value: "user1" }] });
    await replace("Group", "ops", { id: "ops", displayName: "ops", members: [{ value: "user2" }] });
    expect(memberIdsOf((await get("Group", "ops"))["members"])).toEqual(["user2"]);
    expect(await scimRefusal(replace("Group", "ops", { displayName: "other" }))).toMatchObject({
      status: 400,
    });
    expect((await find("Group", 'members.value eq "user2"')).map(idOf)).toEqual(["ops"]);
    expect(await scimRefusal(create("Group", oktaGroup("two words")))).toMatchObject({ status: 400 });
  });

  test.for(["SCIM", "somebody else"])(
    "a user whom %s has made again under the same username becomes a member",
    async (who) => {
      const { create, patch, get, remove, stage } = scimStage({ users: manyUsers(1) }, options);
      await create("Group", oktaGroup("ops", ["user1"]));
      if (who === "SCIM") {
        await remove("User", "user1");
        await create("User", { userName: "user1", emails: [{ value: "user1@corp.test" }] });
      } else {
        stage.pool.deleteUser("user1");
        stage.pool.addUser({ username: "user1" });
      }
      const add = [{ op: "add", path: "members", value: [{ value: "user1" }] }];
      // The first request finds out that the account is another one.
      await patch("Group", "ops", add).catch(() => undefined);
      await patch("Group", "ops", add);
      expect(memberIdsOf((await get("Group", "ops"))["members"])).toEqual(["user1"]);
    },
  );

  test("works where the ids of the provisioner are subs", async () => {
    const { create, patch, get } = scimStage({ users: manyUsers(2) }, { settings: { profile: "starling" } });
    await create("Group", oktaGroup("ops", ["user1"]));
    await patch("Group", "ops", [{ op: "remove", path: 'members[value eq "user1"]' }]);
    await patch("User", "user2", [{ op: "replace", path: "active", value: false }]);
    expect(memberIdsOf((await get("Group", "ops"))["members"])).toEqual([]);
  });
});

test("the guards of the provisioner hold: a group that may not be granted is answered 403", async () => {
  const users = [person(1, { username: "ann" })];
  const role = "arn:aws:iam::123456789012:role/x";
  const { find, patch, stage } = scimStage(
    { users, groups: [{ name: "root", roleArn: role }] },
    { policy: { allowRoleGroups: false } },
  );
  const [group = {}] = await find("Group", 'displayName eq "root"');
  const [ann] = stage.pool.allUsers();
  const add = [{ op: "add", path: "members", value: valuesOf([ann?.sub ?? ""]) }];
  expect(await scimRefusal(patch("Group", idOf(group), add))).toMatchObject({ status: 403 });
  expect(stage.writes()).toEqual([]);
});
