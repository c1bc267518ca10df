import { describe, expect, test } from "vitest";
import { federatedPerson, people, person } from "../../../test/cognito/definitions.ts";
import { never, refusal } from "../../../test/support/adapter.ts";
import { asked, createStage, dryRun, STAGE_POOL } from "../../../test/support/provision-stage.ts";
import { GovernanceError } from "../../core/errors.ts";
import { GroupPattern } from "../../core/group-pattern.ts";
import type { UserRef } from "../provisioner.ts";

const ROLE = "arn:aws:iam::123456789012:role/readers";
const byId = (value: string): UserRef => ({ by: "id", value });
const byText = (value: string): UserRef => ({ by: "text", value });

const staff = {
  users: [person(1, { username: "ann", groups: ["old"] }), person(2, { username: "bob" })],
  groups: ["old", "new", { name: "power", roleArn: ROLE }, `${STAGE_POOL}_Google`],
};

function subOf(stage: Awaited<ReturnType<typeof createStage>>, username: string): string {
  const user = stage.pool.stored(username);
  if (user === undefined) throw new Error(`no ${username}`);
  return user.sub;
}

function groupsOf(stage: Awaited<ReturnType<typeof createStage>>, username: string): string[] {
  return stage.pool
    .groupsOf(username, 0, 1000)
    .items.map(({ name }) => name)
    .sort();
}

