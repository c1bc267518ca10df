import { describe, expect, test } from "vitest";
import { federatedPerson, people, person } from "../../../test/cognito/definitions.ts";
import { never, refusal } from "../../../test/support/adapter.ts";
import { asked, createStage, dryRun, killedAt, type Stage } from "../../../test/support/provision-stage.ts";
import { GroupPattern } from "../../core/group-pattern.ts";
import { Secret } from "../../core/secret.ts";
import type { UserChange, UserRef } from "../provisioner.ts";

const ROLE = "arn:aws:iam::123456789012:role/readers";
const ann: UserRef = { by: "text", value: "ann" };
const GOOD = "Corr3ct-horse!";
const permanent = { secret: new Secret(GOOD), permanent: true };
const pool = {
  users: [person(1, { username: "ann", groups: ["old", "kept"] })],
  groups: ["old", "kept", "new", "more", { name: "power", roleArn: ROLE }],
};

const set = (entries: Record<string, unknown>) => new Map(Object.entries(entries));

const everything: UserChange = {
  set: set({ nickname: "Annie" }),
  remove: ["locale"],
  password: permanent,
  enabled: false,
  signOut: true,
  addGroups: ["kept", "new"],
  removeGroups: ["old", "more"],
};

function stored(stage: Stage) {
  const user = stage.pool.stored("ann");
  if (user === undefined) throw new Error("no ann");
  return user;
}

const groupsOf = (stage: Stage) => stage.pool.groupsOf("ann", 0, 100).items.map(({ name }) => name);

const change = ({ provisioner }: Pick<Stage, "provisioner">, what: UserChange, how = asked) =>
  provisioner.changeUser(ann, what, how, never);

describe("a change of several parts", () => {
  test("is one change, one audit line, and takes access away before it gives some", async () => {
    const stage = createStage(pool);
    const outcome = await change(stage, everything);
    expect(stage.writes()).toEqual([
      "AdminDisableUser",
      "AdminUserGlobalSignOut",
      "AdminUpdateUserAttributes",
      "AdminDeleteUserAttributes",
      "AdminSetUserPassword",
      "AdminRemoveUserFromGroup",
      "AdminAddUserToGroup",
    ]);
    expect(outcome).toMatchObject({
      outcome: "done",
      planned: stage.writes(),
      warnings: [],
      limits: [{ budget: "disables", spent: 1 }],
      result: {
        user: { enabled: false },
        set: ["nickname"],
        removed: ["locale"],
        pending: [],
        addedGroups: ["new"],
        removedGroups: ["old"],
      },
    });
    expect(stored(stage)).toMatchObject({ enabled: false, passwords: [GOOD] });
    expect(groupsOf(stage).sort()).toEqual(["kept", "new"]);
    expect(stage.audit.records).toMatchObject([
      {
        kind: "change-user",
        outcome: "done",
        target: { user: stored(stage).sub },
        undo: {
          fields: ["nickname", "locale", "enabled", "password"],
          addedGroups: ["new"],
          removedGroups: ["old"],
        },
      },
    ]);
    expect(JSON.stringify(stage.audit.records)).not.toMatch(/Annie|Corr3ct/);
  });

  test("does not report an old password as set that never arrived, where it changes attributes too", async () => {
    const stage = createStage({ ...pool, passwordPolicy: { historySize: 3 } });
    const password = (text: string) => ({ password: { secret: new Secret(text), permanent: true } });
    await change(stage, password(GOOD));
    await change(stage, password("An0ther-horse!"));
    stage.clock.advance(1000);
    stage.cognito.script({ operation: "AdminSetUserPassword", times: 1, cut: "before" });
    const failure = await refusal(change(stage, { set: set({ nickname: "Annie" }), ...password(GOOD) }));
    expect(failure).toMatchObject({ reason: "outcome-unknown" });
    expect(stored(stage).passwords[0]).toBe("An0ther-horse!");
    expect(stage.audit.records.at(-1)).toMatchObject({
      outcome: "partial",
      steps: [{ state: "done" }, { state: "unknown" }],
    });
  });

  test("enables last, when the user has what is asked for", async () => {
    const stage = createStage({ ...pool, users: [person(1, { username: "ann", enabled: false })] });
    await change(stage, { enabled: true, signOut: false, set: set({ nickname: "A" }), addGroups: ["new"] });
    expect(stage.writes()).toEqual(["AdminUpdateUserAttributes", "AdminAddUserToGroup", "AdminEnableUser"]);
  });

  test("makes no call where the user is so already", async () => {
    const stage = createStage(pool);
    const { password: _, ...visible } = everything;
    await change(stage, visible);
    const writes = stage.writes().length;
    const again = await change(stage, visible);
    expect(again).toMatchObject({ outcome: "nothing-to-do", result: { set: [], addedGroups: [] } });
    expect(stage.writes()).toHaveLength(writes);
    expect(stage.audit.records.at(-1)).toMatchObject({ outcome: "nothing-to-do", undo: undefined });
  });

  test("reads groups and pool only where it has to do with them", async () => {
    const stage = createStage(pool);
    await change(stage, { enabled: false });
    const reads = stage.cognito.stats.calls.map(({ operation }) => operation);
    expect(reads).not.toContain("AdminListGroupsForUser");
    expect(reads).not.toContain("DescribeUserPool");
  });

  test("of nothing but the sessions ends them", async () => {
    const stage = createStage(pool);
    await change(stage, { signOut: true });
    expect(stage.writes()).toEqual(["AdminUserGlobalSignOut"]);
  });

  test("signs out a user who loses a group, once, where sessions end with it", async () => {
    const stage = createStage(pool, { policy: { endSessions: true } });
    await change(stage, { removeGroups: ["old", "kept"], addGroups: ["new"] });
    expect(stage.writes()).toEqual([
      "AdminRemoveUserFromGroup",
      "AdminRemoveUserFromGroup",
      "AdminUserGlobalSignOut",
      "AdminAddUserToGroup",
    ]);
  });

  test("in a dry run names the calls and makes none", async () => {
    const stage = createStage(pool);
    const outcome = await change(stage, everything, dryRun);
    expect(outcome).toMatchObject({
      outcome: "planned",
      result: { user: { enabled: true }, set: ["nickname"] },
    });
    expect(outcome.planned).toHaveLength(7);
    expect(stage.writes()).toEqual([]);
  });

  test("D22: goes on when the sign-out is denied, and warns", async () => {
    const stage = createStage(pool);
    stage.cognito.script({ operation: "AdminUserGlobalSignOut", error: { name: "AccessDeniedException" } });
    const outcome = await change(stage, everything);
    expect(outcome.warnings).toEqual([
      expect.stringMatching(/^the sessions of the user were not ended: .*cognito-idp:AdminUserGlobalSignOut/),
    ]);
    expect(stored(stage)).toMatchObject({ enabled: false, passwords: [GOOD] });
    expect(stage.audit.records).toMatchObject([{ outcome: "partial" }]);
  });

  test("says what an address waits for that the person must verify first", async () => {
    const stage = createStage({ ...pool, verifyBeforeUpdate: ["email"] });
    const { result } = await change(stage, { set: set({ email: "new@example.com", nickname: "A" }) });
    expect(result).toMatchObject({ set: ["nickname"], pending: ["email"] });
  });
});

