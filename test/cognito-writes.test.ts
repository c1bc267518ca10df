import { afterEach, describe, expect, test } from "vitest";
import { type CognitoDirectory, createCognitoDirectory } from "../pkg/cognito/directory.ts";
import type { CognitoOptions } from "../pkg/cognito/options.ts";
import type { GroupFields, NewUser, Receipt } from "../pkg/core/directory-writer.ts";
import type { ErrorCode, ErrorReason } from "../pkg/core/errors.ts";
import type { WriteOperation } from "../pkg/core/operations.ts";
import { Secret } from "../pkg/core/secret.ts";
import { federatedPerson, person } from "./cognito/definitions.ts";
import { createPool, type Pool, type PoolDefinition } from "./cognito/pool.ts";
import { atStart } from "./cognito/pool-reader.ts";
import { type ScriptedCognitoOptions, startScriptedCognito } from "./cognito/server.ts";
import { instantClock, never, openThrottle, refusal } from "./support/adapter.ts";

const POOL = "us-east-1_Ab129faBb";
const ROLE = "arn:aws:iam::123456789012:role/readers";
const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const staff: Partial<PoolDefinition> = {
  users: [
    person(1, { username: "ann", groups: ["g"], mfa: ["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"] }),
    person(2, { username: "off", enabled: false }),
    person(3, { username: "invited", status: "FORCE_CHANGE_PASSWORD" }),
    person(4, { username: "raw", status: "UNCONFIRMED" }),
  ],
  groups: ["g", { name: "h", description: "old", roleArn: ROLE, precedence: 5 }],
};

