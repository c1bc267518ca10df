import { describe, expect, test } from "vitest";
import { people } from "../../../test/cognito/definitions.ts";
import { never, refusal } from "../../../test/support/adapter.ts";
import { asked, createStage, dryRun, STAGE_POOL, type Stage } from "../../../test/support/provision-stage.ts";
import type { GroupFields } from "../../core/directory-writer.ts";
import { GroupPattern } from "../../core/group-pattern.ts";

const ROLE = "arn:aws:iam::123456789012:role/readers";
const none: GroupFields = { description: undefined, roleArn: undefined, precedence: undefined };

describe("making a group", () => {
  test("mark 36: precedence 0 is sent as 0, and nothing as nothing", async () => {
    const stage = createStage();
    const strong = await stage.provisioner.createGroup("strong", { ...none, precedence: 0 }, asked, never);
    expect(strong).toMatchObject({ outcome: "done", result: { name: "strong", precedence: 0 } });
    await stage.provisioner.createGroup("plain", none, asked, never);
    expect(stage.pool.findGroup("strong")?.precedence).toBe(0);
    expect(stage.pool.findGroup("plain")?.precedence).toBeUndefined();
  });

  test("again with the same fields has nothing to do; with others it is refused", async () => {
    const stage = createStage();
    const fields = { ...none, description: "Team" };
    await stage.provisioner.createGroup("team", fields, asked, never);
    expect((await stage.provisioner.createGroup("team", fields, asked, never)).outcome).toBe("nothing-to-do");
    const refused = await refusal(stage.provisioner.createGroup("team", none, asked, never));
    expect(refused).toMatchObject({ code: "already-exists", reason: "group-exists" });
    expect(stage.writes()).toEqual(["CreateGroup"]);
  });

  test.for(["Sales Team", "", "x".repeat(129), "a\tb", "a\u0000b"])(
    "mark 39: the name %j is refused before any call, in words",
    async (name) => {
      const stage = createStage();
      const refused = await refusal(stage.provisioner.createGroup(name, none, asked, never));
      expect(refused.code).toBe("invalid-argument");
      expect(refused.message).toMatch(/name (must|is)/);
      expect(stage.cognito.stats.count()).toBe(0);
    },
  );

  test.for([
    [{ ...none, precedence: -1 }, "precedence"],
    [{ ...none, precedence: 1.5 }, "precedence"],
    [{ ...none, roleArn: "admin" }, "role_arn"],
    [{ ...none, description: "x".repeat(2049) }, "description"],
  ] as const)("%j is refused before any call and names %s", async ([fields, field]) => {
    const stage = createStage();
    const refused = await refusal(stage.provisioner.createGroup("team", fields, asked, never));
    expect(refused.code).toBe("invalid-argument");
    expect(refused.message).toContain(`${field}:`);
    expect(stage.cognito.stats.count()).toBe(0);
  });

  test("mark 57: with a role needs --allow-role-groups", async () => {
    const stage = createStage();
    const fields = { ...none, roleArn: ROLE };
    expect((await refusal(stage.provisioner.createGroup("r", fields, asked, never))).code).toBe(
      "refused-by-guard",
    );
    const allowed = stage.process({ policy: { allowRoleGroups: true } });
    expect((await allowed.provisioner.createGroup("r", fields, asked, never)).result.roleArn).toBe(ROLE);
  });

  test("under a name that Cognito's sign-in uses is refused", async () => {
    const stage = createStage();
    const refused = await refusal(stage.provisioner.createGroup(`${STAGE_POOL}_Google`, none, asked, never));
    expect(refused.code).toBe("refused-by-guard");
  });

  test("whose answer is lost is found done by reading", async () => {
    const stage = createStage();
    const rule = stage.cognito.script({ operation: "CreateGroup", cut: "after" });
    const outcome = await stage.provisioner.createGroup("team", none, asked, never);
    expect(rule.fired).toBe(1);
    expect(outcome).toMatchObject({ outcome: "done", result: { name: "team" }, steps: [{ state: "done" }] });
    expect(stage.writes()).toEqual(["CreateGroup"]);
  });

  test("that AWS makes after the connection is lost is not reported as not made", async () => {
    const stage = createStage();
    stage.cognito.script({ operation: "CreateGroup", cut: "before" });
    stage.cognito.onCall("GetGroup", 4, () => {
      stage.pool.addGroup({ name: "team" });
    });
    const outcome = await stage.provisioner.createGroup("team", none, asked, never);
    expect(outcome).toMatchObject({ outcome: "done", result: { name: "team" }, steps: [{ state: "done" }] });
    expect(stage.writes()).toEqual(["CreateGroup"]);
  });

  test("mark 21: a full pool is reported at once and not tried again", async () => {
    const stage = createStage({ groups: ["one"], behaviour: { groupsPerPool: 1 } });
    const refused = await refusal(stage.provisioner.createGroup("two", none, asked, never));
    expect(refused.code).toBe("resource-exhausted");
    expect(stage.writes()).toEqual(["CreateGroup"]);
  });

  test("that another process makes meanwhile is one group and two true answers", async () => {
    const stage = createStage();
    const rule = stage.cognito.onCall("CreateGroup", 1, () => {
      stage.pool.addGroup({ name: "team" });
    });
    const outcome = await stage.provisioner.createGroup("team", none, asked, never);
    expect(rule.fired).toBe(1);
    expect(outcome).toMatchObject({ outcome: "nothing-to-do", result: { name: "team" } });
  });
});

