// The guards and the audit log of changes hold for what SCIM keeps beside the pool too.
import { describe, expect, test } from "vitest";
import { oktaUser } from "../../test/support/scim-clients.ts";
import { idOf, scimRefusal, scimStage } from "../../test/support/scim-stage.ts";
import { GroupPattern } from "../core/group-pattern.ts";

const denied = { policy: { groupsDeny: [new GroupPattern("secret*")] } };

describe("a group that the patterns deny", () => {
  test.for([
    { op: "replace", path: "displayName", value: "Harmless" },
    { op: "replace", path: "displayName", value: "SECRET" },
    { op: "replace", path: "externalId", value: "00g1" },
  ])("cannot be given another $path", async (operation) => {
    const { patch, find, records, stage } = scimStage({ groups: ["secret"] }, denied);
    const [group = {}] = await find("Group", 'displayName eq "secret"');
    for (const dryRun of [true, false]) {
      expect(await scimRefusal(patch("Group", idOf(group), [operation], { dryRun }))).toMatchObject({
        status: 403,
        detail: expect.stringContaining("--groups-deny"),
      });
    }
    expect(records.rows).toEqual([]);
    expect(stage.audit.records).toMatchObject([{ kind: "update-group", outcome: "refused" }]);
  });
});

describe("the audit log has a line of its caller", () => {
  test("for a rename, which changes nothing in the pool, and none for the same name again", async () => {
    const { patch, find, stage } = scimStage({ groups: ["sales"] });
    const [group = {}] = await find("Group", 'displayName eq "sales"');
    const rename = [{ op: "replace", path: "displayName", value: "Sales Team" }];
    await patch("Group", idOf(group), rename);
    await patch("Group", idOf(group), rename);
    expect(stage.writes()).toEqual([]);
    expect(stage.audit.records).toMatchObject([
      {
        kind: "update-group",
        outcome: "nothing-to-do",
        target: { group: "sales" },
        requester: { via: "scim" },
      },
    ]);
  });

  test("for a DELETE that hides a user who is disabled already", async () => {
    const { create, patch, remove, stage } = scimStage({}, { settings: { deprovision: "disable" } });
    const id = idOf(await create("User", oktaUser("ada@corp.test")));
    await patch("User", id, [{ op: "replace", path: "active", value: false }]);
    await remove("User", id);
    expect(stage.audit.records.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
      "create-account done",
      "change-user done",
      "change-user nothing-to-do",
    ]);
  });
});

test("a group that is not there is a wrong value of a user, and not a user who is not found", async () => {
  const { create, patch, stage } = scimStage({}, { settings: { groupFromUser: true } });
  const id = idOf(await create("User", oktaUser("ada@corp.test")));
  const groups = [{ value: Buffer.from("nothing").toString("base64url") }];
  const wrong = { status: 400, scimType: "invalidValue", detail: expect.stringMatching(/^groups: /) };
  const add = [{ op: "add", path: "groups", value: groups }];
  expect(await scimRefusal(patch("User", id, add))).toMatchObject(wrong);
  const other = oktaUser("eve@corp.test", { groups });
  expect(await scimRefusal(create("User", other))).toMatchObject(wrong);
  expect(stage.pool.allUsers()).toHaveLength(1);
});
