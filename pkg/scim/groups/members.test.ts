import { describe, expect, test } from "vitest";
import { uuidAt } from "../../../test/cognito/hash.ts";
import type { Pool } from "../../../test/cognito/pool.ts";
import { someUser } from "../../../test/support/fake-directory.ts";
import { oktaGroup } from "../../../test/support/scim-clients.ts";
import { idOf, scimCall, scimRefusal, scimStage } from "../../../test/support/scim-stage.ts";
import type { PageRequest } from "../../core/page.ts";
import { memberIdsOf } from "../protocol/members.ts";
import type { JsonObject } from "../resource.ts";
import type { ScimCall } from "../service.ts";

const subOf = (n: number): string => uuidAt(55_555, n);
const manyUsers = (count: number, first = 1) =>
  Array.from({ length: count }, (_, at) => ({ username: `user${first + at}`, sub: subOf(first + at) }));
const valuesOf = (subs: readonly string[]): JsonObject[] => subs.map((value) => ({ value }));

function usernamesIn(pool: Pool, group: string): readonly string[] {
  return pool
    .allUsers()
    .map(({ username }) => username)
    .filter((username) => pool.groupsOf(username, -1, 60).items.some(({ name }) => name === group));
}

describe("members at any number", () => {
  test("10,000 members replaced by 10,000 others that differ in 7: seven write calls", async () => {
    const { patch, replace, writesOf, find, callsOf, stage } = scimStage({
      users: manyUsers(10_004),
      groups: ["big"],
    });
    for (let n = 1; n <= 10_000; n += 1) stage.pool.join(`user${n}`, "big");
    const [group = {}] = await find("Group", 'displayName eq "big"', { projection: { attributes: ["id"] } });
    // Four leave, three come.
    const wanted = manyUsers(9_999, 5).map(({ sub }) => sub);
    const body = { op: "replace", path: "members", value: valuesOf(wanted.slice(0, 9_999)) };
    const quiet = { projection: { excludedAttributes: ["members"] } };
    const writes = await writesOf(() => patch("Group", idOf(group), [body], quiet));
    expect(writes.toSorted()).toEqual([
      ...Array.from({ length: 3 }, () => "AdminAddUserToGroup"),
      ...Array.from({ length: 4 }, () => "AdminRemoveUserFromGroup"),
    ]);
    const second = await callsOf(() => patch("Group", idOf(group), [body], quiet));
    expect(new Set(second)).toEqual(new Set(["ListUsersInGroup"]));
    const put = { displayName: "big", members: valuesOf(wanted) };
    expect(await writesOf(() => replace("Group", idOf(group), put, quiet))).toEqual([]);
  });

  test("a request that stops half way says how far it came, and sent again it ends", async () => {
    const { create, patch, get, stage, writesOf } = scimStage({ users: manyUsers(30) });
    const id = idOf(await create("Group", oktaGroup("Field Ops")));
    const subs = manyUsers(30).map(({ sub }) => sub);
    stage.cognito.script({
      operation: "AdminAddUserToGroup",
      nth: 12,
      error: { name: "TooManyRequestsException" },
    });
    const add = [{ op: "add", path: "members", value: valuesOf(subs) }];
    const stopped = await scimRefusal(patch("Group", id, add));
    expect(stopped.status).toBe(429);
    expect(stopped.retryAfterSeconds).toBeGreaterThan(0);
    const made = usernamesIn(stage.pool, "Field-Ops").length;
    expect(made).toBeGreaterThan(10);
    expect(made).toBeLessThan(30);
    expect(stopped.detail).toContain(`${made} of 30 changes of members are made; send the request again`);
    expect(await writesOf(() => patch("Group", id, add))).toHaveLength(30 - made);
    expect(new Set(memberIdsOf((await get("Group", id))["members"]))).toEqual(new Set(subs));
  });

  test("ids of no user are refused before anything is written, and ids of the group's own are not looked up", async () => {
    const { create, patch, replace, writesOf, callsOf } = scimStage({ users: manyUsers(5) });
    const subs = manyUsers(5).map(({ sub }) => sub);
    const id = idOf(await create("Group", oktaGroup("Ops", subs.slice(0, 4))));
    for (const wrong of ["fake-member-id", subOf(99), "user5"]) {
      const value = valuesOf([subs[4] ?? "", wrong]);
      const writes = await writesOf(async () => {
        for (const op of ["add", "replace"]) {
          const refused = await scimRefusal(patch("Group", id, [{ op, path: "members", value }]));
          expect(refused).toMatchObject({ status: 400, scimType: "invalidValue" });
        }
        const put = { displayName: "Other", members: value };
        expect(await scimRefusal(replace("Group", id, put))).toMatchObject({ status: 400 });
        const post = oktaGroup("New", [wrong]);
        expect(await scimRefusal(create("Group", post))).toMatchObject({ status: 400 });
      });
      expect(writes).toEqual([]);
    }
    const quiet = { projection: { excludedAttributes: ["members"] } };
    const calls = await callsOf(() =>
      patch("Group", id, [{ op: "replace", path: "members", value: valuesOf(subs.slice(0, 4)) }], quiet),
    );
    expect(calls).toEqual(["ListUsersInGroup"]);
  });

  test("batches of adds do not wait for the five questions about groups that Cognito answers in a second", async () => {
    const { create, patch, callsOf } = scimStage({ users: manyUsers(6) });
    const id = idOf(await create("Group", oktaGroup("Ops")));
    const quiet = { projection: { excludedAttributes: ["members"] } };
    const calls = await callsOf(async () => {
      for (const { sub } of manyUsers(6)) {
        await patch("Group", id, [{ op: "add", path: "members", value: valuesOf([sub]) }], quiet);
      }
    });
    expect(calls.filter((name) => name === "GetGroup").length).toBeLessThan(3);
  });

  test("members of a group that somebody else has just deleted are refused with 404", async () => {
    const { create, patch, stage } = scimStage({ users: manyUsers(2) });
    const id = idOf(await create("Group", oktaGroup("Ops", [subOf(1)])));
    stage.pool.deleteGroup("Ops");
    const add = [{ op: "add", path: "members", value: valuesOf([subOf(2)]) }];
    expect(await scimRefusal(patch("Group", id, add))).toMatchObject({ status: 404 });
  });

  test("to remove a user who is gone, or was never a member, succeeds", async () => {
    const { create, patch, writesOf } = scimStage({ users: manyUsers(3) });
    const id = idOf(await create("Group", oktaGroup("Ops", [subOf(1)])));
    for (const value of [subOf(2), subOf(99), "no-id", ""]) {
      const remove = [{ op: "remove", path: `members[value eq "${value}"]` }];
      expect(await writesOf(() => patch("Group", id, remove))).toEqual([]);
    }
  });

  test("any other change of a group leaves its members alone, and reads none", async () => {
    const { create, patch, replace, callsOf, stage } = scimStage({ users: manyUsers(2) });
    const id = idOf(await create("Group", oktaGroup("Ops", [subOf(1), subOf(2)])));
    const quiet = { projection: { excludedAttributes: ["members"] } };
    const rename = [{ op: "replace", path: "displayName", value: "Sales" }];
    expect(await callsOf(() => patch("Group", id, rename, quiet))).not.toContain("ListUsersInGroup");
    await replace("Group", id, { displayName: "Sales", externalId: "g" }, quiet);
    expect(usernamesIn(stage.pool, "Ops")).toEqual(["user1", "user2"]);
  });

  test("a PUT empties a group by an empty list, and not by null", async () => {
    const { create, replace, writesOf, stage } = scimStage({ users: manyUsers(2) });
    const id = idOf(await create("Group", oktaGroup("Ops", [subOf(1), subOf(2)])));
    expect(await writesOf(() => replace("Group", id, { displayName: "Ops", members: null }))).toEqual([]);
    const empty = () => replace("Group", id, { displayName: "Ops", members: [] });
    expect(await writesOf(empty)).toEqual(["AdminRemoveUserFromGroup", "AdminRemoveUserFromGroup"]);
    expect(usernamesIn(stage.pool, "Ops")).toEqual([]);
    expect(await writesOf(empty)).toEqual([]);
  });

  test.for([
    { displayName: "Ops", members: [] },
    { displayName: "Ops", Members: [] },
    { "urn:ietf:params:scim:schemas:core:2.0:Group": { displayName: "Ops", members: [] } },
  ] as readonly JsonObject[])("a PUT with no members empties the group: %j", async (body) => {
    const { create, replace } = scimStage({ users: manyUsers(2) });
    const id = idOf(await create("Group", oktaGroup("Ops", [subOf(1), subOf(2)])));
    expect(await replace("Group", id, { displayName: "Ops", members: null })).toMatchObject({
      members: [{}, {}],
    });
    expect(await replace("Group", id, body)).toMatchObject({ members: [] });
  });

  test("operations on members apply in their order", async () => {
    const { create, patch, get } = scimStage({ users: manyUsers(4) });
    const id = idOf(await create("Group", oktaGroup("Ops", [subOf(1)])));
    await patch("Group", id, [
      { op: "replace", path: "members", value: valuesOf([subOf(2), subOf(3)]) },
      { op: "add", path: "members", value: valuesOf([subOf(4)]) },
      { op: "remove", path: `members[value eq "${subOf(3)}"]` },
    ]);
    expect(memberIdsOf((await get("Group", id))["members"])).toEqual([subOf(2), subOf(4)]);
    await patch("Group", id, [
      { op: "add", path: "members", value: valuesOf([subOf(1)]) },
      { op: "remove", path: `members[not (value eq "${subOf(2)}")]` },
    ]);
    expect(memberIdsOf((await get("Group", id))["members"])).toEqual([subOf(2)]);
    await patch("Group", id, [
      { op: "add", path: "members", value: valuesOf([subOf(1)]) },
      { op: "remove", path: "members", value: valuesOf([subOf(1)]) },
      { op: "remove", path: 'members[type eq "User"]' },
    ]);
    expect(memberIdsOf((await get("Group", id))["members"])).toEqual([]);
  });
});