async function serve(
  definition: Partial<PoolDefinition> = {},
  options: Partial<ScriptedCognitoOptions> = {},
  adapter: Partial<CognitoOptions> = {},
) {
  const pool = createPool({ id: POOL, ...staff, ...definition });
  const server = await startScriptedCognito({ pools: [pool], ...options });
  const throttle = openThrottle();
  const directory = createCognitoDirectory({
    poolId: POOL,
    region: "us-east-1",
    endpoint: server.url,
    credentials: { kind: "static", accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
    httpTimeoutMs: 30_000,
    throttle,
    clock: instantClock(),
    random: () => 0.5,
    ...adapter,
  });
  open.push(server, directory);
  return { pool, server, throttle, directory };
}

const bob: NewUser = {
  username: "bob",
  attributes: new Map([
    ["email", "bob@example.com"],
    ["email_verified", "true"],
  ]),
  temporaryPassword: undefined,
  inviteBy: [],
};
const nothing: GroupFields = { description: undefined, roleArn: undefined, precedence: undefined };
const password = new Secret("Str0ng!password");

const members = (pool: Pool, group: string) =>
  pool.members(group, atStart, 100).items.map(({ username }) => username);
const attribute = (pool: Pool, username: string, name: string) => pool.stored(username)?.attributes.get(name);

/** One method of the port: how it is called, and how the pool shows that it was done. */
interface Case {
  readonly method: string;
  readonly operation: WriteOperation;
  readonly run: (directory: CognitoDirectory, signal?: AbortSignal) => Promise<Receipt>;
  readonly isDone: (pool: Pool) => boolean;
  /** Sent again after a lost answer. */
  readonly repeats: boolean;
  /** The answer to the repeated call when the first one had succeeded. */
  readonly doneAlready?: ErrorReason;
  readonly missing?: ErrorReason;
}

const ofUser = { repeats: true, missing: "user-gone" } as const;
const ofGroup = { repeats: true, missing: "group-gone" } as const;

const CASES: readonly Case[] = [
  {
    method: "createUser",
    operation: "AdminCreateUser",
    run: (directory, signal = never) => directory.createUser(bob, signal),
    isDone: (pool) => pool.stored("bob") !== undefined,
    repeats: false,
  },
  {
    method: "resendInvitation",
    operation: "AdminCreateUser",
    run: (directory, signal = never) => directory.resendInvitation("invited", ["EMAIL"], signal),
    isDone: (pool) => pool.stored("invited")?.invitations === 1,
    ...ofUser,
    repeats: false,
  },
  {
    method: "deleteUser",
    operation: "AdminDeleteUser",
    run: (directory, signal = never) => directory.deleteUser("ann", signal),
    isDone: (pool) => pool.stored("ann") === undefined,
    doneAlready: "user-gone",
    ...ofUser,
  },
  {
    method: "enableUser",
    operation: "AdminEnableUser",
    run: (directory, signal = never) => directory.enableUser("off", signal),
    isDone: (pool) => pool.stored("off")?.enabled === true,
    ...ofUser,
  },
  {
    method: "disableUser",
    operation: "AdminDisableUser",
    run: (directory, signal = never) => directory.disableUser("ann", signal),
    isDone: (pool) => pool.stored("ann")?.enabled === false,
    ...ofUser,
  },
  {
    method: "signOutUser",
    operation: "AdminUserGlobalSignOut",
    run: (directory, signal = never) => directory.signOutUser("ann", signal),
    isDone: (pool) => (pool.stored("ann")?.signOuts ?? 0) > 0,
    ...ofUser,
  },
  {
    method: "setAttributes",
    operation: "AdminUpdateUserAttributes",
    run: (directory, signal = never) =>
      directory.setAttributes("ann", new Map([["nickname", 'A "n" 🙂']]), signal),
    isDone: (pool) => attribute(pool, "ann", "nickname") === 'A "n" 🙂',
    ...ofUser,
  },
  {
    method: "deleteAttributes",
    operation: "AdminDeleteUserAttributes",
    run: (directory, signal = never) => directory.deleteAttributes("ann", ["locale", "zoneinfo"], signal),
    isDone: (pool) =>
      attribute(pool, "ann", "locale") === undefined && attribute(pool, "ann", "zoneinfo") === undefined,
    ...ofUser,
  },
  {
    method: "setPassword",
    operation: "AdminSetUserPassword",
    run: (directory, signal = never) => directory.setPassword("invited", password, true, signal),
    isDone: (pool) => {
      const user = pool.stored("invited");
      return user?.passwords[0] === "Str0ng!password" && user.status === "CONFIRMED";
    },
    ...ofUser,
    repeats: false,
  },
  {
    method: "resetPassword",
    operation: "AdminResetUserPassword",
    run: (directory, signal = never) => directory.resetPassword("ann", signal),
    isDone: (pool) => pool.stored("ann")?.status === "RESET_REQUIRED",
    ...ofUser,
    repeats: false,
  },
  {
    method: "confirmSignUp",
    operation: "AdminConfirmSignUp",
    run: (directory, signal = never) => directory.confirmSignUp("raw", signal),
    isDone: (pool) => pool.stored("raw")?.status === "CONFIRMED",
    ...ofUser,
    repeats: false,
  },
  {
    method: "clearMfa",
    operation: "AdminSetUserMFAPreference",
    run: (directory, signal = never) =>
      directory.clearMfa("ann", ["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"], signal),
    isDone: (pool) => pool.stored("ann")?.mfaList.length === 0,
    ...ofUser,
  },
  {
    method: "addMember",
    operation: "AdminAddUserToGroup",
    run: (directory, signal = never) => directory.addMember("h", "ann", signal),
    isDone: (pool) => pool.findGroup("h") !== undefined && members(pool, "h").includes("ann"),
    ...ofGroup,
  },
  {
    method: "removeMember",
    operation: "AdminRemoveUserFromGroup",
    run: (directory, signal = never) => directory.removeMember("g", "ann", signal),
    isDone: (pool) => pool.findGroup("g") !== undefined && !members(pool, "g").includes("ann"),
    ...ofGroup,
  },
  {
    method: "createGroup",
    operation: "CreateGroup",
    run: (directory, signal = never) => directory.createGroup("new", nothing, signal),
    isDone: (pool) => pool.findGroup("new") !== undefined,
    repeats: false,
  },
  {
    method: "updateGroup",
    operation: "UpdateGroup",
    run: (directory, signal = never) =>
      directory.updateGroup("h", { ...nothing, description: "new" }, signal),
    isDone: (pool) => pool.findGroup("h")?.description === "new",
    ...ofGroup,
  },
  {
    method: "deleteGroup",
    operation: "DeleteGroup",
    run: (directory, signal = never) => directory.deleteGroup("g", signal),
    isDone: (pool) => pool.findGroup("g") === undefined,
    doneAlready: "group-gone",
    ...ofGroup,
  },
];

/** `done`, or the code and reason of the refusal. */
async function outcomeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "done",
    async () => {
      const { code, reason } = await refusal(work);
      return `${code} ${reason}`;
    },
  );
}

