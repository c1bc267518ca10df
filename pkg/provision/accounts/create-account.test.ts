import { describe, expect, test } from "vitest";
import { federatedPerson, person } from "../../../test/cognito/definitions.ts";
import {
  ann,
  create,
  created,
  GOOD,
  given,
  invited,
  only,
  random,
  rotate,
} from "../../../test/support/account-requests.ts";
import { never, refusal } from "../../../test/support/adapter.ts";
import { createStage, dryRun, writesIn } from "../../../test/support/provision-stage.ts";
import { passwordProblem } from "../../core/passwords/check.ts";

describe("the four kinds of pool", () => {
  test("L-25: a pool of usernames", async () => {
    const { pool, cognito, process } = createStage();
    const { result, outcome, planned } = await create(process(), { ...ann, profile: { given_name: "Ann" } });
    expect({ outcome, planned, state: result.state }).toEqual({
      outcome: "done",
      planned: ["AdminCreateUser"],
      state: "created",
    });
    expect(result.user).toMatchObject({ username: "ann", sub: only(pool).sub });
    expect(Object.fromEntries(only(pool).attributes)).toEqual({
      email: "ann@example.com",
      given_name: "Ann",
    });
    expect(created(cognito)).toMatchObject({ Username: "ann", MessageAction: "SUPPRESS" });
  });

  test("L-25: a pool with e-mail aliases gets a username that says nothing", async () => {
    const { pool, process } = createStage({ aliasAttributes: ["email"] });
    const { result } = await create(process(), { email: "ann@example.com" });
    expect(result.user?.username).toMatch(/^0000c0de-/u);
    expect(only(pool).attributes.get("email")).toBe("ann@example.com");
    const again = await create(process(), { login: "ann@example.com" });
    expect(again).toMatchObject({ outcome: "nothing-to-do", result: { state: "already-exists" } });
    expect(again.result.user?.sub).toBe(only(pool).sub);
  });

  test("mark 26, L-25: an e-mail pool's generated username comes from the answer", async () => {
    const { pool, cognito, process } = createStage({ usernameAttributes: ["email"] });
    const { result } = await create(process(), { email: "ann@example.com", credential: random });
    expect(created(cognito)).toMatchObject({ Username: "ann@example.com" });
    expect(result.user?.username).toBe(only(pool).username);
    expect(result.user?.username).toBe(result.user?.sub);
    // The second step goes to the true username, never to the address (mark 28).
    const set = cognito.stats.calls.find(({ operation }) => operation === "AdminSetUserPassword");
    expect(set?.username).toBe(only(pool).username);
    expect((await create(process(), { email: "ANN@example.com" })).result.state).toBe("already-exists");
  });

  test("L-25: a phone pool", async () => {
    const { pool, cognito, process } = createStage({ usernameAttributes: ["phone_number"] });
    const { result } = await create(process(), { login: "+15550001", email: "ann@example.com" });
    expect(created(cognito)).toMatchObject({ Username: "+15550001" });
    expect(Object.fromEntries(only(pool).attributes)).toEqual({
      phone_number: "+15550001",
      email: "ann@example.com",
    });
    expect(result.user?.username).toBe(only(pool).sub);
    expect((await create(process(), { profile: { phone: "+15550001" } })).result.state).toBe(
      "already-exists",
    );
  });

  test("mark 27: a case-sensitive pool keeps ann and Ann apart, another one does not", async () => {
    const sensitive = createStage({ users: [person(1, { username: "Ann" })] });
    expect((await create(sensitive.process(), { login: "ann" })).result.state).toBe("created");
    expect(sensitive.pool.allUsers()).toHaveLength(2);

    const insensitive = createStage({ caseSensitive: false, users: [person(1, { username: "Ann" })] });
    const there = await create(insensitive.process(), { login: "ann" });
    expect(there).toMatchObject({ outcome: "nothing-to-do", result: { state: "already-exists" } });
    expect(there.result.user?.username).toBe("Ann");
    expect(insensitive.cognito.stats.count("AdminCreateUser")).toBe(0);
  });

  test("mark 27: a username that is another one's sub or alias is not that account", async () => {
    const users = [person(1, { username: "eve", attributes: { preferred_username: "ann" } })];
    const { pool, process } = createStage({ aliasAttributes: ["preferred_username"], users });
    expect((await create(process(), { login: "ann" })).result.state).toBe("created");
    expect(pool.stored("ann")?.sub).not.toBe(pool.stored("eve")?.sub);
  });

  test("a profile of an identity provider with the same e-mail is another account", async () => {
    const users = [federatedPerson(1, "Google", { attributes: { email: "ann@example.com" } })];
    const { pool, process } = createStage({ aliasAttributes: ["email"], users });
    expect((await create(process(), { email: "ann@example.com" })).result.state).toBe("created");
    expect(pool.allUsers()).toHaveLength(2);
  });

  test("mark 50: a deleted account that a listing still shows is not there any more", async () => {
    const attributes = { email: "ann@example.com", email_verified: "false" };
    const users = [person(1, { username: "old", attributes })];
    const consistency = { deletedListed: { calls: 100 } };
    const { pool, process } = createStage({ aliasAttributes: ["email"], users, consistency });
    pool.deleteUser("old");
    expect((await create(process(), { email: "ann@example.com" })).result.state).toBe("created");
  });

  test("mark 50: a fresh account can be worked on before any listing shows it", async () => {
    const { process } = createStage({ consistency: { createdUnlisted: { calls: 100 } } });
    const one = process();
    const { result } = await create(one, ann);
    expect(await rotate(one, result.user?.sub ?? "", random)).toMatchObject({ outcome: "done" });
  });

  test("two unverified accounts of one address are reported by their ids, and no third one is made", async () => {
    const users = [1, 2].map((n) =>
      person(n, { attributes: { email: "ann@example.com", email_verified: "false" } }),
    );
    const { pool, cognito, process } = createStage({ aliasAttributes: ["email"], users });
    const failure = await refusal(create(process(), { email: "ann@example.com" }));
    expect(failure.code).toBe("already-exists");
    for (const { sub } of pool.allUsers()) expect(failure.message).toContain(sub);
    expect(failure.message).not.toContain("ann@example.com");
    expect(writesIn(cognito.stats)).toEqual([]);
  });
});

