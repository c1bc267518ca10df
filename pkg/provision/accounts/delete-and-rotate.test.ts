import { describe, expect, test } from "vitest";

import { federatedPerson } from "../../../test/cognito/definitions.ts";
import {
  GOOD,
  given,
  none,
  only,
  random,
  ref,
  remove,
  rotate,
  settled,
} from "../../../test/support/account-requests.ts";
import { never, refusal } from "../../../test/support/adapter.ts";
import { asked, createStage, dryRun, writesIn } from "../../../test/support/provision-stage.ts";

describe("deleting", () => {
  test("mark 34: takes the account and keeps the names of its groups in the audit log", async () => {
    const { pool, cognito, audit, process } = createStage(settled);
    const { sub } = only(pool);
    const { result, outcome } = await remove(process(), sub);
    expect({ outcome, groups: result.groups, sub: result.user?.sub }).toEqual({
      outcome: "done",
      groups: ["readers", "writers"],
      sub,
    });
    expect(pool.allUsers()).toEqual([]);
    expect(audit.records.at(-1)).toMatchObject({
      kind: "delete-user",
      outcome: "done",
      target: { user: sub },
      undo: { groups: ["readers", "writers"] },
    });
    // Mark 28: by its true username.
    expect(cognito.stats.calls.find(({ operation }) => operation === "AdminDeleteUser")?.username).toBe(
      "eve",
    );
  });

  test("mark 34: an account that is gone counts as deleted, also when it goes during the call", async () => {
    const { pool, cognito, process } = createStage(settled);
    const { sub } = only(pool);
    const one = process();
    cognito.script({ operation: "AdminDeleteUser", nth: 1, run: () => pool.deleteUser("eve") });
    expect(await remove(one, sub)).toMatchObject({ outcome: "done" });
    expect(await remove(one, sub)).toMatchObject({ outcome: "nothing-to-do", result: { user: undefined } });
    expect(cognito.stats.count("AdminDeleteUser")).toBe(1);
  });

  test("mark 25: a re-created account of the same name is another one", async () => {
    const { pool, cognito, process } = createStage(settled);
    const { sub } = only(pool);
    const one = process();
    await one.provisioner.enableUser(ref(sub), asked, never);
    pool.deleteUser("eve");
    pool.addUser({ username: "eve" });
    expect(await remove(one, sub)).toMatchObject({ outcome: "nothing-to-do" });
    expect(only(pool).sub).not.toBe(sub);
    expect(cognito.stats.count("AdminDeleteUser")).toBe(0);
  });

  test("a lost answer is no failure", async () => {
    const { pool, cognito, process } = createStage(settled);
    cognito.script({ operation: "AdminDeleteUser", nth: 1, cut: "after" });
    expect(await remove(process(), only(pool).sub)).toMatchObject({ outcome: "done" });
  });

  test("the budget of deletions bounds it", async () => {
    const { pool, process } = createStage(settled, { policy: { maxDeletionsPerHour: 0 } });
    expect((await refusal(remove(process(), only(pool).sub))).code).toBe("refused-by-guard");
    expect(pool.allUsers()).toHaveLength(1);
  });

  test("an enabled account may have to be disabled first, by the operator's rule", async () => {
    const { pool, process } = createStage(settled, { policy: { deleteRequiresDisabled: true } });
    const { sub } = only(pool);
    expect((await refusal(remove(process(), sub))).code).toBe("refused-by-guard");
    only(pool).enabled = false;
    expect(await remove(process(), sub)).toMatchObject({ outcome: "done" });
  });

  test.for([
    ["NotAuthorizedException", "User is not disabled in the current state."],
    ["InvalidParameterException", "User must be disabled first."],
  ])(
    "an enabled account that AWS will not delete is disabled first: %s",
    async ([name = "", message = ""]) => {
      const { pool, cognito, process } = createStage(settled);
      cognito.script({ operation: "AdminDeleteUser", nth: 1, error: { name, message } });
      const { outcome, steps } = await remove(process(), only(pool).sub);
      expect(outcome).toBe("done");
      expect(steps.map(({ operation, state }) => `${operation} ${state}`)).toEqual([
        "AdminDeleteUser not-done",
        "AdminDisableUser done",
        "AdminDeleteUser done",
      ]);
      expect(pool.allUsers()).toEqual([]);
    },
  );

  test("L-01: an account that cannot be deleted even so is enabled again", async () => {
    const { pool, cognito, audit, process } = createStage(settled);
    cognito.script({ operation: "AdminDeleteUser", error: { name: "InvalidParameterException" } });
    const failure = await refusal(remove(process(), only(pool).sub));
    expect(failure).toMatchObject({ code: "failed-precondition", appliedEffects: [] });
    expect(failure.message).toContain("the calls already made have been undone");
    expect(only(pool).enabled).toBe(true);
    expect(audit.records.at(-1)).toMatchObject({ outcome: "undone" });
  });

  test("a dry run deletes nothing", async () => {
    const { pool, cognito, process } = createStage(settled);
    const plan = await remove(process(), only(pool).sub, dryRun);
    expect(plan).toMatchObject({ outcome: "planned", planned: ["AdminDeleteUser"] });
    expect(plan.result.groups).toEqual(["readers", "writers"]);
    expect(writesIn(cognito.stats)).toEqual([]);
  });
});