describe.for(CASES)("$method", ({ operation, run, isDone, repeats, doneAlready }) => {
  test("makes one call and returns its request id", async () => {
    const { pool, server, throttle, directory } = await serve();
    expect(isDone(pool)).toBe(false);
    const { requestId } = await run(directory);
    expect(isDone(pool)).toBe(true);
    expect(server.stats.counts()).toEqual({ [operation]: 1 });
    expect(requestId).toBe(server.stats.calls[0]?.requestId);
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(throttle.turns).toEqual([{ operation, priority: "write" }]);
  });

  test("waits out a throttle", async () => {
    const { pool, server, throttle, directory } = await serve();
    server.script({ operation, nth: [1, 2], throttle: true });
    await run(directory);
    expect(isDone(pool)).toBe(true);
    expect(throttle.turns).toHaveLength(3);
    expect(throttle.throttles).toEqual([operation, operation]);
  });

  test("with the connection cut before AWS did it", async () => {
    const { pool, server, directory } = await serve();
    const fault = server.script({ operation, nth: 1, cut: "before" });
    expect(await outcomeOf(run(directory))).toBe(repeats ? "done" : "unavailable outcome-unknown");
    expect(isDone(pool)).toBe(repeats);
    expect(server.stats.count()).toBe(repeats ? 2 : 1);
    expect(fault.fired).toBe(1);
  });

  test.for([
    ["the connection cut", { cut: "after" }],
    ["the answer cut in its middle", { cut: "mid-answer" }],
    ["an answer that is not JSON", { malformed: true }],
  ] as const)("with %s after AWS did it", async ([, effect]) => {
    const { pool, server, directory } = await serve();
    const fault = server.script({ operation, nth: 1, ...effect });
    const told = doneAlready === undefined ? "done" : `not-found ${doneAlready}`;
    expect(await outcomeOf(run(directory))).toBe(repeats ? told : "unavailable outcome-unknown");
    expect(isDone(pool)).toBe(true);
    expect(server.stats.count(operation)).toBe(repeats ? 2 : 1);
    expect(fault.fired).toBe(1);
  });

  test("canceled by the caller after AWS did it", async () => {
    const { pool, server, directory } = await serve();
    const hold = server.hold({ operation }, "answer");
    const controller = new AbortController();
    const work = refusal(run(directory, controller.signal));
    await hold.arrived();
    controller.abort();
    expect(await work).toMatchObject({ code: "canceled", reason: "outcome-unknown" });
    expect(isDone(pool)).toBe(true);
    expect(server.stats.count()).toBe(1);
  });

  test("without the permission changes nothing, and names it", async () => {
    const { pool, server, directory } = await serve();
    server.credentials.deny(operation);
    const error = await refusal(run(directory));
    expect([error.code, error.reason]).toEqual(["permission-denied", "iam-denied"]);
    expect(error.message).toContain(`allow cognito-idp:${operation} on arn:aws:cognito-idp:`);
    expect(isDone(pool)).toBe(false);
    expect(server.stats.count()).toBe(1);
  });

  test("D9: in a pool that is missing", async () => {
    const { directory } = await serve({}, {}, { poolId: "us-east-1_NoSuchPool" });
    expect(await refusal(run(directory))).toMatchObject({
      code: "failed-precondition",
      reason: "pool-missing",
    });
  });

  test("mark 55: in a secondary Region is refused as a read-only replica, and not sent again", async () => {
    const { pool, server, directory } = await serve({ replica: "writes" });
    const error = await refusal(run(directory));
    expect([error.code, error.reason]).toEqual(["failed-precondition", "replica"]);
    expect(error.message).toContain("read-only replica");
    expect(isDone(pool)).toBe(false);
    expect(server.stats.count()).toBe(1);
  });
});