describe("an account that exists already", () => {
  const there = {
    login: "ann",
    email: "ann@example.com",
    profile: { nickname: "Ann", email_verified: true },
  };

  test.for<[string, Parameters<typeof create>[1], readonly string[]]>([
    ["all that holds", there, []],
    ["less than it has", { login: "ann" }, []],
    ["its e-mail in another case", { login: "ann", email: "Ann@Example.com" }, []],
    ["another flag", { ...there, profile: { email_verified: false } }, ["email_verified"]],
    ["another e-mail", { login: "ann", email: "other@example.com" }, ["email"]],
    ["other attributes", { login: "ann", profile: { nickname: "A", locale: "en" } }, ["nickname", "locale"]],
    ["a random password", { login: "ann", credential: random }, ["password"]],
    ["a given password", { login: "ann", credential: given(GOOD) }, ["password"]],
    ["an invitation", { ...there, profile: { sendInviteEmail: true } }, ["invitation"]],
  ])("is not changed, and names what of the request does not hold: %s", async ([, wish, notApplied]) => {
    const { pool, cognito, process } = createStage();
    await create(process(), there);
    const before = JSON.stringify([...only(pool).attributes]);
    const { outcome, result } = await create(process(), wish);
    expect({ outcome, state: result.state, notApplied: result.notApplied }).toEqual({
      outcome: "nothing-to-do",
      state: "already-exists",
      notApplied,
    });
    expect(JSON.stringify([...only(pool).attributes])).toBe(before);
    expect(writesIn(cognito.stats)).toEqual(["AdminCreateUser"]);
  });

  test("holds a flag of a contact that was never verified", async () => {
    const { process } = createStage();
    await create(process(), ann);
    const { result } = await create(process(), { ...ann, profile: { email_verified: false } });
    expect(result.notApplied).toEqual([]);
  });

  test("since another process was faster names it too", async () => {
    const { cognito, pool, process } = createStage();
    cognito.onCall("AdminCreateUser", 1, () => {
      pool.addUser(person(7, { username: "ann", attributes: { email: "other@example.com" } }));
    });
    const { result } = await create(process(), { ...ann, credential: random });
    expect(result).toMatchObject({ state: "already-exists", notApplied: ["email", "password"] });
  });
});