describe("is refused before the first call:", () => {
  const cases: readonly (readonly [string, UserChange, object, object])[] = [
    ["a group that is missing", { addGroups: ["new", "gone"] }, {}, { reason: "group-gone" }],
    ["a group with a role", { addGroups: ["power"] }, {}, { code: "refused-by-guard" }],
    [
      "a group that the patterns exclude",
      { addGroups: ["new"] },
      { groupsDeny: [new GroupPattern("n*")] },
      { code: "refused-by-guard" },
    ],
    ["too many groups", { addGroups: ["new"] }, { maxGroupsPerUser: 2 }, { reason: "group-limit" }],
    [
      "a group that is added and removed",
      { addGroups: ["new"], removeGroups: ["new"] },
      {},
      { code: "invalid-argument" },
    ],
    ["an unknown attribute", { set: set({ "custom:nope": "x" }) }, {}, { code: "invalid-argument" }],
    [
      "an attribute set and removed",
      { set: set({ locale: "x" }), remove: ["locale"] },
      {},
      {
        code: "invalid-argument",
      },
    ],
    [
      "a weak password",
      { password: { secret: new Secret("weak"), permanent: true } },
      {},
      { reason: "password-refused" },
    ],
    ["one disable too many", {}, { maxDisablesPerHour: 0 }, { code: "refused-by-guard" }],
  ];

  test.for(cases)("%s", async ([, what, policy, failure]) => {
    const stage = createStage(pool, { policy });
    const refused = await refusal(change(stage, { enabled: false, ...what }));
    expect(refused).toMatchObject({ ...failure, appliedEffects: [] });
    expect(refused.message).not.toMatch(/weak/);
    expect(stage.writes()).toEqual([]);
    expect(stage.audit.records).toMatchObject([{ kind: "change-user", outcome: "refused" }]);
  });

  test.for([
    ["attributes", { set: set({ nickname: "x" }) }],
    ["a password", { password: permanent }],
  ] as const)("%s of a profile of an identity provider", async ([, what]) => {
    const federated = federatedPerson(1);
    const stage = createStage({ users: [federated], groups: ["new"] });
    const user: UserRef = { by: "text", value: federated.username ?? "" };
    const refused = await refusal(stage.provisioner.changeUser(user, { ...what }, asked, never));
    expect(refused.code).toBe("refused-by-guard");
    // What does not belong to the provider is allowed.
    const { outcome } = await stage.provisioner.changeUser(user, { addGroups: ["new"] }, asked, never);
    expect(outcome).toBe("done");
  });

  test("a group over the quota is swapped for another one all the same", async () => {
    const stage = createStage(pool, { policy: { maxGroupsPerUser: 2 } });
    await change(stage, { addGroups: ["new"], removeGroups: ["old"] });
    expect(stage.writes()).toEqual(["AdminRemoveUserFromGroup", "AdminAddUserToGroup"]);
  });
});