test.for(CASES.filter(({ missing }) => missing !== undefined))(
  "$method reports what is missing",
  async ({ operation, run, missing }) => {
    const alone = { users: [person(1, { username: "ann" })], groups: [] };
    const { server, directory } = await serve(missing === "group-gone" ? alone : { users: [] });
    expect(await outcomeOf(run(directory))).toBe(`not-found ${missing}`);
    expect(server.stats.count(operation)).toBe(1);
  },
);

describe("what is there already", () => {
  test("a username", async () => {
    const { directory } = await serve();
    const error = await refusal(directory.createUser({ ...bob, username: "ann" }, never));
    expect([error.code, error.reason]).toEqual(["already-exists", "user-exists"]);
  });

  test("an e-mail address that people sign in by", async () => {
    const { pool, directory } = await serve({ users: [], groups: [], usernameAttributes: ["email"] });
    const given = { ...bob, username: "bob@example.com", attributes: new Map([["name", "Bob"]]) };
    const { made } = await directory.createUser(given, never);
    expect(made.username).toBe(made.sub);
    expect(made.attributes.get("email")).toBe("bob@example.com");
    const error = await refusal(directory.createUser(given, never));
    expect([error.code, error.reason]).toEqual(["already-exists", "user-exists"]);
    expect(error.message).not.toContain("bob@example.com");
    expect(pool.allUsers()).toHaveLength(1);
  });

  test("mark 46: a verified alias of another user stays with that user, though AWS does not declare the error", async () => {
    const { pool, server, directory } = await serve({ aliasAttributes: ["email"] });
    const email = attribute(pool, "ann", "email") ?? "";
    const attributes = new Map([
      ["email", email],
      ["email_verified", "true"],
    ]);
    const error = await refusal(directory.createUser({ ...bob, attributes }, never));
    expect([error.code, error.reason]).toEqual(["already-exists", "alias-exists"]);
    expect(error.message).not.toContain(email);
    expect((await refusal(directory.setAttributes("off", attributes, never))).reason).toBe("alias-exists");
    expect(pool.resolve(email)?.username).toBe("ann");
    expect(pool.stored("bob")).toBeUndefined();
    for (const { input } of server.stats.calls) expect(input).not.toHaveProperty("ForceAliasCreation");
  });

  test("a group", async () => {
    const { pool, directory } = await serve();
    const error = await refusal(directory.createGroup("g", nothing, never));
    expect([error.code, error.reason]).toEqual(["already-exists", "group-exists"]);
    expect(members(pool, "g")).toEqual(["ann"]);
  });
});