test("requests at once for one group are made one after the other, and none is lost", async () => {
  const { create, get, patch, stage } = scimStage({ users: manyUsers(20) });
  const subs = manyUsers(20).map(({ sub }) => sub);
  const id = idOf(await create("Group", oktaGroup("Ops", subs.slice(0, 10))));
  const quiet = { projection: { excludedAttributes: ["members"] } };
  await Promise.all([
    ...subs
      .slice(10)
      .map((value) => patch("Group", id, [{ op: "add", path: "members", value: [{ value }] }], quiet)),
    ...subs
      .slice(0, 5)
      .map((value) => patch("Group", id, [{ op: "remove", path: `members[value eq "${value}"]` }], quiet)),
    patch("Group", id, [{ op: "replace", path: "displayName", value: "Sales Ops" }], quiet),
    patch("Group", id, [{ op: "replace", path: "externalId", value: "g" }], quiet),
  ]);
  const read = await get("Group", id);
  expect(read).toMatchObject({ displayName: "Sales Ops", externalId: "g" });
  expect(new Set(memberIdsOf(read["members"]))).toEqual(new Set(subs.slice(5)));
  const user = subs[0] ?? "";
  await Promise.all(
    Object.entries({ nickName: "A", locale: "de", timezone: "UTC", displayName: "Ada" }).map(
      ([path, value]) => patch("User", user, [{ op: "replace", path, value }]),
    ),
  );
  const changed = { nickName: "A", locale: "de", timezone: "UTC", displayName: "Ada" };
  expect(await get("User", user)).toMatchObject(changed);
  expect(stage.audit.records.every(({ outcome }) => outcome === "done" || outcome === "nothing-to-do")).toBe(
    true,
  );
});

