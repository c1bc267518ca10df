import { describe, expect, test } from "vitest";

import { person } from "../../../test/cognito/definitions.ts";
import { ann, create, invited, only, random } from "../../../test/support/account-requests.ts";
import { refusal } from "../../../test/support/adapter.ts";
import { createMemoryDisk } from "../../../test/support/memory-journal.ts";
import { createStage, writesIn } from "../../../test/support/provision-stage.ts";
import { GovernanceError } from "../../core/errors.ts";

describe("a create whose answer is lost", () => {
  const kinds = [
    ["usernames", {}, ann],
    ["e-mail aliases", { aliasAttributes: ["email"] }, { email: "ann@example.com" }],
    ["e-mail usernames", { usernameAttributes: ["email"] }, { email: "Ann@example.com" }],
    ["phone usernames", { usernameAttributes: ["phone_number"] }, { login: "+15550001" }],
  ] as const;

  test.for(kinds)("mark 23: is found to be done, in a pool of %s", async ([, settings, wish]) => {
    const { pool, cognito, audit, process } = createStage(settings);
    const fault = cognito.script({ operation: "AdminCreateUser", nth: 1, cut: "after" });
    const { result, outcome } = await create(process(), { ...wish, credential: random });
    expect(fault.fired).toBe(1);
    expect({ outcome, state: result.state }).toEqual({ outcome: "done", state: "created" });
    expect(only(pool)).toMatchObject({
      status: "CONFIRMED",
      passwords: [result.password?.reveal(), expect.anything()],
    });
    expect(result.user?.sub).toBe(only(pool).sub);
    expect(cognito.stats.count("AdminCreateUser")).toBe(1);
    expect(audit.records.at(-1)).toMatchObject({
      outcome: "done",
      target: { user: only(pool).sub },
      steps: [{ state: "done", reason: "outcome-unknown" }, { state: "done" }],
    });
  });

  test.for(kinds)("mark 23: is found not to be done, in a pool of %s", async ([, settings, wish]) => {
    const { pool, cognito, audit, process } = createStage(settings);
    cognito.script({ operation: "AdminCreateUser", nth: 1, cut: "before" });
    const failure = await refusal(create(process(), { ...wish, credential: random }));
    expect(failure).toMatchObject({ code: "unavailable", reason: "outcome-unknown", appliedEffects: [] });
    expect(pool.allUsers()).toEqual([]);
    expect(audit.records.at(-1)).toMatchObject({ outcome: "failed", steps: [{ state: "not-done" }] });
    expect((await create(process(), wish)).result.state).toBe("created");
  });

  test("mark 23, mark 50: is found although the account does not show at first", async () => {
    const { pool, cognito, clock, process } = createStage({
      consistency: { createdUnreadable: { calls: 3 }, createdUnlisted: { calls: 100 } },
    });
    cognito.script({ operation: "AdminCreateUser", nth: 1, cut: "after" });
    const { result } = await create(process(), { ...ann, credential: random });
    expect(result.user?.sub).toBe(only(pool).sub);
    expect(clock.sleeps.length).toBeGreaterThanOrEqual(2);
  });

  test("mark 23: an account of that name from another request is not changed", async () => {
    const { pool, cognito, audit, process } = createStage();
    cognito.script({
      operation: "AdminCreateUser",
      nth: 1,
      cut: "before",
      run: () =>
        void pool.addUser({
          username: "ann",
          attributes: { email: "other@example.com" },
          status: "FORCE_CHANGE_PASSWORD",
        }),
    });
    const failure = await refusal(create(process(), { ...ann, credential: random }));
    expect(failure.reason).toBe("outcome-unknown");
    expect(failure.message).toContain(`user ${only(pool).sub}`);
    expect(failure.message).toContain("so it is not changed");
    expect(writesIn(cognito.stats)).toEqual(["AdminCreateUser"]);
    expect(only(pool)).toMatchObject({ passwords: [] });
    expect(audit.records.at(-1)).toMatchObject({ outcome: "unknown" });
  });

  test.for([
    ["that signed up for itself", { status: "UNCONFIRMED" }],
    ["that signed up and is confirmed", { status: "CONFIRMED" }],
    ["that is switched off", { status: "FORCE_CHANGE_PASSWORD", enabled: false }],
    ["and one more", { status: "FORCE_CHANGE_PASSWORD", attributes: { website: "https://ann.example.com" } }],
  ] as const)("mark 23: an account of the same attributes %s is not ours", async ([, how]) => {
    const { pool, cognito, audit, process } = createStage();
    const attributes = { email: "ann@example.com", ...("attributes" in how ? how.attributes : {}) };
    cognito.script({
      operation: "AdminCreateUser",
      nth: 1,
      cut: "before",
      run: () => void pool.addUser({ username: "ann", ...how, attributes }),
    });
    await refusal(create(process(), { ...ann, credential: random }));
    expect(writesIn(cognito.stats)).toEqual(["AdminCreateUser"]);
    expect(audit.records.at(-1)).toMatchObject({ outcome: "unknown" });
  });

  test("mark 23: with a username of our own, another account of the address proves nothing", async () => {
    const { pool, cognito, audit, process } = createStage({ aliasAttributes: ["email"] });
    cognito.script({
      operation: "AdminCreateUser",
      nth: 1,
      cut: "after",
      run: () =>
        void pool.addUser({
          username: "rival",
          attributes: { email: "ann@example.com" },
          status: "FORCE_CHANGE_PASSWORD",
        }),
    });
    const { result } = await create(process(), { email: "ann@example.com" });
    expect(result.user?.username).toMatch(/^0000c0de-/u);
    expect(pool.stored("rival")).toMatchObject({ passwords: [] });
    expect(audit.records.at(-1)).toMatchObject({ outcome: "done", target: { user: result.user?.sub } });
  });

  test("mark 23: an old account that only just shows is not ours either", async () => {
    const { pool, cognito, clock, process } = createStage();
    cognito.script({
      operation: "AdminCreateUser",
      nth: 1,
      cut: "before",
      run: () =>
        void pool.addUser({
          username: "ann",
          attributes: { email: "ann@example.com" },
          status: "FORCE_CHANGE_PASSWORD",
          createdAt: new Date(clock.now() - 6 * 60_000),
        }),
    });
    await refusal(create(process(), { ...ann, credential: random }));
    expect(only(pool)).toMatchObject({ status: "FORCE_CHANGE_PASSWORD", passwords: [] });
  });

  test("mark 23: when the reads fail too, the outcome is unknown and said to be", async () => {
    const { cognito, audit, process } = createStage();
    cognito.script({ operation: "AdminCreateUser", nth: 1, cut: "after" });
    cognito.script({
      operation: "AdminGetUser",
      nth: { from: 2 },
      error: { name: "InternalErrorException" },
    });
    const failure = await refusal(create(process(), ann));
    expect(failure.appliedEffects).toEqual([
      "it is not known whether the change was made: check it, then try again",
    ]);
    expect(audit.records.at(-1)).toMatchObject({ outcome: "unknown" });
  });

  test("mark 40: an invitation that fails does not hide the account", async () => {
    const { pool, process } = createStage({ behaviour: { invitations: "fail" } });
    const { result, outcome } = await create(process(), {
      ...invited,
      credential: { kind: "random", temporary: true },
    });
    expect({ outcome, state: result.state }).toEqual({ outcome: "done", state: "created" });
    expect(result.actionRequired).toContain("could not send the invitation");
    expect(result.invitationExpiresAt).toBeUndefined();
    expect(result.password?.reveal()).toBe(only(pool).passwords[0]);
  });

  test("a trigger that refuses leaves nothing; one that fails afterwards leaves the account and says so", async () => {
    const { pool, cognito, process } = createStage();
    const refuse = cognito.script({
      operation: "AdminCreateUser",
      error: { name: "UserLambdaValidationException" },
    });
    expect(await refusal(create(process(), invited))).toMatchObject({
      reason: "trigger-failed",
      appliedEffects: [],
    });
    refuse.remove();
    cognito.script({
      operation: "AdminCreateUser",
      times: 1,
      error: { name: "UnexpectedLambdaException" },
      run: () =>
        void pool.addUser({
          username: "ann",
          attributes: { email: "ann@example.com" },
          status: "FORCE_CHANGE_PASSWORD",
        }),
    });
    const { result } = await create(process(), invited);
    expect(result).toMatchObject({ state: "created", user: { sub: only(pool).sub } });
    expect(result.actionRequired).toContain("Lambda trigger");
  });

  test("the limit of messages that is reached after the account was made does not hide the account", async () => {
    const { pool, cognito, audit, process } = createStage();
    cognito.script({
      operation: "AdminCreateUser",
      times: 1,
      error: { name: "LimitExceededException", message: "Exceeded daily email limit for the operation" },
      run: () =>
        void pool.addUser({
          username: "ann",
          attributes: { email: "ann@example.com" },
          status: "FORCE_CHANGE_PASSWORD",
        }),
    });
    const { outcome, result } = await create(process(), invited);
    expect({ outcome, state: result.state }).toEqual({ outcome: "done", state: "created" });
    expect(result.actionRequired).toMatch(/limit of messages.*send it again later/);
    expect(result.invitationExpiresAt).toBeUndefined();
    expect(audit.records.at(-1)).toMatchObject({ outcome: "done", target: { user: only(pool).sub } });
  });

  test.for([
    ["LimitExceededException", "resource-exhausted"],
    ["UserLambdaValidationException", "failed-precondition"],
    ["UnexpectedLambdaException", "failed-precondition"],
    ["CodeDeliveryFailureException", "failed-precondition"],
    ["InvalidSmsRoleAccessPolicyException", "failed-precondition"],
    ["InternalErrorException", "unavailable"],
  ] as const)("%s after which no account is found says that none was made", async ([name, code]) => {
    const { cognito, audit, process } = createStage();
    cognito.script({ operation: "AdminCreateUser", error: { name } });
    const failure = await refusal(create(process(), invited));
    expect(failure).toMatchObject({ code, appliedEffects: [] });
    expect(failure.message).toContain("the pool was read afterwards, and the change was not made");
    expect(failure.message).not.toMatch(/may have been made|check before|read the user/);
    expect(failure.message).toContain(name);
    expect(cognito.stats.count("AdminGetUser")).toBeGreaterThan(5);
    expect(audit.records.at(-1)).toMatchObject({ outcome: "failed" });
  });

  test("a failure after which no account is found has the message for that, and no other text is cut", async () => {
    const stage = createStage();
    const opened = new GovernanceError("failed-precondition", "AdminCreateUser: refused, and nobody knows", {
      reason: "trigger-failed",
      notMadeMessage: "AdminCreateUser: refused (the change may have been made; says the trigger)",
    });
    const directory = { ...stage.directory, createUser: () => Promise.reject(opened) };
    const failure = await refusal(create(stage.process({ directory }), invited));
    expect(failure.message).toBe(
      "AdminCreateUser: refused (the change may have been made; says the trigger); the pool was read afterwards, and the change was not made",
    );
  });

  test("with an invitation the answer says that it may not have been sent", async () => {
    const { cognito, process } = createStage();
    cognito.script({ operation: "AdminCreateUser", nth: 1, cut: "mid-answer" });
    const { result } = await create(process(), invited);
    expect(result.actionRequired).toContain("it is not known whether the invitation was sent");
  });
});