describe("accounts", () => {
  test("are made as asked, and returned as AWS made them", async () => {
    const { pool, server, directory } = await serve();
    const { made } = await directory.createUser({ ...bob, temporaryPassword: password }, never);
    expect(made).toMatchObject({
      username: "bob",
      sub: pool.stored("bob")?.sub,
      enabled: true,
      status: "FORCE_CHANGE_PASSWORD",
      createdAt: new Date(pool.stored("bob")?.createdMs ?? 0),
    });
    expect(made.attributes.get("email")).toBe("bob@example.com");
    expect(pool.stored("bob")?.passwords).toEqual(["Str0ng!password"]);
    expect(server.stats.calls[0]?.input).toEqual({
      UserPoolId: POOL,
      Username: "bob",
      UserAttributes: [
        { Name: "email", Value: "bob@example.com" },
        { Name: "email_verified", Value: "true" },
      ],
      TemporaryPassword: "Str0ng!password",
      MessageAction: "SUPPRESS",
    });
  });

  test("mark 40: no invitation is sent unless it is asked for, and then by the medium that is asked for", async () => {
    const { pool, server, directory } = await serve();
    await directory.createUser(bob, never);
    expect(pool.stored("bob")?.invitations).toBe(0);
    await directory.createUser({ ...bob, username: "eve", inviteBy: ["EMAIL"] }, never);
    expect(pool.stored("eve")?.invitations).toBe(1);
    await directory.resendInvitation("eve", ["SMS", "EMAIL"], never);
    expect(pool.stored("eve")?.invitations).toBe(2);
    const [quiet, invited, again] = server.stats.calls.map(({ input }) => input);
    expect(quiet).toMatchObject({ MessageAction: "SUPPRESS" });
    expect(quiet).not.toHaveProperty("DesiredDeliveryMediums");
    expect(quiet).not.toHaveProperty("TemporaryPassword");
    expect(invited).toMatchObject({ DesiredDeliveryMediums: ["EMAIL"] });
    expect(invited).not.toHaveProperty("MessageAction");
    expect(again).toEqual({
      UserPoolId: POOL,
      Username: "eve",
      MessageAction: "RESEND",
      DesiredDeliveryMediums: ["SMS", "EMAIL"],
    });
  });

  test("client metadata goes out with the five calls that start triggers, and with no other", async () => {
    const { server, directory } = await serve();
    const metadata = new Map([["ticket", "4711"]]);
    await directory.createUser({ ...bob, clientMetadata: metadata }, never);
    await directory.resendInvitation("invited", ["EMAIL"], never, metadata);
    await directory.setAttributes("bob", new Map([["nickname", "B"]]), never, metadata);
    await directory.confirmSignUp("new", never, metadata).catch(() => undefined);
    await directory.resetPassword("bob", never, metadata).catch(() => undefined);
    for (const { input } of server.stats.calls) {
      expect(input).toMatchObject({ ClientMetadata: { ticket: "4711" } });
    }
    expect(server.stats.count()).toBe(5);
    await directory.resendInvitation("invited", ["EMAIL"], never, new Map());
    expect(server.stats.calls.at(-1)?.input).not.toHaveProperty("ClientMetadata");
  });

  test("mark 40: a second invitation needs a medium, since AWS would use SMS", async () => {
    const { server, directory } = await serve();
    const error = await refusal(directory.resendInvitation("invited", [], never));
    expect(error.code).toBe("invalid-argument");
    expect(server.stats.count()).toBe(0);
  });

  test("an invitation that cannot be sent leaves a user behind, and the error says that this is possible", async () => {
    const { pool, directory } = await serve({ behaviour: { invitations: "fail" } });
    const error = await refusal(directory.createUser({ ...bob, inviteBy: ["EMAIL"] }, never));
    expect([error.code, error.reason]).toEqual(["failed-precondition", "delivery-failed"]);
    expect(pool.stored("bob")).toBeDefined();
  });

  test("an answer without the user leaves the outcome unknown, and one user", async () => {
    const { pool, server, directory } = await serve();
    server.script({ operation: "AdminCreateUser", rewrite: () => ({}) });
    expect(await refusal(directory.createUser(bob, never))).toMatchObject({
      code: "unavailable",
      reason: "outcome-unknown",
      requestId: server.stats.calls[0]?.requestId,
    });
    expect(pool.stored("bob")).toBeDefined();
    expect(server.stats.count()).toBe(1);
  });

  test.for<[string, (directory: CognitoDirectory) => Promise<unknown>, ErrorCode, ErrorReason]>([
    [
      "RESEND to one who has signed in",
      (d) => d.resendInvitation("ann", ["EMAIL"], never),
      "failed-precondition",
      "user-state",
    ],
    [
      "reset of one who is disabled",
      (d) => d.resetPassword("off", never),
      "failed-precondition",
      "user-state",
    ],
    [
      "reset of one who never signed in",
      (d) => d.resetPassword("invited", never),
      "failed-precondition",
      "user-state",
    ],
    [
      "confirming one who is confirmed",
      (d) => d.confirmSignUp("ann", never),
      "failed-precondition",
      "user-state",
    ],
    [
      "a weak password",
      (d) => d.setPassword("ann", new Secret("weak"), true, never),
      "invalid-argument",
      "password-refused",
    ],
    [
      "a weak temporary password",
      (d) => d.createUser({ ...bob, temporaryPassword: new Secret("weak") }, never),
      "invalid-argument",
      "password-refused",
    ],
  ])("%s is refused once", async ([, run, code, reason]) => {
    const { server, directory } = await serve();
    const error = await refusal(run(directory));
    expect([error.code, error.reason]).toEqual([code, reason]);
    expect(error.message).not.toContain("weak");
    expect(server.stats.count()).toBe(1);
  });

  test("a password of the history is refused for that reason", async () => {
    const { directory } = await serve({ passwordPolicy: { historySize: 3 } });
    await directory.setPassword("ann", password, true, never);
    const error = await refusal(directory.setPassword("ann", password, true, never));
    expect([error.code, error.reason]).toEqual(["invalid-argument", "password-reused"]);
  });

  test("every password call says whether the password is permanent", async () => {
    const { pool, server, directory } = await serve();
    await directory.setPassword("ann", password, false, never);
    expect(pool.stored("ann")?.status).toBe("FORCE_CHANGE_PASSWORD");
    await directory.setPassword("ann", password, true, never);
    expect(pool.stored("ann")?.status).toBe("CONFIRMED");
    expect(server.stats.calls.map(({ input }) => input?.["Permanent"])).toEqual([false, true]);
  });

  test("mark 45: an empty value is refused before it deletes anything", async () => {
    const { pool, server, directory } = await serve();
    const attributes = new Map([
      ["nickname", "Annie"],
      ["locale", ""],
    ]);
    const error = await refusal(directory.setAttributes("ann", attributes, never));
    expect(error.code).toBe("invalid-argument");
    expect(error.message).toContain("locale");
    expect(server.stats.count()).toBe(0);
    expect(attribute(pool, "ann", "locale")).toBeTruthy();
  });

  test("the error names an attribute that cannot be changed, and not its value", async () => {
    const { directory } = await serve({
      users: [person(1, { username: "ann", attributes: { "custom:badge": "7" } })],
      groups: ["g"],
      schema: [{ name: "custom:badge", mutable: false }],
    });
    const error = await refusal(directory.setAttributes("ann", new Map([["custom:badge", "4711"]]), never));
    expect(error.code).toBe("invalid-argument");
    expect(error.message).toContain("the attribute custom:badge cannot be updated");
    expect(error.message).not.toContain("4711");
  });

  test("mark 47: disabling signs out, and signing out alone leaves the user enabled", async () => {
    const { pool, directory } = await serve();
    await directory.signOutUser("ann", never);
    expect(pool.stored("ann")).toMatchObject({ enabled: true, signOuts: 1 });
    await directory.disableUser("ann", never);
    expect(pool.stored("ann")).toMatchObject({ enabled: false, signOuts: 2 });
    await directory.disableUser("ann", never);
    await directory.enableUser("ann", never);
    await directory.enableUser("ann", never);
    expect(pool.stored("ann")?.enabled).toBe(true);
  });

  test("only the factors that are named are turned off", async () => {
    const { pool, server, directory } = await serve();
    await directory.clearMfa("ann", ["SMS_MFA", "EMAIL_OTP"], never);
    const off = { Enabled: false, PreferredMfa: false };
    expect(server.stats.calls[0]?.input).toMatchObject({ SMSMfaSettings: off, EmailMfaSettings: off });
    expect(server.stats.calls[0]?.input).not.toHaveProperty("SoftwareTokenMfaSettings");
    expect(pool.stored("ann")?.mfaList).toEqual(["SOFTWARE_TOKEN_MFA"]);
    await directory.clearMfa("ann", ["SOFTWARE_TOKEN_MFA"], never);
    expect(pool.stored("ann")).toMatchObject({ mfaList: [], preferredMfa: undefined });
  });

  test("federated users are changed by their full usernames", async () => {
    const { pool, directory } = await serve({ users: [federatedPerson(5)], groups: ["g"] });
    const username = pool.allUsers()[0]?.username ?? "";
    await directory.addMember("g", username, never);
    await directory.disableUser(username, never);
    expect(members(pool, "g")).toEqual([username]);
    expect(pool.stored(username)?.enabled).toBe(false);
  });
});