describe("a group whose process was killed while it was made", () => {
  async function recovered(between: (stage: Stage) => void) {
    const stage = createStage();
    const died = Promise.withResolvers<void>();
    async function createGroup(): Promise<never> {
      died.resolve();
      return await new Promise<never>(() => undefined);
    }
    const victim = stage.process({ directory: { ...stage.directory, createGroup } });
    void victim.provisioner.createGroup("team", none, asked, never).catch(() => undefined);
    await died.promise;
    victim.journal.die();
    stage.clock.advance(60_000);
    between(stage);
    const { recovered: all } = await stage.process().provisioner.recover(never);
    return all[0];
  }

  test("and that is as it was asked for, and of that time, is done", async () => {
    const one = await recovered(({ pool }) => void pool.addGroup({ name: "team" }));
    expect(one).toMatchObject({ outcome: "done", says: "group team is as requested" });
  });

  test.for([
    ["an hour later", 60],
    ["an hour before", -60],
  ] as const)("and that somebody made %s is not said to be made by us", async ([, minutes]) => {
    const one = await recovered(({ pool, clock }) => {
      pool.addGroup({ name: "team", createdAt: new Date(clock.now() + minutes * 60_000) });
    });
    expect(one).toMatchObject({
      outcome: "unknown",
      says: "group team is as requested, but there is no proof that this change made it",
    });
  });

  test("and that is not in the pool is not made", async () => {
    expect(await recovered(() => undefined)).toMatchObject({ outcome: "failed" });
  });
});

describe("changing a group", () => {
  const team = { name: "team", description: "Team", precedence: 7 };

  test.for(["merge", "replace"] as const)(
    "mark 37: keeps what is not changed on a server that would %s",
    async (updateGroup) => {
      const stage = createStage({ groups: [team], behaviour: { updateGroup } });
      await stage.provisioner.updateGroup("team", { precedence: 0 }, asked, never);
      expect(stage.pool.findGroup("team")).toMatchObject({ description: "Team", precedence: 0 });
    },
  );

  test("is in the audit log with what it was and the names of what changes", async () => {
    const stage = createStage({ groups: [team] });
    await stage.provisioner.updateGroup("team", { description: "Team", precedence: 0 }, asked, never);
    expect(stage.audit.records[0]?.undo).toMatchObject({
      group: { description: "Team" },
      fields: ["precedence"],
    });
  });

  test("to what it is already has nothing to do", async () => {
    const stage = createStage({ groups: [team] });
    const outcome = await stage.provisioner.updateGroup("team", { description: "Team" }, asked, never);
    expect(outcome.outcome).toBe("nothing-to-do");
    expect(stage.writes()).toEqual([]);
  });

  test("a role cannot be taken away, and says so", async () => {
    const stage = createStage({ groups: [team] });
    const refused = await refusal(stage.provisioner.updateGroup("team", { roleArn: "" }, asked, never));
    expect(refused.code).toBe("invalid-argument");
    expect(refused.message).toContain("role_arn: Cognito cannot take a role from a group");
  });

  test("nothing at all is refused; a group that is gone is not found", async () => {
    const stage = createStage();
    expect((await refusal(stage.provisioner.updateGroup("team", {}, asked, never))).code).toBe(
      "invalid-argument",
    );
    const gone = await refusal(stage.provisioner.updateGroup("team", { precedence: 1 }, asked, never));
    expect(gone).toMatchObject({ code: "not-found", reason: "group-gone" });
  });
});