describe("a second step that fails", () => {
  test.for([
    ["InvalidPasswordException", "password-refused"],
    ["AccessDeniedException", "iam-denied"],
    ["LimitExceededException", undefined],
  ] as const)("mark 42, L-01: %s takes back the account that was made", async ([name, reason]) => {
    const { pool, cognito, audit, process } = createStage();
    cognito.script({ operation: "AdminSetUserPassword", error: { name } });
    const failure = await refusal(create(process(), { ...ann, credential: random }));
    expect(failure.reason).toBe(reason);
    expect(failure.message).toContain("the calls already made have been undone");
    expect(pool.allUsers()).toEqual([]);
    expect(audit.records.at(-1)).toMatchObject({
      outcome: "undone",
      steps: [
        { operation: "AdminCreateUser", state: "done" },
        { operation: "AdminSetUserPassword", state: "not-done" },
        { operation: "AdminDeleteUser", state: "done", undo: true },
      ],
    });
  });

  test("mark 42, L-01: when the deletion fails too, the error names what was done", async () => {
    const { pool, cognito, audit, process } = createStage();
    cognito.script({
      operation: ["AdminSetUserPassword", "AdminDeleteUser"],
      error: { name: "AccessDeniedException" },
    });
    const failure = await refusal(create(process(), { ...ann, credential: random }));
    expect(failure.appliedEffects).toEqual([`AdminCreateUser is done (user ${only(pool).sub})`]);
    expect(audit.records.at(-1)).toMatchObject({ outcome: "partial", target: { user: only(pool).sub } });
  });

  test("mark 42: an account that somebody else has put in its place is not deleted", async () => {
    const { pool, cognito, audit, process } = createStage();
    cognito.script({
      operation: "AdminSetUserPassword",
      error: { name: "AccessDeniedException" },
      run: () => {
        pool.deleteUser("ann");
        pool.addUser({ username: "ann" });
      },
    });
    await refusal(create(process(), { ...ann, credential: random }));
    expect(only(pool).username).toBe("ann");
    expect(cognito.stats.count("AdminDeleteUser")).toBe(0);
    expect(audit.records.at(-1)).toMatchObject({ outcome: "partial" });
  });

  test.for([
    ["switched off", { enabled: false }],
    ["reset", { status: "RESET_REQUIRED" }],
  ] as const)("mark 42: an account that somebody has %s since is not deleted", async ([, how]) => {
    const { pool, cognito, process } = createStage();
    cognito.script({
      operation: "AdminSetUserPassword",
      error: { name: "AccessDeniedException" },
      run: () => void Object.assign(only(pool), how),
    });
    expect((await refusal(create(process(), { ...ann, credential: random }))).appliedEffects).toHaveLength(1);
    expect(cognito.stats.count("AdminDeleteUser")).toBe(0);
  });

  test("mark 42: an account made at another time is not the one, whatever its id", async () => {
    const { pool, cognito, process } = createStage();
    cognito.script({ operation: "AdminSetUserPassword", error: { name: "AccessDeniedException" } });
    cognito.script({
      operation: "AdminGetUser",
      nth: { from: 2 },
      rewrite: (answer) => Object.assign({}, answer, { UserCreateDate: 1_700_000_000 }),
    });
    await refusal(create(process(), { ...ann, credential: random }));
    expect(only(pool).username).toBe("ann");
    expect(cognito.stats.count("AdminDeleteUser")).toBe(0);
  });

  test.for([
    [0, ["PASSWORD"]],
    [5, ["PASSWORD"]],
    // Here the status tells nothing, and only the refusal of the repeat does.
    [5, ["PASSWORD", "EMAIL_OTP"]],
  ] as const)(
    "a lost answer is repeated once, with a history of %i and sign-in by %o",
    async ([historySize, firstAuthFactors]) => {
      const { pool, cognito, process } = createStage({ firstAuthFactors, passwordPolicy: { historySize } });
      cognito.script({ operation: "AdminSetUserPassword", nth: 1, cut: "after" });
      const { result } = await create(process(), { ...ann, credential: random });
      expect(only(pool)).toMatchObject({ status: "CONFIRMED" });
      expect(only(pool).passwords[0]).toBe(result.password?.reveal());
      expect(cognito.stats.count("AdminSetUserPassword")).toBe(2);
    },
  );

  test.for([
    // The status tells, even within the same millisecond; where it does not, the date of the last change does.
    [["PASSWORD"], 0],
    [["PASSWORD", "EMAIL_OTP"], 50],
  ] as const)(
    "after two lost answers the account itself is the proof, where sign-in begins by %o",
    async ([firstAuthFactors, laterMs]) => {
      const { pool, cognito, clock, process } = createStage({ firstAuthFactors });
      const run = () => clock.advance(laterMs);
      cognito.script({ operation: "AdminSetUserPassword", cut: "after", times: 2, run });
      const { result, outcome } = await create(process(), { ...ann, credential: random });
      expect(outcome).toBe("done");
      expect(only(pool).passwords[0]).toBe(result.password?.reveal());
    },
  );

  test.for([[["PASSWORD"]], [["PASSWORD", "EMAIL_OTP"]]] as const)(
    "two calls that never arrived are found out too, and the account is deleted again, where sign-in begins by %o",
    async ([firstAuthFactors]) => {
      const { pool, cognito, audit, process } = createStage({ firstAuthFactors });
      cognito.script({ operation: "AdminSetUserPassword", cut: "before" });
      await refusal(create(process(), { ...ann, credential: random }));
      expect(pool.allUsers()).toEqual([]);
      expect(audit.records.at(-1)).toMatchObject({ outcome: "undone" });
    },
  );

  test("a password that AWS sets after both connections are lost is not reported as not set", async () => {
    const { pool, cognito, process } = createStage();
    cognito.script({ operation: "AdminSetUserPassword", cut: "before" });
    cognito.onCall("AdminGetUser", 4, () => {
      only(pool).status = "CONFIRMED";
    });
    const { outcome, steps } = await create(process(), { ...ann, credential: random });
    expect({ outcome, steps }).toMatchObject({
      outcome: "done",
      steps: [{ state: "done" }, { state: "done" }],
    });
  });

  test("mark 50: the second step waits until the account shows", async () => {
    const { pool, process } = createStage({ consistency: { createdUnreadable: { calls: 3 } } });
    const { result } = await create(process(), { ...ann, credential: random });
    expect(only(pool).passwords[0]).toBe(result.password?.reveal());
    expect(result.user?.status).toBe("CONFIRMED");
  });

  test("a password that was set is returned although the account cannot be read back", async () => {
    const { pool, cognito, process } = createStage();
    cognito.script({ operation: "AdminGetUser", nth: { from: 2 }, error: { name: "AccessDeniedException" } });
    const { result } = await create(process(), { ...ann, credential: random });
    expect(result.password?.reveal()).toBe(only(pool).passwords[0]);
  });
});

