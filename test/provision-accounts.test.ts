import { createHash, randomInt } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";

import type { CognitoDirectory } from "../pkg/cognito/directory.ts";
import { passwordProblem } from "../pkg/core/passwords/check.ts";
import { Secret } from "../pkg/core/secret.ts";
import type { WriteContext } from "../pkg/provision/context.ts";
import { createProvisioner } from "../pkg/provision/create-provisioner.ts";
import type { GuardOptions } from "../pkg/provision/options.ts";
import type { AccountRequest, Credential, Provisioner } from "../pkg/provision/provisioner.ts";
import { federatedPerson, person } from "./cognito/definitions.ts";
import { createPool, type Pool, type PoolDefinition } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import type { StoredUser } from "./cognito/stored-user.ts";
import { adapterOver, type InstantClock, instantClock, never, refusal } from "./support/adapter.ts";
import {
  createMemoryAudit,
  createMemoryDisk,
  type MemoryAudit,
  type MemoryDisk,
  type MemoryJournal,
} from "./support/memory-journal.ts";

const POOL = "eu-west-1_Acc000001";

const open: GuardOptions = {
  enabled: true,
  groupsAllow: [],
  groupsDeny: [],
  allowRoleGroups: false,
  allowFederatedWrites: false,
  deleteRequiresDisabled: false,
  maxDeletionsPerHour: 100,
  maxDisablesPerHour: 100,
  maxInvitationsPerHour: 100,
  maxGroupsPerUser: 100,
};

const context: WriteContext = { requester: { via: "cli", name: "tester" }, dryRun: false };
const dryRun: WriteContext = { ...context, dryRun: true };

const none: Credential = { kind: "none" };
const random: Credential = { kind: "random", temporary: false };
const given = (text: string, temporary = false): Credential => ({
  kind: "given",
  password: new Secret(text),
  temporary,
});
const GOOD = "Corr3ct-horse!";

/** A connector process: what it knows dies with it, the disk does not. */
interface Process {
  readonly provisioner: Provisioner;
  readonly journal: MemoryJournal;
}

interface Stage {
  readonly pool: Pool;
  readonly server: ScriptedCognito;
  readonly clock: InstantClock;
  readonly disk: MemoryDisk;
  readonly audit: MemoryAudit;
  readonly directory: CognitoDirectory;
  process(over?: { readonly directory?: CognitoDirectory; readonly disk?: MemoryDisk }): Process;
}

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function stage(
  definition: Omit<PoolDefinition, "id"> = {},
  guard: Partial<GuardOptions> = {},
): Promise<Stage> {
  const clock = instantClock();
  const pool = createPool({ id: POOL, ...definition });
  const server = await startScriptedCognito({ pools: [pool], clock: () => clock.now() });
  const directory = adapterOver(server.url, { poolId: POOL, clock });
  closers.push(
    () => server.close(),
    () => directory.close(),
  );
  const disk = createMemoryDisk();
  const audit = createMemoryAudit();
  let ids = 0;
  return {
    pool,
    server,
    clock,
    disk,
    audit,
    directory,
    process(over = {}) {
      const journal = (over.disk ?? disk).open();
      const provisioner = createProvisioner({
        directory: over.directory ?? directory,
        poolId: POOL,
        userIdKind: "sub",
        guard: { ...open, ...guard },
        journal,
        audit,
        now: () => clock.now(),
        newId() {
          ids += 1;
          return `0000c0de-0000-4000-8000-${String(ids).padStart(12, "0")}`;
        },
        randomBelow: (bound) => randomInt(bound),
        sha256: (text) => createHash("sha256").update(text).digest("hex"),
        sleep: (ms, signal) => clock.sleep(ms, signal),
      });
      return { provisioner, journal };
    },
  };
}

interface Wish {
  readonly login?: string;
  readonly email?: string;
  readonly profile?: Readonly<Record<string, unknown>>;
  readonly credential?: Credential;
}

const asked = ({ login, email, profile = {}, credential = none }: Wish): AccountRequest => ({
  login,
  emails: email === undefined ? [] : [email],
  profile: new Map(Object.entries(profile)),
  credential,
});

const create = ({ provisioner }: Process, wish: Wish, how = context) =>
  provisioner.createAccount(asked(wish), how, never);

const only = (pool: Pool): StoredUser => {
  const [user, ...others] = pool.allUsers();
  if (user === undefined || others.length > 0)
    throw new Error(`the pool has ${pool.allUsers().length} users`);
  return user;
};