describe("a grant", () => {
  test("puts the user into the group, by the true username", async () => {
    const stage = createStage(staff);
    const outcome = await stage.provisioner.grant(byId(subOf(stage, "ann")), "new", asked, never);
    expect(outcome).toMatchObject({ outcome: "done", planned: ["AdminAddUserToGroup"] });
    expect(outcome.steps).toMatchObject([{ operation: "AdminAddUserToGroup", state: "done" }]);
    expect(groupsOf(stage, "ann")).toEqual(["new", "old"]);
    const [write] = stage.cognito.stats.calls.filter(({ operation }) => operation === "AdminAddUserToGroup");
    expect(write?.username).toBe("ann");
    expect(outcome.steps[0]?.requestId).toBe(write?.requestId);
  });

  test("mark 33: of a membership that exists is a success that says so, without a write", async () => {
    const stage = createStage(staff);
    const outcome = await stage.provisioner.grant(byId(subOf(stage, "ann")), "old", asked, never);
    expect(outcome.outcome).toBe("nothing-to-do");
    expect(stage.writes()).toEqual([]);
    expect(stage.audit.records).toMatchObject([{ kind: "grant", outcome: "nothing-to-do", steps: [] }]);
  });

  test("mark 33: distinguishes an unknown group from an unknown user", async () => {
    const stage = createStage(staff);
    const noGroup = await refusal(stage.provisioner.grant(byId(subOf(stage, "ann")), "nope", asked, never));
    expect(noGroup).toMatchObject({ code: "not-found", reason: "group-gone" });
    const nobody = "00000000-0000-4000-8000-000000000000";
    const noUser = await refusal(stage.provisioner.grant(byId(nobody), "new", asked, never));
    expect(noUser).toMatchObject({ code: "not-found", reason: "user-gone" });
    expect(stage.writes()).toEqual([]);
  });

  test("mark 28: never goes through an alias: the account behind a re-used username is another one", async () => {
    const stage = createStage(staff);
    const ann = byId(subOf(stage, "ann"));
    await stage.provisioner.grant(ann, "new", asked, never);
    stage.pool.deleteUser("ann");
    stage.pool.addUser(person(9, { username: "ann" }));
    const gone = await refusal(stage.provisioner.disableUser(ann, { signOut: true }, asked, never));
    expect(gone).toMatchObject({ code: "not-found", reason: "user-gone" });
    expect(stage.pool.stored("ann")?.enabled).toBe(true);
  });

  test("mark 57, D22: knows the role of a group from ListGroups where GetGroup is denied", async () => {
    const stage = createStage(staff);
    stage.cognito.script({ operation: "GetGroup", error: { name: "AccessDeniedException" } });
    const ann = byId(subOf(stage, "ann"));
    expect(await stage.provisioner.grant(ann, "new", asked, never)).toMatchObject({ outcome: "done" });
    const refused = await refusal(stage.provisioner.grant(ann, "power", asked, never));
    expect(refused).toMatchObject({ code: "refused-by-guard", message: expect.stringContaining(ROLE) });
    const missing = await refusal(stage.provisioner.grant(ann, "nope", asked, never));
    expect(missing).toMatchObject({ code: "not-found", reason: "group-gone" });
    expect(groupsOf(stage, "ann")).toEqual(["new", "old"]);
  });

  test("mark 57, D22: is refused as unsafe, with the missing action, where the role cannot be read", async () => {
    const stage = createStage(staff);
    for (const operation of ["GetGroup", "ListGroups"]) {
      stage.cognito.script({ operation, error: { name: "AccessDeniedException" } });
    }
    const ann = byId(subOf(stage, "ann"));
    for (const context of [asked, dryRun]) {
      const refused = await refusal(stage.provisioner.grant(ann, "new", context, never));
      expect(refused.code).toBe("refused-by-guard");
      expect(refused.message).toMatch(/not safe.*cognito-idp:GetGroup/);
    }
    expect(stage.writes()).toEqual([]);
    expect(stage.audit.records).toMatchObject([
      { kind: "grant", outcome: "refused", target: { group: "new" } },
    ]);
    // Where roles are allowed there is nothing to find out.
    const { provisioner } = stage.process({ policy: { allowRoleGroups: true } });
    expect(await provisioner.grant(ann, "new", asked, never)).toMatchObject({ outcome: "done" });
  });

  test("a burst of grants to one group reads it once", async () => {
    const stage = createStage({ ...staff, users: people(200) });
    const grants = people(200).map(({ username }) =>
      stage.provisioner.grant(byText(username ?? ""), "new", asked, never),
    );
    await Promise.all(grants);
    expect(stage.cognito.stats.count("GetGroup")).toBe(1);
    expect(stage.cognito.stats.count("AdminAddUserToGroup")).toBe(200);
  });

  test("mark 57: reads the group again after a change of it", async () => {
    const stage = createStage(staff);
    await stage.provisioner.grant(byText("ann"), "new", asked, never);
    const { provisioner } = stage;
    await provisioner.updateGroup("new", { description: "changed" }, asked, never);
    await provisioner.grant(byText("bob"), "new", asked, never);
    expect(stage.cognito.stats.count("GetGroup")).toBe(3);
  });

  test("mark 31: is refused for a group that sign-in keeps", async () => {
    const stage = createStage(staff);
    const refused = await refusal(
      stage.provisioner.grant(byId(subOf(stage, "ann")), `${STAGE_POOL}_Google`, asked, never),
    );
    expect(refused.code).toBe("refused-by-guard");
    expect(refused.message).toContain("Google");
    expect(stage.audit.records).toMatchObject([{ outcome: "refused", code: "refused-by-guard" }]);
  });

  test("mark 57: is refused for a group with an IAM role, unless that is allowed", async () => {
    const stage = createStage(staff);
    const ann = byId(subOf(stage, "ann"));
    const refused = await refusal(stage.provisioner.grant(ann, "power", asked, never));
    expect(refused.code).toBe("refused-by-guard");
    expect(refused.message).toContain("--allow-role-groups");
    expect(stage.writes()).toEqual([]);
    const allowed = stage.process({ policy: { allowRoleGroups: true } });
    expect((await allowed.provisioner.grant(ann, "power", asked, never)).outcome).toBe("done");
  });

  test.for([
    [{ groupsAllow: [new GroupPattern("team-*"), new GroupPattern("n?w")] }, "new", true],
    [{ groupsAllow: [new GroupPattern("team-*")] }, "new", false],
    [{ groupsDeny: [new GroupPattern("n*")] }, "new", false],
    [{ groupsAllow: [new GroupPattern("*")], groupsDeny: [new GroupPattern("new")] }, "new", false],
    [{ groupsAllow: [new GroupPattern("NEW")] }, "new", false],
    [{ groupsAllow: [new GroupPattern("ne")] }, "new", false],
  ] as const)("mark 56: %j lets %s be granted: %s", async ([guard, group, granted]) => {
    const stage = createStage(staff, { policy: guard });
    const work = stage.provisioner.grant(byId(subOf(stage, "bob")), group, asked, never);
    const answer = await work.then(
      ({ outcome }) => outcome,
      (error: unknown) => GovernanceError.from(error).code,
    );
    expect(answer).toBe(granted ? "done" : "refused-by-guard");
    expect(groupsOf(stage, "bob")).toEqual(granted ? [group] : []);
  });

  test("mark 51, L-04: the hundredth group is given, the next is refused before the call", async () => {
    const names = Array.from({ length: 101 }, (_, i) => `g${i}`);
    const stage = createStage({
      users: [person(1, { username: "ann", groups: names.slice(0, 99) })],
      groups: names,
    });
    const ann = byId(subOf(stage, "ann"));
    expect((await stage.provisioner.grant(ann, "g99", asked, never)).outcome).toBe("done");
    const refused = await refusal(stage.provisioner.grant(ann, "g100", asked, never));
    expect(refused.code).toBe("resource-exhausted");
    expect(refused.message).toContain("100 groups");
    expect(stage.writes()).toEqual(["AdminAddUserToGroup"]);
  });

  test("mark 16: sees a membership on the second page", async () => {
    const names = Array.from({ length: 80 }, (_, i) => `g${i}`);
    const stage = createStage({ users: [person(1, { username: "ann", groups: names })], groups: names });
    const outcome = await stage.provisioner.grant(byId(subOf(stage, "ann")), "g79", asked, never);
    expect(outcome.outcome).toBe("nothing-to-do");
  });

  test("L-19: any number of groups is granted one by one, to any of the accounts", async () => {
    const names = Array.from({ length: 4 }, (_, i) => `g${i}`);
    const stage = createStage({ users: people(3), groups: names });
    for (const user of stage.pool.allUsers()) {
      for (const name of names) await stage.provisioner.grant(byId(user.sub), name, asked, never);
    }
    expect(stage.pool.membershipCount()).toBe(12);
  });

  test("that was asked for twice at once is made once, and both answers are true", async () => {
    const stage = createStage(staff);
    const ann = byId(subOf(stage, "ann"));
    const other = stage.process();
    const outcomes = await Promise.all([
      stage.provisioner.grant(ann, "new", asked, never),
      stage.provisioner.grant(ann, "new", asked, never),
      other.provisioner.grant(ann, "new", asked, never),
    ]);
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(["done", "nothing-to-do", "nothing-to-do"]);
    expect(stage.writes()).toEqual(["AdminAddUserToGroup"]);
  });

  test("whose answers are all lost is found done by reading", async () => {
    const stage = createStage(staff);
    stage.cognito.script({ operation: "AdminAddUserToGroup", cut: "after" });
    const outcome = await stage.provisioner.grant(byId(subOf(stage, "ann")), "new", asked, never);
    expect(outcome).toMatchObject({ outcome: "done", steps: [{ state: "done" }] });
  }, 20_000);

  test("that AWS carries out after the connection is lost is not reported as not made", async () => {
    const stage = createStage(staff);
    stage.cognito.script({ operation: "AdminAddUserToGroup", cut: "before" });
    stage.cognito.onCall("AdminListGroupsForUser", 4, () => stage.pool.join("ann", "new"));
    const outcome = await stage.provisioner.grant(byId(subOf(stage, "ann")), "new", asked, never);
    expect(outcome).toMatchObject({ outcome: "done", steps: [{ state: "done" }] });
  }, 20_000);

  test("that never arrives fails, and nothing is done", async () => {
    const stage = createStage(staff);
    stage.cognito.script({ operation: "AdminAddUserToGroup", cut: "before" });
    const failed = await refusal(stage.provisioner.grant(byId(subOf(stage, "ann")), "new", asked, never));
    expect(failed.code).toBe("unavailable");
    expect(failed.appliedEffects).toEqual([]);
    expect(stage.audit.records).toMatchObject([{ outcome: "failed", steps: [{ state: "not-done" }] }]);
  }, 20_000);

  test("as a dry run reads, checks and writes nothing", async () => {
    const stage = createStage(staff);
    const outcome = await stage.provisioner.grant(byId(subOf(stage, "ann")), "new", dryRun, never);
    expect(outcome).toMatchObject({
      outcome: "planned",
      planned: ["AdminAddUserToGroup"],
      steps: [],
      change: "",
    });
    const refused = await refusal(stage.provisioner.grant(byId(subOf(stage, "ann")), "power", dryRun, never));
    expect(refused.code).toBe("refused-by-guard");
    expect(stage.writes()).toEqual([]);
    expect(stage.audit.records).toEqual([]);
  });

  test("without provisioning is refused before anything is read", async () => {
    const stage = createStage(staff, { policy: { enabled: false } });
    const refused = await refusal(stage.provisioner.grant(byText("ann"), "new", asked, never));
    expect(refused.code).toBe("failed-precondition");
    expect(refused.message).toContain("--provisioning");
    expect(stage.cognito.stats.count()).toBe(0);
  });
});