describe("the same account asked for twice", () => {
  test("one after the other: the second has nothing to do and gets no password", async () => {
    const { cognito, process } = createStage();
    const first = await create(process(), { ...ann, credential: random });
    const second = await create(process(), { ...ann, credential: random });
    expect(second).toMatchObject({
      outcome: "nothing-to-do",
      result: { state: "already-exists", password: undefined },
    });
    expect(second.result.user?.sub).toBe(first.result.user?.sub);
    expect(cognito.stats.count("AdminCreateUser")).toBe(1);
  });

  test("at once, in two processes of one journal: one waits for the other", async () => {
    const { pool, cognito, process } = createStage();
    const both = await Promise.all([create(process(), ann), create(process(), { ...ann, login: "ann" })]);
    expect(both.map(({ result }) => result.state).toSorted()).toEqual(["already-exists", "created"]);
    expect(both[0].result.user?.sub).toBe(both[1].result.user?.sub);
    expect(only(pool).username).toBe("ann");
    expect(cognito.stats.count("AdminCreateUser")).toBe(1);
  });

  test.for([
    ["usernames", {}, ann],
    ["e-mail usernames", { usernameAttributes: ["email"] }, { email: "ann@example.com" }],
  ] as const)("at once, without a journal in common, in a pool of %s", async ([, settings, wish]) => {
    const { pool, cognito, audit, process } = createStage(settings, { policy: { maxInvitationsPerDay: 1 } });
    const hold = cognito.hold({ operation: "AdminCreateUser" });
    const both = [1, 2].map(() =>
      create(process({ disk: createMemoryDisk() }), { ...wish, profile: { sendInviteEmail: true } }),
    );
    await hold.arrived(2);
    hold.release();
    const outcomes = await Promise.all(both);
    expect(outcomes.map(({ result, outcome }) => `${result.state}: ${outcome}`).toSorted()).toEqual([
      "already-exists: nothing-to-do",
      "created: done",
    ]);
    expect(new Set(outcomes.map(({ result }) => result.user?.sub))).toEqual(new Set([only(pool).sub]));
    expect(only(pool).invitations).toBe(1);
    expect(audit.records.map(({ outcome }) => outcome).toSorted()).toEqual(["done", "nothing-to-do"]);
  });

  test("a phone number of another account is reported by its kind only", async () => {
    const users = [person(1, { attributes: { phone_number: "+15550001" } })];
    const { process } = createStage({ usernameAttributes: ["email", "phone_number"], users });
    const failure = await refusal(
      create(process(), { email: "ann@example.com", profile: { phone: "+15550001" } }),
    );
    expect(failure).toMatchObject({ code: "already-exists" });
    expect(failure.message).toMatch(/^profile\.phone_number: another account/u);
    expect(failure.message).not.toContain("+15550001");
  });
});