const writes = (server: ScriptedCognito): readonly string[] =>
  server.stats.calls
    .map(({ operation }) => operation)
    .filter((name) => !/^(AdminGetUser|AdminList|List|Describe|Get)/u.test(name));

const created = (server: ScriptedCognito): Readonly<Record<string, unknown>> =>
  server.stats.calls.find(({ operation }) => operation === "AdminCreateUser")?.input ?? {};

const ann = { login: "ann", email: "ann@example.com" };
const invited = { ...ann, profile: { sendInviteEmail: true } };

describe("the four kinds of pool", () => {
  test("L-25: a pool of usernames", async () => {
    const { pool, server, process } = await stage();
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
    expect(created(server)).toMatchObject({ Username: "ann", MessageAction: "SUPPRESS" });
  });

  test("L-25: a pool with e-mail aliases gets a username that says nothing", async () => {
    const { pool, process } = await stage({ aliasAttributes: ["email"] });
    const { result } = await create(process(), { email: "ann@example.com" });
    expect(result.user?.username).toMatch(/^0000c0de-/u);
    expect(only(pool).attributes.get("email")).toBe("ann@example.com");
    const again = await create(process(), { login: "ann@example.com" });
    expect(again).toMatchObject({ outcome: "nothing-to-do", result: { state: "already-exists" } });
    expect(again.result.user?.sub).toBe(only(pool).sub);
  });

  test("mark 26, L-25: an e-mail pool's generated username comes from the answer", async () => {
    const { pool, server, process } = await stage({ usernameAttributes: ["email"] });
    const { result } = await create(process(), { email: "ann@example.com", credential: random });
    expect(created(server)).toMatchObject({ Username: "ann@example.com" });
    expect(result.user?.username).toBe(only(pool).username);
    expect(result.user?.username).toBe(result.user?.sub);
    // The second step goes to the true username, never to the address (mark 28).
    const set = server.stats.calls.find(({ operation }) => operation === "AdminSetUserPassword");
    expect(set?.username).toBe(only(pool).username);
    expect((await create(process(), { email: "ANN@example.com" })).result.state).toBe("already-exists");
  });

  test("L-25: a phone pool", async () => {
    const { pool, server, process } = await stage({ usernameAttributes: ["phone_number"] });
    const { result } = await create(process(), { login: "+15550001", email: "ann@example.com" });
    expect(created(server)).toMatchObject({ Username: "+15550001" });
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
    const sensitive = await stage({ users: [person(1, { username: "Ann" })] });
    expect((await create(sensitive.process(), { login: "ann" })).result.state).toBe("created");
    expect(sensitive.pool.allUsers()).toHaveLength(2);

    const insensitive = await stage({ caseSensitive: false, users: [person(1, { username: "Ann" })] });
    const there = await create(insensitive.process(), { login: "ann" });
    expect(there).toMatchObject({ outcome: "nothing-to-do", result: { state: "already-exists" } });
    expect(there.result.user?.username).toBe("Ann");
    expect(insensitive.server.stats.count("AdminCreateUser")).toBe(0);
  });

  test("mark 27: a username that is another one's sub or alias is not that account", async () => {
    const users = [person(1, { username: "eve", attributes: { preferred_username: "ann" } })];
    const { pool, process } = await stage({ aliasAttributes: ["preferred_username"], users });
    expect((await create(process(), { login: "ann" })).result.state).toBe("created");
    expect(pool.stored("ann")?.sub).not.toBe(pool.stored("eve")?.sub);
  });

  test("a profile of an identity provider with the same e-mail is another account", async () => {
    const users = [federatedPerson(1, "Google", { attributes: { email: "ann@example.com" } })];
    const { pool, process } = await stage({ aliasAttributes: ["email"], users });
    expect((await create(process(), { email: "ann@example.com" })).result.state).toBe("created");
    expect(pool.allUsers()).toHaveLength(2);
  });

  test("two unverified accounts of one address are told by their ids, and a third is not made", async () => {
    const users = [1, 2].map((n) =>
      person(n, { attributes: { email: "ann@example.com", email_verified: "false" } }),
    );
    const { pool, server, process } = await stage({ aliasAttributes: ["email"], users });
    const failure = await refusal(create(process(), { email: "ann@example.com" }));
    expect(failure.code).toBe("already-exists");
    for (const { sub } of pool.allUsers()) expect(failure.message).toContain(sub);
    expect(failure.message).not.toContain("ann@example.com");
    expect(writes(server)).toEqual([]);
  });
});