describe("more members than one answer holds", () => {
  const COUNT = 120_000;

  function bigStage() {
    const whole = scimStage({ users: manyUsers(1), groups: ["big"] });
    const users = manyUsers(COUNT).map(({ sub, username }) => someUser({ sub, username }));
    const pageOf = (from: number) => ({
      items: users.slice(from, from + 60),
      next: from + 60 < COUNT ? String(from + 60) : undefined,
    });
    let pages = 0;
    const directory = {
      ...whole.stage.directory,
      listMembers: async (_: string, { marker }: PageRequest) => {
        pages += 1;
        return pageOf(Number(marker ?? 0));
      },
    };
    const { service } = whole.restarted({ directory });
    const id = Buffer.from("big", "utf8").toString("base64url");
    const patched = (op: string, over: Partial<ScimCall> = {}) =>
      service.patch(
        "Group",
        id,
        {
          schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
          Operations: [{ op, path: `members`, value: [{ value: subOf(1) }] }],
        },
        scimCall(over),
      );
    return { ...whole, service, id, patched, pagesRead: () => pages };
  }

  test("are refused by a GET, which says how to ask", async () => {
    const { service, id } = bigStage();
    expect(await scimRefusal(service.get("Group", id, scimCall()))).toMatchObject({
      status: 400,
      scimType: "tooMany",
      detail: expect.stringContaining("leave them out with excludedAttributes=members"),
    });
    const without = scimCall({ projection: { excludedAttributes: ["members"] } });
    expect(await service.get("Group", id, without)).toMatchObject({ displayName: "big" });
  });

  test("are left out of the answer to a change, which is made", async () => {
    const { patched, stage } = bigStage();
    const answer = await patched("add");
    expect(answer).toMatchObject({ displayName: "big" });
    expect(answer).not.toHaveProperty("members");
    expect(usernamesIn(stage.pool, "big")).toEqual(["user1"]);
  });

  test("make no version that a client could have", async () => {
    const { patched, stage } = bigStage();
    expect(await scimRefusal(patched("add", { ifMatch: 'W/"other"' }))).toMatchObject({ status: 412 });
    expect(stage.writes()).toEqual([]);
  });

  test("are not read beyond what decides it", async () => {
    const { service, id, pagesRead } = bigStage();
    await scimRefusal(service.get("Group", id, scimCall()));
    expect(pagesRead()).toBe(Math.ceil(100_001 / 60));
  });
});