describe("a revoke", () => {
  test("takes the user out; again is a success that says so", async () => {
    const stage = createStage(staff);
    const ann = byId(subOf(stage, "ann"));
    expect((await stage.provisioner.revoke(ann, "old", asked, never)).outcome).toBe("done");
    expect((await stage.provisioner.revoke(ann, "old", asked, never)).outcome).toBe("nothing-to-do");
    expect(groupsOf(stage, "ann")).toEqual([]);
    expect(stage.writes()).toEqual(["AdminRemoveUserFromGroup"]);
  });

  test("from a group or of a user that is gone has nothing to do", async () => {
    const stage = createStage(staff);
    const ann = byId(subOf(stage, "ann"));
    expect((await stage.provisioner.revoke(ann, "nope", asked, never)).outcome).toBe("nothing-to-do");
    const nobody = byId("00000000-0000-4000-8000-000000000000");
    expect((await stage.provisioner.revoke(nobody, "old", asked, never)).outcome).toBe("nothing-to-do");
    expect(stage.audit.records).toHaveLength(2);
  });

  const strict = { ...asked, groupMustExist: true };

  test.for([
    ["of a member of another group", "ann", strict],
    ["of a user who is gone", "00000000-0000-4000-8000-000000000000", strict],
    ["that ends sessions", "ann", { ...strict, endSessions: true }],
    ["in a dry run", "ann", { ...strict, dryRun: true }],
  ] as const)(
    "from a group that the pool does not have is refused where that is asked for: %s",
    async ([, who, context]) => {
      const stage = createStage(staff);
      const refused = await refusal(stage.provisioner.revoke(byText(who), "nope", context, never));
      expect(refused).toMatchObject({ code: "not-found", reason: "group-gone" });
      expect(refused.message).toBe("group nope is not in this pool");
      expect(stage.writes()).toEqual([]);
      const records = context.dryRun ? [] : [{ outcome: "refused", target: { group: "nope" } }];
      expect(stage.audit.records).toMatchObject(records);
    },
  );

  test("D22: from a group that nobody may read has nothing to do, since it is not known to be missing", async () => {
    const stage = createStage(staff);
    for (const operation of ["GetGroup", "ListGroups"] as const) {
      stage.cognito.script({ operation, error: { name: "AccessDeniedException" } });
    }
    const { outcome } = await stage.provisioner.revoke(byText("ann"), "new", strict, never);
    expect(outcome).toBe("nothing-to-do");
  });

  test("mark 31: from a group that sign-in keeps is refused, since it would not last", async () => {
    const stage = createStage(staff);
    const refused = await refusal(
      stage.provisioner.revoke(byId(subOf(stage, "ann")), `${STAGE_POOL}_Google`, asked, never),
    );
    expect(refused.code).toBe("refused-by-guard");
  });

  test("is possible where a grant is not: groups out of the patterns, and with a role", async () => {
    const users = [person(1, { username: "ann", groups: ["power"] })];
    const stage = createStage({ ...staff, users }, { policy: { groupsDeny: [new GroupPattern("power")] } });
    expect((await stage.provisioner.revoke(byId(subOf(stage, "ann")), "power", asked, never)).outcome).toBe(
      "done",
    );
  });
});