describe("invitations and credentials", () => {
  test("mark 40, L-24: nobody is written to unless asked, and then by e-mail before SMS", async () => {
    const { pool, server, process } = await stage();
    await create(process(), { ...ann, profile: { phone: "+15550001" } });
    expect(only(pool).invitations).toBe(0);
    const profile = { phone: "+15550002", sendInviteEmail: "true" };
    const eve = await create(process(), { login: "eve", email: "eve@example.com", profile });
    expect(pool.stored("eve")?.invitations).toBe(1);
    expect(eve.result.invitationExpiresAt).toEqual(new Date("2026-11-28T12:00:00Z"));
    expect(eve.result.actionRequired).toBeUndefined();
    await create(process(), { login: "bob", profile });
    const inputs = server.stats.calls.filter(({ operation }) => operation === "AdminCreateUser");
    expect(inputs.map(({ input }) => [input?.["MessageAction"], input?.["DesiredDeliveryMediums"]])).toEqual([
      ["SUPPRESS", undefined],
      [undefined, ["EMAIL"]],
      [undefined, ["SMS"]],
    ]);
  });

  test("mark 40, L-03: an invitation that has nowhere to go is refused before anything is made", async () => {
    const { server, process } = await stage();
    const failure = await refusal(create(process(), { login: "ann", profile: { sendInviteEmail: true } }));
    expect(failure).toMatchObject({ code: "invalid-argument" });
    expect(failure.message).toContain("profile.sendInviteEmail");
    expect(writes(server)).toEqual([]);
  });

  test("mark 46: the alias of another account is never taken", async () => {
    const users = [person(1, { username: "eve", attributes: { email: "ann@example.com" } })];
    const { pool, server, process } = await stage({ aliasAttributes: ["email"], users });
    const profile = { email_verified: true };
    const failure = await refusal(create(process(), { ...ann, profile }));
    expect(failure).toMatchObject({ code: "already-exists", reason: "alias-exists" });
    expect(failure.message).toContain("profile.email:");
    expect(failure.message).not.toContain("ann@example.com");
    expect(created(server)).not.toHaveProperty("ForceAliasCreation");
    expect(pool.resolve("ann@example.com")?.username).toBe("eve");
  });

  test("L-13: without invitation or password somebody must still act, and the answer says so", async () => {
    const { process } = await stage();
    const { result } = await create(process(), ann);
    expect(result.actionRequired).toContain("nobody knows the password");
    expect(result.password).toBeUndefined();
  });

  test("L-13: a pool without passwords needs no more", async () => {
    const { pool, process } = await stage({ firstAuthFactors: ["PASSWORD", "EMAIL_OTP"] });
    expect((await create(process(), ann)).result.actionRequired).toBeUndefined();
    expect(only(pool)).toMatchObject({ status: "CONFIRMED", passwords: [] });
  });

  test.for([
    ["random, for good", random, false, "CONFIRMED", 2],
    ["random, to be changed", { kind: "random", temporary: true }, false, "FORCE_CHANGE_PASSWORD", 1],
    ["random, by invitation", random, true, "FORCE_CHANGE_PASSWORD", 1],
    ["given, for good", given(GOOD), false, "CONFIRMED", 2],
    ["given, to be changed", given(GOOD, true), false, "FORCE_CHANGE_PASSWORD", 1],
    ["given, by invitation", given(GOOD), true, "FORCE_CHANGE_PASSWORD", 1],
  ] as const)("L-13: a password %s", async ([, credential, sendInviteEmail, status, calls]) => {
    const { pool, server, process } = await stage();
    const { result, steps } = await create(process(), { ...ann, credential, profile: { sendInviteEmail } });
    expect(only(pool)).toMatchObject({ status, invitations: sendInviteEmail ? 1 : 0 });
    expect(writes(server)).toHaveLength(calls);
    expect(steps.map(({ state }) => state)).toEqual(Array.from({ length: calls }, () => "done"));
    expect(result.user?.status).toBe(status);
    expect(result.actionRequired).toBeUndefined();
    if (credential.kind === "given") expect(result.password).toBeUndefined();
    else expect(result.password?.reveal()).toBe(only(pool).passwords[0]);
    expect(only(pool).passwords[0]).toBe(result.password?.reveal() ?? GOOD);
    expect(
      server.stats.calls.every(({ outcome }) => outcome === "ok" || outcome === "UserNotFoundException"),
    ).toBe(true);
  });

  test("mark 41, L-22: a generated password is as long as the pool and the wish demand", async () => {
    const passwordPolicy = { minimumLength: 40 };
    const { pool, process, directory } = await stage({ passwordPolicy });
    const { result } = await create(process(), {
      ...ann,
      credential: { kind: "random", length: 10, temporary: false },
    });
    const policy = (await directory.describePool(never)).passwordPolicy;
    expect(passwordProblem(policy, result.password?.reveal() ?? "")).toBeUndefined();
    expect(only(pool).passwords[0]).toHaveLength(40);
  });

  test("mark 41, L-02: a password that breaks the policy leaves no account, and no trace of itself", async () => {
    const { pool, server, disk, audit, process } = await stage();
    const failure = await refusal(create(process(), { ...ann, credential: given("weak-Password") }));
    expect(failure).toMatchObject({ code: "invalid-argument", reason: "password-refused" });
    expect(failure.message).toContain("credential_options: needs a digit");
    expect(pool.allUsers()).toEqual([]);
    expect(writes(server)).toEqual([]);
    expect(audit.records).toMatchObject([{ kind: "create-account", outcome: "refused" }]);
    expect(`${failure.message}${disk.written.join("")}${JSON.stringify(audit.records)}`).not.toContain(
      "weak-Password",
    );
  });

  test("the budget of invitations bounds them, and only them", async () => {
    const { server, process } = await stage({}, { maxInvitationsPerHour: 1 });
    await create(process(), invited);
    const eve = { login: "eve", email: "eve@example.com" };
    const failure = await refusal(create(process(), { ...eve, profile: { sendInviteEmail: true } }));
    expect(failure.code).toBe("refused-by-guard");
    expect(server.stats.count("AdminCreateUser")).toBe(1);
    expect((await create(process(), eve)).result.state).toBe("created");
  });

  test("a dry run checks everything, says what it would do, and does nothing", async () => {
    const { pool, server, disk, audit, process } = await stage();
    const plan = await create(process(), { ...ann, credential: random }, dryRun);
    expect(plan).toMatchObject({
      outcome: "planned",
      change: "",
      planned: ["AdminCreateUser", "AdminSetUserPassword"],
      result: { state: "created", user: undefined, password: undefined },
    });
    await refusal(create(process(), { ...ann, credential: given("short") }, dryRun));
    expect(pool.allUsers()).toEqual([]);
    expect(writes(server)).toEqual([]);
    expect([disk.written, audit.records]).toEqual([[], []]);
  });
});