describe("invitations and credentials", () => {
  test("mark 40, L-24: no message is sent unless asked for, and then by e-mail before SMS", async () => {
    const { pool, cognito, process } = createStage();
    await create(process(), { ...ann, profile: { phone: "+15550001" } });
    expect(only(pool).invitations).toBe(0);
    const profile = { phone: "+15550002", sendInviteEmail: "true" };
    const eve = await create(process(), { login: "eve", email: "eve@example.com", profile });
    expect(pool.stored("eve")?.invitations).toBe(1);
    expect(eve.result.invitationExpiresAt).toEqual(new Date("2026-11-28T12:00:00Z"));
    expect(eve.result.actionRequired).toBeUndefined();
    await create(process(), { login: "bob", profile });
    const inputs = cognito.stats.calls.filter(({ operation }) => operation === "AdminCreateUser");
    expect(inputs.map(({ input }) => [input?.["MessageAction"], input?.["DesiredDeliveryMediums"]])).toEqual([
      ["SUPPRESS", undefined],
      [undefined, ["EMAIL"]],
      [undefined, ["SMS"]],
    ]);
  });

  test("mark 40, L-03: an invitation that has nowhere to go is refused before anything is made", async () => {
    const { cognito, process } = createStage();
    const failure = await refusal(create(process(), { login: "ann", profile: { sendInviteEmail: true } }));
    expect(failure).toMatchObject({ code: "invalid-argument" });
    expect(failure.message).toContain("profile.sendInviteEmail");
    expect(writesIn(cognito.stats)).toEqual([]);
  });

  test("mark 46: the alias of another account is never taken", async () => {
    const users = [person(1, { username: "eve", attributes: { email: "ann@example.com" } })];
    const { pool, cognito, process } = createStage({ aliasAttributes: ["email"], users });
    const profile = { email_verified: true };
    const failure = await refusal(create(process(), { ...ann, profile }));
    expect(failure).toMatchObject({ code: "already-exists", reason: "alias-exists" });
    expect(failure.message).toContain("profile.email:");
    expect(failure.message).not.toContain("ann@example.com");
    expect(created(cognito)).not.toHaveProperty("ForceAliasCreation");
    expect(pool.resolve("ann@example.com")?.username).toBe("eve");
  });

  test("L-13: without invitation or password more must be done, and the answer says so", async () => {
    const { process } = createStage();
    const { result } = await create(process(), ann);
    expect(result.nextStep).toContain("nobody knows the password");
    expect(result.actionRequired).toBeUndefined();
    expect(result.password).toBeUndefined();
  });

  test("L-13: a pool without passwords needs no more", async () => {
    const { pool, process } = createStage({ firstAuthFactors: ["PASSWORD", "EMAIL_OTP"] });
    expect((await create(process(), ann)).result).toMatchObject({
      actionRequired: undefined,
      nextStep: undefined,
    });
    expect(only(pool)).toMatchObject({ status: "CONFIRMED", passwords: [] });
  });

  test.for([
    ["random, permanent", random, false, "CONFIRMED", 2],
    ["random, to be changed", { kind: "random", temporary: true }, false, "FORCE_CHANGE_PASSWORD", 1],
    ["random, by invitation", random, true, "FORCE_CHANGE_PASSWORD", 1],
    ["given, permanent", given(GOOD), false, "CONFIRMED", 2],
    ["given, to be changed", given(GOOD, true), false, "FORCE_CHANGE_PASSWORD", 1],
    ["given, by invitation", given(GOOD), true, "FORCE_CHANGE_PASSWORD", 1],
  ] as const)("L-13: a password %s", async ([, credential, sendInviteEmail, status, calls]) => {
    const { pool, cognito, process } = createStage();
    const { result, steps } = await create(process(), { ...ann, credential, profile: { sendInviteEmail } });
    expect(only(pool)).toMatchObject({ status, invitations: sendInviteEmail ? 1 : 0 });
    expect(writesIn(cognito.stats)).toHaveLength(calls);
    expect(steps.map(({ state }) => state)).toEqual(Array.from({ length: calls }, () => "done"));
    expect(result.user?.status).toBe(status);
    expect(result).toMatchObject({ actionRequired: undefined, nextStep: undefined });
    // A given password is not given back.
    const { password } = result;
    expect(password === undefined).toBe(credential.kind === "given");
    expect(only(pool).passwords[0]).toBe(password?.reveal() ?? GOOD);
    expect(
      cognito.stats.calls.every(({ outcome }) => outcome === "ok" || outcome === "UserNotFoundException"),
    ).toBe(true);
  });

  test("mark 41, L-22: a generated password is as long as the pool and the wish demand", async () => {
    const passwordPolicy = { minimumLength: 40 };
    const { pool, process, directory } = createStage({ passwordPolicy });
    const { result } = await create(process(), {
      ...ann,
      credential: { kind: "random", length: 10, temporary: false },
    });
    const policy = (await directory.describePool(never)).passwordPolicy;
    expect(passwordProblem(policy, result.password?.reveal() ?? "")).toBeUndefined();
    expect(only(pool).passwords[0]).toHaveLength(40);
  });

  test("mark 41, L-02: a password that breaks the policy leaves no account, and no trace of itself", async () => {
    const { pool, cognito, disk, audit, process } = createStage();
    const failure = await refusal(create(process(), { ...ann, credential: given("weak-Password") }));
    expect(failure).toMatchObject({ code: "invalid-argument", reason: "password-refused" });
    expect(failure.message).toContain("credential_options: needs a digit");
    expect(pool.allUsers()).toEqual([]);
    expect(writesIn(cognito.stats)).toEqual([]);
    expect(audit.records).toMatchObject([{ kind: "create-account", outcome: "refused" }]);
    expect(`${failure.message}${disk.written.join("")}${JSON.stringify(audit.records)}`).not.toContain(
      "weak-Password",
    );
  });

  test("the budget of invitations bounds them, and only them", async () => {
    const { cognito, process } = createStage({}, { policy: { maxInvitationsPerDay: 1 } });
    await create(process(), invited);
    const eve = { login: "eve", email: "eve@example.com" };
    const failure = await refusal(create(process(), { ...eve, profile: { sendInviteEmail: true } }));
    expect(failure.code).toBe("refused-by-guard");
    expect(cognito.stats.count("AdminCreateUser")).toBe(1);
    expect((await create(process(), eve)).result.state).toBe("created");
  });

  test("a dry run checks everything, says what it would do, and does nothing", async () => {
    const { pool, cognito, disk, audit, process } = createStage();
    const plan = await create(process(), { ...ann, credential: random }, dryRun);
    expect(plan).toMatchObject({
      outcome: "planned",
      change: "",
      planned: ["AdminCreateUser", "AdminSetUserPassword"],
      result: { state: "created", user: undefined, password: undefined },
    });
    await refusal(create(process(), { ...ann, credential: given("short") }, dryRun));
    expect(pool.allUsers()).toEqual([]);
    expect(writesIn(cognito.stats)).toEqual([]);
    expect([disk.written, audit.records]).toEqual([[], []]);
  });
});