describe("the user who is meant", () => {
  test("by a blank name is no one, and the audit line has no digest that others share", async () => {
    const stage = createStage(staff);
    for (const text of [" ", "\t", "\u00a0"]) {
      const refused = await refusal(stage.provisioner.grant(byText(text), "new", asked, never));
      expect(refused.code).toBe("invalid-argument");
    }
    const account = { login: " ", emails: [], profile: new Map(), credential: { kind: "none" } } as const;
    await refusal(stage.provisioner.createAccount(account, asked, never));
    const targets = stage.audit.records.map(({ target }) => target);
    expect(targets).toEqual([{ group: "new" }, { group: "new" }, { group: "new" }, {}]);
  });

  test("is found by sub, username and e-mail, whatever its case", async () => {
    const stage = createStage(staff);
    const email = stage.pool.stored("ann")?.attributes.get("email") ?? "";
    for (const text of [subOf(stage, "ann"), "ann", email, email.toUpperCase()]) {
      const { result } = await stage.provisioner.enableUser(byText(text), asked, never);
      expect(result.user.username).toBe("ann");
    }
  });

  test("mark 14: an e-mail that two accounts have is refused, with both ids and without the e-mail", async () => {
    const attributes = { email: "both@example.com", email_verified: "false" };
    const users = [person(1, { username: "ann", attributes }), person(2, { username: "bob", attributes })];
    const stage = createStage({ users, aliasAttributes: ["email"] });
    const refused = await refusal(
      stage.provisioner.disableUser(byText("both@example.com"), { signOut: true }, asked, never),
    );
    expect(refused.code).toBe("invalid-argument");
    expect(refused.message).toContain(subOf(stage, "ann"));
    expect(refused.message).toContain(subOf(stage, "bob"));
    expect(refused.message).not.toContain("both@example.com");
    expect(stage.writes()).toEqual([]);
  });

  test("a text that matches no user is not repeated in the error", async () => {
    const stage = createStage(staff);
    const refused = await refusal(stage.provisioner.enableUser(byText("no@example.com"), asked, never));
    expect(refused.code).toBe("not-found");
    expect(refused.message).not.toContain("no@example.com");
  });

  test("a federated profile can be granted a group of the pool's own", async () => {
    const stage = createStage({ users: [federatedPerson(1)], groups: ["new"] });
    const [user] = stage.pool.allUsers();
    expect((await stage.provisioner.grant(byId(user?.sub ?? ""), "new", asked, never)).outcome).toBe("done");
  });

  test("with --user-id username the id is the username, and an alias is not", async () => {
    const stage = createStage({ ...staff, aliasAttributes: ["email"] }, { userIdKind: "username" });
    expect((await stage.provisioner.grant(byId("ann"), "new", asked, never)).outcome).toBe("done");
    const email = stage.pool.stored("bob")?.attributes.get("email") ?? "";
    expect((await refusal(stage.provisioner.grant(byId(email), "new", asked, never))).code).toBe("not-found");
  });
});