describe("a create whose answer is lost", () => {
  const kinds = [
    ["usernames", {}, ann],
    ["e-mail aliases", { aliasAttributes: ["email"] }, { email: "ann@example.com" }],
    ["e-mail usernames", { usernameAttributes: ["email"] }, { email: "Ann@example.com" }],
    ["phone usernames", { usernameAttributes: ["phone_number"] }, { login: "+15550001" }],
  ] as const;

  test.for(kinds)("mark 23: is found to be done, in a pool of %s", async ([, settings, wish]) => {
    const { pool, server, audit, process } = await stage(settings);
    const fault = server.script({ operation: "AdminCreateUser", nth: 1, cut: "after" });
    const { result, outcome } = await create(process(), { ...wish, credential: random });
    expect(fault.fired).toBe(1);
    expect({ outcome, state: result.state }).toEqual({ outcome: "done", state: "created" });
    expect(only(pool)).toMatchObject({
      status: "CONFIRMED",
      passwords: [result.password?.reveal(), expect.anything()],
    });
    expect(result.user?.sub).toBe(only(pool).sub);
    expect(server.stats.count("AdminCreateUser")).toBe(1);
    expect(audit.records.at(-1)).toMatchObject({
      outcome: "done",
      target: { user: only(pool).sub },
      steps: [{ state: "done", reason: "outcome-unknown" }, { state: "done" }],
    });
  });

  test.for(kinds)("mark 23: is found not to be done, in a pool of %s", async ([, settings, wish]) => {
    const { pool, server, audit, process } = await stage(settings);
    server.script({ operation: "AdminCreateUser", nth: 1, cut: "before" });
    const failure = await refusal(create(process(), { ...wish, credential: random }));
    expect(failure).toMatchObject({ code: "unavailable", reason: "outcome-unknown", stands: [] });
    expect(pool.allUsers()).toEqual([]);
    expect(audit.records.at(-1)).toMatchObject({ outcome: "failed", steps: [{ state: "not-done" }] });
    expect((await create(process(), wish)).result.state).toBe("created");
  });

  test("mark 23, mark 50: is found although the account does not show at first", async () => {
    const { pool, server, clock, process } = await stage({
      consistency: { createdUnreadable: { calls: 3 }, createdUnlisted: { calls: 100 } },
    });
    server.script({ operation: "AdminCreateUser", nth: 1, cut: "after" });
    const { result } = await create(process(), { ...ann, credential: random });
    expect(result.user?.sub).toBe(only(pool).sub);
    expect(clock.sleeps.length).toBeGreaterThanOrEqual(2);
  });

  test("mark 23: somebody else's account of that name is left alone", async () => {
    const { pool, server, audit, process } = await stage();
    server.script({
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
    expect(failure.message).toContain("left as it is");
    expect(writes(server)).toEqual(["AdminCreateUser"]);
    expect(only(pool)).toMatchObject({ passwords: [] });
    expect(audit.records.at(-1)).toMatchObject({ outcome: "unknown" });
  });

  test("mark 23: an old account that only just shows is not ours either", async () => {
    const { pool, server, clock, process } = await stage();
    server.script({
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
    const { server, audit, process } = await stage();
    server.script({ operation: "AdminCreateUser", nth: 1, cut: "after" });
    server.script({ operation: "AdminGetUser", nth: { from: 2 }, error: { name: "InternalErrorException" } });
    const failure = await refusal(create(process(), ann));
    expect(failure.stands).toEqual(["it may have been done or not: look, then repeat"]);
    expect(audit.records.at(-1)).toMatchObject({ outcome: "unknown" });
  });

  test("mark 40: an invitation that fails does not hide the account", async () => {
    const { pool, process } = await stage({ behaviour: { invitations: "fail" } });
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
    const { pool, server, process } = await stage();
    const refuse = server.script({
      operation: "AdminCreateUser",
      error: { name: "UserLambdaValidationException" },
    });
    expect(await refusal(create(process(), invited))).toMatchObject({ reason: "trigger-failed", stands: [] });
    refuse.remove();
    server.script({
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

  test("with an invitation the answer says that it may not have gone out", async () => {
    const { server, process } = await stage();
    server.script({ operation: "AdminCreateUser", nth: 1, cut: "mid-answer" });
    const { result } = await create(process(), invited);
    expect(result.actionRequired).toContain("whether the invitation went out is not known");
  });
});

describe("a second step that fails", () => {
  test.for([
    ["InvalidPasswordException", "password-refused"],
    ["AccessDeniedException", undefined],
    ["LimitExceededException", undefined],
  ] as const)("mark 42, L-01: %s takes back the account that was made", async ([name, reason]) => {
    const { pool, server, audit, process } = await stage();
    server.script({ operation: "AdminSetUserPassword", error: { name } });
    const failure = await refusal(create(process(), { ...ann, credential: random }));
    expect(failure.reason).toBe(reason);
    expect(failure.message).toContain("what had been done is taken back");
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

  test("mark 42, L-01: when the deletion fails too, the error names what stands", async () => {
    const { pool, server, audit, process } = await stage();
    server.script({
      operation: ["AdminSetUserPassword", "AdminDeleteUser"],
      error: { name: "AccessDeniedException" },
    });
    const failure = await refusal(create(process(), { ...ann, credential: random }));
    expect(failure.stands).toEqual([`AdminCreateUser is done (user ${only(pool).sub})`]);
    expect(audit.records.at(-1)).toMatchObject({ outcome: "partial", target: { user: only(pool).sub } });
  });

  test("mark 42: an account that somebody else has put in its place is not deleted", async () => {
    const { pool, server, audit, process } = await stage();
    server.script({
      operation: "AdminSetUserPassword",
      error: { name: "AccessDeniedException" },
      run: () => {
        pool.deleteUser("ann");
        pool.addUser({ username: "ann" });
      },
    });
    await refusal(create(process(), { ...ann, credential: random }));
    expect(only(pool).username).toBe("ann");
    expect(server.stats.count("AdminDeleteUser")).toBe(0);
    expect(audit.records.at(-1)).toMatchObject({ outcome: "partial" });
  });

  test("mark 42: an account that somebody has switched off since is not deleted", async () => {
    const { pool, server, process } = await stage();
    server.script({
      operation: "AdminSetUserPassword",
      error: { name: "AccessDeniedException" },
      run: () => {
        only(pool).enabled = false;
      },
    });
    expect((await refusal(create(process(), { ...ann, credential: random }))).stands).toHaveLength(1);
    expect(server.stats.count("AdminDeleteUser")).toBe(0);
  });

  test.for([0, 5])("a lost answer is repeated once, with a history of %i", async (historySize) => {
    const { pool, server, process } = await stage({ passwordPolicy: { historySize } });
    server.script({ operation: "AdminSetUserPassword", nth: 1, cut: "after" });
    const { result } = await create(process(), { ...ann, credential: random });
    expect(only(pool)).toMatchObject({ status: "CONFIRMED" });
    expect(only(pool).passwords[0]).toBe(result.password?.reveal());
    expect(server.stats.count("AdminSetUserPassword")).toBe(2);
  });

  test.for([[["PASSWORD"]], [["PASSWORD", "EMAIL_OTP"]]] as const)(
    "two lost answers are settled by the account itself, where sign-in begins by %o",
    async ([firstAuthFactors]) => {
      const { pool, server, clock, process } = await stage({ firstAuthFactors });
      server.script({
        operation: "AdminSetUserPassword",
        cut: "after",
        times: 2,
        run: () => clock.advance(50),
      });
      const { result, outcome } = await create(process(), { ...ann, credential: random });
      expect(outcome).toBe("done");
      expect(only(pool).passwords[0]).toBe(result.password?.reveal());
    },
  );

  test("two calls that never arrived are settled too, and the account goes again", async () => {
    const { pool, server, audit, process } = await stage();
    server.script({ operation: "AdminSetUserPassword", cut: "before" });
    await refusal(create(process(), { ...ann, credential: random }));
    expect(pool.allUsers()).toEqual([]);
    expect(audit.records.at(-1)).toMatchObject({ outcome: "undone" });
  });

  test("mark 50: the second step waits until the account shows", async () => {
    const { pool, process } = await stage({ consistency: { createdUnreadable: { calls: 3 } } });
    const { result } = await create(process(), { ...ann, credential: random });
    expect(only(pool).passwords[0]).toBe(result.password?.reveal());
    expect(result.user?.status).toBe("CONFIRMED");
  });

  test("a password that was set is told although the account cannot be read back", async () => {
    const { pool, server, process } = await stage();
    server.script({ operation: "AdminGetUser", nth: { from: 2 }, error: { name: "AccessDeniedException" } });
    const { result } = await create(process(), { ...ann, credential: random });
    expect(result.password?.reveal()).toBe(only(pool).passwords[0]);
  });
});

describe("the same account asked for twice", () => {
  test("one after the other: the second has nothing to do and gets no password", async () => {
    const { server, process } = await stage();
    const first = await create(process(), { ...ann, credential: random });
    const second = await create(process(), { ...ann, credential: random });
    expect(second).toMatchObject({
      outcome: "nothing-to-do",
      result: { state: "already-exists", password: undefined },
    });
    expect(second.result.user?.sub).toBe(first.result.user?.sub);
    expect(server.stats.count("AdminCreateUser")).toBe(1);
  });

  test("at once, in two processes of one journal: one waits for the other", async () => {
    const { pool, server, process } = await stage();
    const both = await Promise.all([create(process(), ann), create(process(), { ...ann, login: "ann" })]);
    expect(both.map(({ result }) => result.state).toSorted()).toEqual(["already-exists", "created"]);
    expect(both[0].result.user?.sub).toBe(both[1].result.user?.sub);
    expect(only(pool).username).toBe("ann");
    expect(server.stats.count("AdminCreateUser")).toBe(1);
  });

  test.for([
    ["usernames", {}, ann],
    ["e-mail usernames", { usernameAttributes: ["email"] }, { email: "ann@example.com" }],
  ] as const)("at once, without a journal in common, in a pool of %s", async ([, settings, wish]) => {
    const { pool, server, audit, process } = await stage(settings, { maxInvitationsPerHour: 1 });
    const hold = server.hold({ operation: "AdminCreateUser" });
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

  test("a phone number that another account signs in by is told by its kind alone", async () => {
    const users = [person(1, { attributes: { phone_number: "+15550001" } })];
    const { process } = await stage({ usernameAttributes: ["email", "phone_number"], users });
    const failure = await refusal(
      create(process(), { email: "ann@example.com", profile: { phone: "+15550001" } }),
    );
    expect(failure).toMatchObject({ code: "already-exists" });
    expect(failure.message).toContain("profile.phone_number:");
    expect(failure.message).not.toContain("+15550001");
  });
});