describe("memberships", () => {
  test("mark 33: adding a member again and removing a user who is not a member succeed and change nothing", async () => {
    const { pool, directory } = await serve();
    await directory.addMember("g", "ann", never);
    await directory.addMember("g", "ann", never);
    expect(members(pool, "g")).toEqual(["ann"]);
    await directory.removeMember("g", "off", never);
    await directory.removeMember("g", "ann", never);
    await directory.removeMember("g", "ann", never);
    expect(members(pool, "g")).toEqual([]);
  });

  test.for(["addMember", "removeMember"] as const)(
    "mark 33: %s distinguishes an unknown user, an unknown group and an unknown pool",
    async (method) => {
      const { server, directory } = await serve();
      const noUser = await refusal(directory[method]("g", "nobody", never));
      expect([noUser.code, noUser.reason]).toEqual(["not-found", "user-gone"]);
      expect(server.stats.count("DescribeUserPool")).toBe(0);
      const noGroup = await refusal(directory[method]("nothing", "ann", never));
      expect([noGroup.code, noGroup.reason]).toEqual(["not-found", "group-gone"]);
      expect(noGroup.requestId).toBe(server.stats.calls[1]?.requestId);
      expect(server.stats.count("DescribeUserPool")).toBe(1);
      server.credentials.deny("DescribeUserPool");
      expect((await refusal(directory[method]("nothing", "ann", never))).reason).toBe("group-gone");
      expect(server.stats.count("ListGroups")).toBe(1);
    },
  );

  test("the limit of groups for one user is reported, and the call is not repeated", async () => {
    const { server, directory } = await serve({ behaviour: { groupsPerUser: 1 } });
    const error = await refusal(directory.addMember("h", "ann", never));
    expect([error.code, error.reason]).toEqual(["resource-exhausted", undefined]);
    expect(server.stats.count()).toBe(1);
  });
});