describe("stopped half way", () => {
  test("lists what is done, and the same request again does the rest", async () => {
    const stage = createStage(pool);
    stage.cognito.script({
      operation: "AdminDeleteUserAttributes",
      nth: 1,
      error: { name: "InternalErrorException", status: 400 },
    });
    const failure = await refusal(change(stage, everything));
    expect(failure.appliedEffects.join()).toMatch(/AdminDisableUser.*AdminUpdateUserAttributes/);
    expect(stage.audit.records).toMatchObject([{ outcome: "partial" }]);
    const again = await change(stage, everything);
    expect(again.planned).toEqual([
      "AdminDeleteUserAttributes",
      "AdminSetUserPassword",
      "AdminRemoveUserFromGroup",
      "AdminAddUserToGroup",
    ]);
    expect(groupsOf(stage).sort()).toEqual(["kept", "new"]);
  });

  const nothing = "failed: nothing of user ann was changed";
  const whole = "done: user ann is as requested";
  const barred = "disable, end the sessions; not done: set nickname, remove locale, set the password, ";
  const named = "disable, end the sessions, set nickname, remove locale; not done: ";
  const regrouped =
    "disable, end the sessions, set nickname, remove locale, set the password, take out of group old; ";
  const moves = "take out of group old, put into group new";
  const part = (what: string) =>
    `partial: of the change of user ann only this was done: ${what}; ask for it again`;

  test.for([
    ["AdminDisableUser", nothing, part(`${barred}${moves}`)],
    ["AdminUserGlobalSignOut", part(`${barred}${moves}`), part(`${barred}${moves}`)],
    ["AdminUpdateUserAttributes", part(`${barred}${moves}`), part(`${named}set the password, ${moves}`)],
    [
      "AdminDeleteUserAttributes",
      part(`${named}set the password, ${moves}`),
      part(`${named}set the password, ${moves}`),
    ],
    [
      "AdminSetUserPassword",
      part(`${named}perhaps set the password, ${moves}`),
      part(`${named}perhaps set the password, ${moves}`),
    ],
    [
      "AdminRemoveUserFromGroup",
      part(`${regrouped}not done: put into group new`),
      part(`${regrouped}not done: put into group new`),
    ],
    ["AdminAddUserToGroup", part(`${regrouped}not done: put into group new`), whole],
  ] as const)("killed before and after %s, takes away what is left and names the rest", async (row) => {
    const [operation, before, after] = row;
    const { planned } = await change(createStage(pool), everything, dryRun);
    const nth = planned.findIndex((one) => one === operation) + 1;
    for (const [when, says] of [
      ["before", before],
      ["after", after],
    ] as const) {
      const stage = createStage(pool);
      const recovered = await killedAt(stage, nth, when, (doomed) => change(doomed, everything));
      expect(`${recovered.outcome}: ${recovered.says.replace(stored(stage).sub, "ann")}`).toBe(says);
      await change(stage, everything);
      expect(stored(stage)).toMatchObject({ enabled: false });
      expect(groupsOf(stage).sort()).toEqual(["kept", "new"]);
      expect(stored(stage).attributes.get("nickname")).toBe("Annie");
      expect(stored(stage).attributes.has("locale")).toBe(false);
    }
  });

  test.for([
    ["before", { email: "new@example.com" }, "unknown"],
    ["after", { email: "new@example.com" }, "unknown"],
    ["before", { email: "new@example.com", nickname: "A" }, "failed"],
    ["after", { email: "new@example.com", nickname: "A" }, "done"],
  ] as const)(
    "where the pool verifies an address first, killed %s the call for %o it is %s",
    async ([when, values, outcome]) => {
      const stage = createStage({ ...pool, verifyBeforeUpdate: ["email"] });
      const recovered = await killedAt(stage, 1, when, (doomed) => change(doomed, { set: set(values) }));
      expect(recovered.outcome).toBe(outcome);
    },
  );

  test("is whole after a kill, where the rest only takes something away", async () => {
    const stage = createStage({
      users: people(1, () => ({ username: "ann", groups: ["a", "b"] })),
      groups: ["a", "b"],
    });
    const recovered = await killedAt(stage, 1, "after", (doomed) =>
      change(doomed, { removeGroups: ["a", "b"] }),
    );
    expect(recovered.outcome).toBe("done");
    expect(groupsOf(stage)).toEqual([]);
  });
});