describe("rotating a credential", () => {
  test("L-13, L-22: sets a password of the pool's policy, returns it once, and makes it temporary when asked", async () => {
    const { pool, process } = createStage(settled);
    const { sub } = only(pool);
    const first = await rotate(process(), sub, random);
    expect(only(pool).passwords[0]).toBe(first.result.password?.reveal());
    expect(first.result.user.status).toBe("CONFIRMED");
    const second = await rotate(process(), sub, { kind: "random", temporary: true });
    expect(second.result.user.status).toBe("FORCE_CHANGE_PASSWORD");
    const third = await rotate(process(), sub, given(GOOD));
    expect(third.result.password).toBeUndefined();
    expect(only(pool).passwords[0]).toBe(GOOD);
  });

  test.for([
    ["no credential", none, "credential_options"],
    ["a password that breaks the policy", given("weak-Password"), "credential_options: needs a digit"],
  ] as const)("mark 41, L-02: refuses %s before any call", async ([, credential, expected]) => {
    const { pool, cognito, process } = createStage(settled);
    const failure = await refusal(rotate(process(), only(pool).sub, credential));
    expect(failure.code).toBe("invalid-argument");
    expect(failure.message).toContain(expected);
    expect(failure.message).not.toContain("weak");
    expect(writesIn(cognito.stats)).toEqual([]);
  });

  test("mark 29: leaves a profile of an identity provider alone, unless allowed", async () => {
    const users = [federatedPerson(1)];
    const { pool, cognito, process } = createStage({ users });
    expect((await refusal(rotate(process(), only(pool).sub, random))).code).toBe("refused-by-guard");
    expect(writesIn(cognito.stats)).toEqual([]);
    const allowed = createStage({ users }, { policy: { allowFederatedWrites: true } });
    expect(await rotate(allowed.process(), only(allowed.pool).sub, random)).toMatchObject({
      outcome: "done",
    });
  });

  test.for([0, 5])("a lost answer is repeated once, with a history of %i", async (historySize) => {
    const { pool, cognito, process } = createStage({ ...settled, passwordPolicy: { historySize } });
    cognito.script({ operation: "AdminSetUserPassword", nth: 1, cut: "after" });
    const { result } = await rotate(process(), only(pool).sub, random);
    expect(only(pool).passwords[0]).toBe(result.password?.reveal());
  });

  test("two lost answers are unknown, and said to be", async () => {
    const { pool, cognito, audit, process } = createStage(settled);
    cognito.script({ operation: "AdminSetUserPassword", cut: "after" });
    const failure = await refusal(rotate(process(), only(pool).sub, random));
    expect(failure.reason).toBe("outcome-unknown");
    expect(failure.appliedEffects).toHaveLength(1);
    expect(audit.records.at(-1)).toMatchObject({ outcome: "unknown" });
  });

  test("a password that was set is returned although the account cannot be read back", async () => {
    const { pool, cognito, process } = createStage(settled);
    cognito.script({ operation: "AdminGetUser", nth: { from: 2 }, error: { name: "AccessDeniedException" } });
    const { result } = await rotate(process(), only(pool).sub, random);
    expect(result.password?.reveal()).toBe(only(pool).passwords[0]);
  });
});