describe("deleting a group", () => {
  const crowd = { users: people(130, () => ({ groups: ["team"] })), groups: ["team", "other"] };

  test("mark 35, L-26: says how many it affected, and the audit log keeps who", async () => {
    const stage = createStage(crowd);
    const outcome = await stage.provisioner.deleteGroup("team", asked, never);
    expect(outcome).toMatchObject({ outcome: "done", result: { name: "team", members: 130 } });
    expect(stage.pool.findGroup("team")).toBeUndefined();
    const [line] = stage.audit.records;
    const members = stage.pool.allUsers().map(({ sub }) => sub);
    expect(line?.undo).toMatchObject({
      members: expect.toSatisfy((kept: unknown) => sameMembers(kept, members)),
    });
  });

  test("mark 34: one that is gone is deleted", async () => {
    const stage = createStage();
    expect(await stage.provisioner.deleteGroup("team", asked, never)).toMatchObject({
      outcome: "nothing-to-do",
      result: { members: 0 },
    });
  });

  test("mark 35: is emptied first where Cognito insists", async () => {
    const users = people(3, () => ({ groups: ["team"] }));
    const stage = createStage({ users, groups: ["team"], behaviour: { deleteGroup: "only-empty" } });
    const outcome = await stage.provisioner.deleteGroup("team", asked, never);
    expect(outcome).toMatchObject({ outcome: "done", result: { members: 3 } });
    expect(stage.pool.findGroup("team")).toBeUndefined();
    expect(stage.writes()).toEqual([
      "DeleteGroup",
      "AdminRemoveUserFromGroup",
      "AdminRemoveUserFromGroup",
      "AdminRemoveUserFromGroup",
      "DeleteGroup",
    ]);
  });

  test("that fails while it is emptied adds all members again", async () => {
    const users = people(3, () => ({ groups: ["team"] }));
    const stage = createStage({ users, groups: ["team"], behaviour: { deleteGroup: "only-empty" } });
    stage.cognito.script({
      operation: "AdminRemoveUserFromGroup",
      nth: 3,
      error: { name: "InvalidParameterException" },
    });
    const failed = await refusal(stage.provisioner.deleteGroup("team", asked, never));
    expect(failed.message).toContain("the calls already made have been undone");
    expect(stage.pool.membershipCount()).toBe(3);
    expect(stage.audit.records).toMatchObject([{ outcome: "undone" }]);
  });

  test("that fails, and cannot add all members again, is not called undone", async () => {
    const users = people(3, () => ({ groups: ["team"] }));
    const stage = createStage({ users, groups: ["team"], behaviour: { deleteGroup: "only-empty" } });
    const error = { name: "InvalidParameterException" };
    stage.cognito.script({ operation: "AdminRemoveUserFromGroup", nth: 3, error });
    stage.cognito.script({ operation: "AdminAddUserToGroup", nth: 2, error });
    const failed = await refusal(stage.provisioner.deleteGroup("team", asked, never));
    expect(failed.appliedEffects).toEqual(["AdminRemoveUserFromGroup is done"]);
    expect(failed.message).toContain("AdminRemoveUserFromGroup is done");
    expect(failed.message).not.toContain("undone");
    expect(stage.pool.membershipCount()).toBe(2);
    expect(stage.audit.records).toMatchObject([{ outcome: "partial" }]);
  });

  test("counts against the deletions of the hour, and the refusal says when the next is possible", async () => {
    const stage = createStage({ groups: ["a", "b", "c"] }, { policy: { maxDeletionsPerHour: 2 } });
    await stage.provisioner.deleteGroup("a", asked, never);
    await stage.provisioner.deleteGroup("b", asked, never);
    const refused = await refusal(stage.provisioner.deleteGroup("c", asked, never));
    expect(refused.code).toBe("refused-by-guard");
    expect(refused.message).toMatch(/2 deletions an hour .* possible at \d{4}-.*--max-deletions-per-hour/);
    expect(stage.pool.findGroup("c")).toBeDefined();
    expect((await stage.provisioner.deleteGroup("a", asked, never)).outcome).toBe("nothing-to-do");
  });

  test("is impossible with a limit of 0, and a dry run says so too", async () => {
    const stage = createStage({ groups: ["a"] }, { policy: { maxDeletionsPerHour: 0 } });
    for (const context of [asked, dryRun]) {
      const refused = await refusal(stage.provisioner.deleteGroup("a", context, never));
      expect(refused.code).toBe("refused-by-guard");
    }
    expect(stage.writes()).toEqual([]);
  });

  test("out of the patterns or kept by sign-in is refused", async () => {
    const stage = createStage(
      { groups: ["a", `${STAGE_POOL}_Google`] },
      { policy: { groupsDeny: [new GroupPattern("a")] } },
    );
    for (const name of ["a", `${STAGE_POOL}_Google`]) {
      expect((await refusal(stage.provisioner.deleteGroup(name, asked, never))).code).toBe(
        "refused-by-guard",
      );
    }
  });
});

function sameMembers(kept: unknown, members: readonly string[]): boolean {
  return Array.isArray(kept) && kept.length === members.length && members.every((sub) => kept.includes(sub));
}