describe("groups", () => {
  test("mark 36: precedence 0 is sent as 0, and an absent field is not sent", async () => {
    const { pool, server, directory } = await serve();
    const fields = { description: "all", roleArn: ROLE, precedence: 0 };
    expect((await directory.createGroup("first", fields, never)).made).toMatchObject({
      name: "first",
      ...fields,
    });
    expect((await directory.createGroup("last", nothing, never)).made).toMatchObject({
      name: "last",
      ...nothing,
    });
    const { made } = await directory.updateGroup("h", { ...nothing, precedence: 0 }, never);
    expect(made.precedence).toBe(0);
    expect([pool.findGroup("first")?.precedence, pool.findGroup("last")?.precedence]).toEqual([0, undefined]);
    expect(server.stats.calls.map(({ input }) => input)).toEqual([
      { UserPoolId: POOL, GroupName: "first", Description: "all", RoleArn: ROLE, Precedence: 0 },
      { UserPoolId: POOL, GroupName: "last" },
      { UserPoolId: POOL, GroupName: "h", Precedence: 0 },
    ]);
  });

  test.for(["merge", "replace"] as const)(
    "mark 37: an update that is given all three fields keeps them where AWS would %s",
    async (updateGroup) => {
      const { pool, directory } = await serve({ behaviour: { updateGroup } });
      const { description: _, ...kept } = await directory.getGroup("h", never);
      await directory.updateGroup("h", { ...kept, description: "new" }, never);
      expect(pool.findGroup("h")).toMatchObject({ description: "new", roleArn: ROLE, precedence: 5 });
    },
  );

  test("mark 21: the limit of groups of a pool is a limit, not a throttle", async () => {
    const { server, throttle, directory } = await serve({ behaviour: { groupsPerPool: 2 } });
    const error = await refusal(directory.createGroup("third", nothing, never));
    expect([error.code, error.reason]).toEqual(["resource-exhausted", undefined]);
    expect(server.stats.count()).toBe(1);
    expect(throttle.throttles).toEqual([]);
  });

  test("a group with members is deleted with its memberships, or refused where AWS wants it empty", async () => {
    const kept = await serve({ behaviour: { deleteGroup: "only-empty" } });
    const refused = await refusal(kept.directory.deleteGroup("g", never));
    expect([refused.code, refused.reason]).toEqual(["failed-precondition", "request-refused"]);
    expect(refused.message).toContain("still has members");
    expect(members(kept.pool, "g")).toEqual(["ann"]);
    const { pool, directory } = await serve();
    await directory.deleteGroup("g", never);
    expect(pool.findGroup("g")).toBeUndefined();
  });
});
