import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Decrypter, generateIdentity, identityToRecipient } from "age-encryption";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { GovernanceError } from "../../../pkg/core/errors.ts";
import type { BudgetStatus, OpenChange } from "../../../pkg/core/journal.ts";
import { Secret } from "../../../pkg/core/secret.ts";
import type { Provisioner } from "../../../pkg/provision/provisioner.ts";
import { someUser } from "../../../test/support/fake-directory.ts";
import { changed, fakeProvisioner, nothingToDo, verbsOf } from "../../../test/support/fake-provisioner.ts";
import { compose } from "../app/compose.ts";
import { type Output, ReaderGone } from "../process/context.ts";
import { run } from "../run.ts";
import { type MemoryContext, memoryContext, memoryInput, memoryOutput } from "../testing.fixture.ts";
import type { ComposingContext } from "./with-runtime.ts";

const POOL = ["--user-pool-id", "eu-west-1_AbCd12345"];
/** Failures as lines for people, although stderr is not a terminal. */
const PLAIN_LOG = { HOME: "/proc/none", BATON_LOG_FORMAT: "console" };
const PASSWORD = "planted-Password-7Qx!";

let fake = fakeProvisioner();

// Everything from the command line to the provisioner is real, and so is what becomes of a failure.
let unreadable: GovernanceError | undefined;
let counted: readonly BudgetStatus[] = [];
const composing: Pick<ComposingContext, "compose"> = {
  compose(options) {
    const { journal, ...runtime } = compose(options);
    return {
      ...runtime,
      provisioner: fake.provisioner,
      journal: {
        ...journal,
        budgets: () => (unreadable === undefined ? Promise.resolve(counted) : Promise.reject(unreadable)),
      },
    };
  },
};

interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function ran(
  args: readonly string[],
  over: Partial<MemoryContext> = {},
  output = "table",
): Promise<Ran> {
  const context = memoryContext({ env: PLAIN_LOG, ...over });
  const exitCode = await run([...args, ...POOL, "--output", output], { ...context, ...composing });
  return { exitCode, stdout: context.stdout.text(), stderr: context.stderr.text() };
}

function uses(different: Partial<Provisioner>): void {
  fake = fakeProvisioner(different);
}

const line = (text: string): string[] => text.split(" ");
const failed =
  (...args: ConstructorParameters<typeof GovernanceError>) =>
  async (): Promise<never> => {
    throw new GovernanceError(...args);
  };

beforeEach(() => {
  fake = fakeProvisioner();
});

const ID_TOKENS = "issued ID tokens stay valid until they expire\n";

describe("each command", () => {
  test.for<[string, string, string, string[]]>([
    ["grant --group a --user u", "grant", "granted: user u is in group a\n", ["AdminAddUserToGroup"]],
    [
      "revoke --group a --user u",
      "revoke",
      "revoked: user u is no longer in group a\ntokens that were issued before name group a until they expire; --end-sessions signs users out as well\n",
      ["AdminRemoveUserFromGroup"],
    ],
    [
      "create-account --login x --email a@example.com",
      "createAccount",
      "created: user sub-new, username name-of-sub-new\n",
      ["AdminCreateUser", "AdminSetUserPassword"],
    ],
    [
      "delete-user --user u",
      "deleteUser",
      "deleted: user u, member of admins\ntokens that were issued before stay valid until they expire, where an application checks them by itself\n",
      ["AdminDeleteUser"],
    ],
    ["enable-user --user u", "enableUser", "enabled: user u\n", ["AdminEnableUser"]],
    [
      "disable-user --user u",
      "disableUser",
      `disabled and signed out: user u\n${ID_TOKENS}`,
      ["AdminDisableUser", "AdminUserGlobalSignOut"],
    ],
    [
      "disable-user --user u --keep-sessions",
      "disableUser",
      `disabled: user u\n${ID_TOKENS}`,
      ["AdminDisableUser"],
    ],
    [
      "update-user --user u --set name=Ada --remove nickname",
      "updateAttributes",
      "updated: user u; set name; removed nickname\n",
      ["AdminUpdateUserAttributes"],
    ],
    [
      "reset-password --user u",
      "resetPassword",
      "password reset, code sent: user u\n",
      ["AdminResetUserPassword"],
    ],
    [
      "resend-invitation --user u",
      "resendInvitation",
      "invitation sent again: user u\n",
      ["AdminCreateUser"],
    ],
    [
      "sign-out-user --user u",
      "signOutUser",
      `signed out everywhere: user u\n${ID_TOKENS}`,
      ["AdminUserGlobalSignOut"],
    ],
    ["confirm-sign-up --user u", "confirmSignUp", "sign-up confirmed: user u\n", ["AdminConfirmSignUp"]],
    ["reset-mfa --user u", "resetMfa", "MFA turned off: user u\n", ["AdminSetUserMFAPreference"]],
    ["create-group --name g --precedence 0", "createGroup", "created: group g\n", ["CreateGroup"]],
    ["update-group --group g --description x", "updateGroup", "updated: group g\n", ["UpdateGroup"]],
    [
      "delete-group --group g",
      "deleteGroup",
      "deleted: group g; 2 members affected\ntokens that were issued before name group g until they expire; --end-sessions signs users out as well\n",
      ["DeleteGroup"],
    ],
    [
      'actions invoke disable_user --args {"user_id":"u"}',
      "disableUser",
      "done: disable_user, user u\n",
      ["AdminDisableUser", "AdminUserGlobalSignOut"],
    ],
  ])("%s", async ([command, verb, said, calls]) => {
    expect(await ran(line(command))).toEqual({ exitCode: 0, stdout: said, stderr: "" });
    expect(verbsOf(fake)).toEqual([verb]);
    const strict = verb === "revoke" ? { groupMustExist: true } : {};
    const context = { requester: { via: "cli", name: "tester" }, ...strict };
    expect(fake.calls[0]?.args.at(-1)).toEqual({ ...context, dryRun: false });

    fake = fakeProvisioner();
    const dry = await ran([...line(command), "--dry-run"], {}, "jsonl");
    expect([dry.exitCode, dry.stderr]).toEqual([0, ""]);
    expect(JSON.parse(dry.stdout)).toMatchObject({
      outcome: "planned",
      change: null,
      steps: [],
      would_call: calls,
    });
    expect(fake.calls.map(({ args }) => args.at(-1))).toEqual([{ ...context, dryRun: true }]);
  });

  test("passes its options on unchanged", async () => {
    await ran([
      "create-account",
      "--login",
      "ada",
      "--email",
      "ada@example.com",
      "--attribute",
      "custom:note=a=b, c",
      "--attribute",
      "nickname=",
      "--profile",
      '{"given_name": "Ada", "custom:level": 3}',
      "--invite",
    ]);
    await ran([
      "update-user",
      "--user",
      "u",
      "--set-json",
      '{"custom:level": 4}',
      "--remove",
      "a",
      "--remove",
      "b",
    ]);
    await ran(["update-group", "--group", "g", "--description", ""]);
    await ran(["grant", "--group", "a", "--group", "b", "--group", "a", "--user", "u@example.com"]);
    expect(fake.calls.map(({ args }) => args.slice(0, -1))).toEqual([
      [
        {
          login: "ada",
          emails: ["ada@example.com"],
          profile: new Map<string, unknown>([
            ["given_name", "Ada"],
            ["custom:level", 3],
            ["custom:note", "a=b, c"],
            ["nickname", ""],
            ["sendInviteEmail", true],
          ]),
          credential: { kind: "none" },
        },
      ],
      [
        { by: "text", value: "u" },
        { set: new Map([["custom:level", 4]]), remove: ["a", "b"] },
      ],
      ["g", { description: "", roleArn: undefined, precedence: undefined }],
      [{ by: "text", value: "u@example.com" }, "a"],
      [{ by: "text", value: "u@example.com" }, "b"],
    ]);
  });
});

describe("what comes out", () => {
  const steps = [
    {
      operation: "AdminDisableUser",
      state: "done",
      undo: false,
      requestId: "req-1",
      code: undefined,
      reason: undefined,
    },
    {
      operation: "AdminUserGlobalSignOut",
      state: "done",
      undo: false,
      requestId: undefined,
      code: undefined,
      reason: undefined,
    },
  ] as const;
  const disabled = async () => ({
    ...changed({ user: someUser({ sub: "s-1", enabled: false }) }, writing),
    steps,
  });
  const writing = { requester: { via: "cli", name: "" }, dryRun: false } as const;

  test("as JSON: each step with its request id", async () => {
    uses({ disableUser: disabled });
    const row = {
      kind: "disable-user",
      outcome: "done",
      user: "s-1",
      group: null,
      enabled: false,
      status: "CONFIRMED",
      warning: null,
      change: "change-1",
      steps: [
        { operation: "AdminDisableUser", state: "done", request_id: "req-1" },
        { operation: "AdminUserGlobalSignOut", state: "done", request_id: null },
      ],
      would_call: [],
      cause: null,
    };
    const { stdout } = await ran(line("disable-user --user u"), {}, "json");
    expect(JSON.parse(stdout)).toEqual([row]);
    expect(JSON.parse((await ran(line("disable-user --user u"), {}, "jsonl")).stdout)).toEqual(row);
  });

  test("as CSV: one record", async () => {
    uses({ disableUser: disabled });
    const { stdout } = await ran(line("disable-user --user u"), {}, "csv");
    expect(stdout.split("\r\n")).toEqual([
      "kind,outcome,user,group,enabled,status,warning,change,steps,would_call,cause",
      "disable-user,done,s-1,,false,CONFIRMED,,change-1,AdminDisableUser done [req-1]; AdminUserGlobalSignOut done,,",
      "",
    ]);
  });

  test("of an action: its response", async () => {
    const args = '{"user_id":"u","set":{"name":"Ada"}}';
    const { stdout } = await ran(
      ["actions", "invoke", "update_user_attributes", "--args", args],
      {},
      "jsonl",
    );
    expect(JSON.parse(stdout)).toMatchObject({
      kind: "action",
      action: "update_user_attributes",
      user: "u",
      response: expect.any(Object),
    });
  });

  test("a change that a limit counts says how many are left", async () => {
    const user = someUser({ sub: "s-1" });
    const limits = [{ budget: "deletions", limit: 100, spent: 1 }] as const;
    uses({
      deleteUser: async (_, context) => ({
        ...changed({ user, groups: [] }, context, "AdminDeleteUser"),
        limits,
      }),
    });
    const { stdout } = await ran(line("delete-user --user u"));
    expect(stdout).toBe(
      "deleted: user s-1, member of no group\ntokens that were issued before stay valid until they expire, where an application checks them by itself\ndeletions left: 99 of 100 in an hour\n",
    );
    expect(JSON.parse((await ran(line("delete-user --user u"), {}, "jsonl")).stdout)).toMatchObject({
      left: { deletions: { left: 99, limit: 100, window: "hour" } },
    });
  });

  test("nothing to do is a success that says why", async () => {
    uses({
      grant: async (_, group) => nothingToDo({ user: someUser({ sub: "s-1" }), group }),
      deleteUser: async () => nothingToDo({ user: undefined, groups: [] }),
    });
    expect(await ran(line("grant --group a --user u"))).toEqual({
      exitCode: 0,
      stdout: "nothing to do: user s-1 is already in group a\n",
      stderr: "",
    });
    expect((await ran(line("delete-user --user u"))).stdout).toBe(
      "nothing to do: the user is not in the pool\n",
    );
  });

  test("an attribute that must be verified is named", async () => {
    uses({
      updateAttributes: async (_user, _change, context) =>
        changed({ user: someUser({ sub: "s-1" }), set: [], removed: [], pending: ["email"] }, context),
    });
    const { stdout } = await ran(line("update-user --user u --set email=b@example.com"));
    expect(stdout).toBe(
      "updated: user s-1\nthe old value of email stays until the user verifies the new one\n",
    );
  });

  test("a dry run of a deletion says how many members it affects", async () => {
    expect((await ran(line("delete-group --group g --dry-run"))).stdout).toBe(
      "dry run: would call DeleteGroup (group g)\n2 members would be affected\ntokens that were issued before name group g until they expire; --end-sessions signs users out as well\n",
    );
  });

  test("a name cannot control the terminal", async () => {
    const { stdout } = await ran(["grant", "--group", "\u001b[2Jx", "--user", "u"]);
    expect(stdout).not.toContain("\u001b");
  });
});

describe("a failure", () => {
  test.for<[string, ConstructorParameters<typeof GovernanceError>, number]>([
    ["of a user who is not there", ["not-found", "user is not in this pool", { reason: "user-gone" }], 5],
    ["of a guard", ["refused-by-guard", "the limit of 100 deletions an hour is reached"], 21],
    ["without --provisioning", ["failed-precondition", "provisioning is not enabled"], 9],
    [
      "that leaves something standing",
      ["unavailable", "AWS failed; a is done", { appliedEffects: ["a is done"] }],
      20,
    ],
  ])("%s is one line and its exit code", async ([, error, exitCode]) => {
    uses({ deleteUser: failed(...error) });
    expect(await ran(line("delete-user --user u"), {}, "json")).toEqual({
      exitCode,
      stdout: "",
      stderr: `connector: ${error[1]}\n`,
    });
  });

  test("names the flag where the provisioner names the field", async () => {
    uses({
      createAccount: failed(
        "invalid-argument",
        "login and emails[0]: are different; profile.email, profile.sendInviteEmail: missing",
      ),
      updateAttributes: failed("invalid-argument", "profile.shoe: is no attribute; remove[1]: is set too"),
      createGroup: failed("invalid-argument", "role_arn: must be an ARN; description: is too long"),
    });
    expect((await ran(line("create-account --login x"))).stderr).toBe(
      "connector: --login and --email: are different; --attribute email, --invite: missing\n",
    );
    expect((await ran(line("update-user --user u --set shoe=44 --remove a --remove b"))).stderr).toBe(
      "connector: --set shoe: is no attribute; --remove: is set too\n",
    );
    expect((await ran(line("create-group --name x"))).stderr).toBe(
      "connector: --role-arn: must be an ARN; --description: is too long\n",
    );
  });

  test("of one group does not stop the others: exit code 20, a line for each", async () => {
    uses({
      grant: async (user, group, context, signal) =>
        group === "b"
          ? await failed("not-found", "group b is not in this pool", { reason: "group-gone" })()
          : await fakeProvisioner().provisioner.grant(user, group, context, signal),
    });
    expect(await ran(line("grant --group a --group b --group c --user u"))).toEqual({
      exitCode: 20,
      stdout: "granted: user u is in group a\ngranted: user u is in group c\n",
      stderr: "connector: group b: group b is not in this pool\n",
    });
    expect((await ran(line("grant --group b --user u"))).exitCode).toBe(5);
  });

  test.for<[string, Partial<Provisioner>]>([
    [
      "revoke --group a --user u --end-sessions",
      {
        revoke: async (user, group, context) => ({
          ...changed({ user: someUser({ sub: user.value }), group, signedOut: false }, context),
          warnings: ["the sessions of user u were not ended: denied"],
        }),
      },
    ],
    [
      "delete-group --group a --end-sessions",
      {
        deleteGroup: async (name, context) => ({
          ...changed({ name, members: 2, signedOut: 0 }, context),
          warnings: ["the sessions of user u were not ended: denied"],
        }),
      },
    ],
  ])(
    "to end the sessions that were asked to be ended is one, though the change is done: %s",
    async ([command, verbs]) => {
      uses(verbs);
      const { exitCode, stdout, stderr } = await ran(line(command));
      expect([exitCode, stderr]).toEqual([20, "connector: the sessions of user u were not ended: denied\n"]);
      expect(stdout).toMatch(/^(revoked|deleted): .*\n.* name group a until they expire\n$/);
      const { stdout: json } = await ran(line(command), {}, "jsonl");
      expect(JSON.parse(json)).toMatchObject({
        outcome: "done",
        warning: "the sessions of user u were not ended: denied",
      });
    },
  );

  test("that concerns all groups stops the others and names them", async () => {
    uses({ revoke: failed("unavailable", "AWS cannot be reached; try later") });
    expect(await ran(line("revoke --group a --group b --user u"))).toEqual({
      exitCode: 14,
      stdout: "",
      stderr: "connector: group a: AWS cannot be reached; try later; not attempted: group b\n",
    });
  });

  test("to print the result is reported, because the change was made", async () => {
    const gone: Output = {
      ...memoryOutput(),
      write: async () => {
        throw new ReaderGone("gone");
      },
    };
    const context = memoryContext({ env: PLAIN_LOG });
    const args = [...line("grant --group a --group b --user u"), ...POOL];
    expect(await run(args, { ...context, ...composing, stdout: gone })).toBe(20);
    expect(context.stderr.text()).toBe(
      "connector: the change was made, but the result cannot be printed: the output is closed; not attempted: group b\n",
    );
    expect(verbsOf(fake)).toEqual(["grant"]);
  });
});

describe("passwords", () => {
  let cwd: string;
  let identity: string;
  beforeEach(async () => {
    cwd = mkdtempSync(join(tmpdir(), "connector-changes-"));
    identity = await generateIdentity();
    writeFileSync(join(cwd, "key.txt"), `# a comment\n${await identityToRecipient(identity)}\n`);
  });
  afterEach(() => {
    rmSync(cwd, { recursive: true });
  });

  async function opened(stdout: string): Promise<string> {
    const row: unknown = JSON.parse(stdout);
    if (typeof row !== "object" || row === null || !("encrypted_password" in row))
      throw new TypeError(stdout);
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    return await decrypter.decrypt(Buffer.from(String(row.encrypted_password), "base64"), "text");
  }

  test("that are random are only printed encrypted, and the key decrypts them", async () => {
    const account = await ran(
      line("create-account --login x --password random --encrypt-to key.txt"),
      { cwd },
      "jsonl",
    );
    expect(account.stdout).not.toContain("generated-Password");
    expect(await opened(account.stdout)).toBe("generated-Password-1");
    expect(JSON.parse(account.stdout)).toMatchObject({
      id: "sub-new",
      username: "name-of-sub-new",
      state: "created",
      encrypted_with: "baton/age/v1",
    });
    const rotated = await ran(
      line("rotate-password --user u --encrypt-to key.txt --temporary"),
      { cwd },
      "jsonl",
    );
    expect(await opened(rotated.stdout)).toBe("generated-Password-2");
    expect(fake.calls[1]?.args[1]).toEqual({ kind: "random", temporary: true });
  });

  test("for a JWK are encoded in base64 once", async () => {
    const { publicKey } = generateKeyPairSync("ed25519");
    writeFileSync(join(cwd, "key.json"), JSON.stringify(publicKey.export({ format: "jwk" })));
    const command = line("rotate-password --user u --encrypt-to key.json");
    const { exitCode, stdout } = await ran(command, { cwd });
    expect(exitCode).toBe(0);
    const [, said, text = ""] = stdout.split("\n");
    expect(said).toBe("the password, encrypted with baton/jwk/v1, in base64:");
    expect(Buffer.from(text, "base64").toString("latin1")).toMatch(/^age-encryption\.org\/v1\n/);
  });

  test("are never sealed to a private key: it is refused before the change, with the cure", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const pkcs8 = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
    const secret = await generateIdentity();
    for (const key of [JSON.stringify(privateKey.export({ format: "jwk" })), pkcs8, `# mine\n${secret}\n`]) {
      writeFileSync(join(cwd, "key"), key);
      const { exitCode, stderr } = await ran(line("rotate-password --user u --encrypt-to key"), { cwd });
      expect([exitCode, stderr]).toEqual([
        2,
        'connector: --encrypt-to: "key" its key is a private key, which must stay with its owner: make a new pair, since others may have seen this one, and give its public key alone\n',
      ]);
    }
    writeFileSync(join(cwd, "key"), publicKey.export({ format: "pem", type: "spki" }));
    const { stderr } = await ran(line("rotate-password --user u --encrypt-to key"), { cwd });
    expect(stderr).toContain("contains a key as PEM; give it as one public JWK, or one age1… recipient");
  });

  test("are only read from stdin", async () => {
    const stdin = memoryInput(`${PASSWORD}\nmore`);
    expect((await ran(line("set-password --user u --stdin"), { stdin })).exitCode).toBe(0);
    expect(
      (await ran(line("create-account --login x --password stdin --temporary"), { stdin })).exitCode,
    ).toBe(0);
    const args = memoryInput(JSON.stringify({ user_id: "u", password: PASSWORD }));
    expect((await ran(line("actions invoke set_password --args -"), { stdin: args })).exitCode).toBe(0);
    const passwords = fake.calls.flatMap(({ args: [first, second] }) =>
      [second, credentialOf(first)].filter((value) => value instanceof Secret),
    );
    expect(passwords.map((secret) => secret.reveal())).toEqual([PASSWORD, PASSWORD, PASSWORD]);
  });

  function credentialOf(request: unknown): unknown {
    if (typeof request !== "object" || request === null || !("credential" in request)) return undefined;
    const { credential } = request;
    if (typeof credential !== "object" || credential === null || !("password" in credential))
      return undefined;
    return credential.password;
  }

  test.for<[string, string]>([
    [
      `set-password --user u --password ${PASSWORD}`,
      "--password: a password is not accepted on the command line",
    ],
    [
      `set-password --user u --password=${PASSWORD}`,
      "--password: a password is not accepted on the command line",
    ],
    [`set-password --user u ${PASSWORD}`, "connector set-password takes no argument, got 1"],
    [`set-password --user u --stdin=${PASSWORD}`, "unknown option '--stdin'"],
    [`set-password --user u --pasword=${PASSWORD}`, "unknown option '--pasword'"],
    [`create-account --login x --password ${PASSWORD}`, "--password: must be one of none, random, stdin"],
    [
      `actions invoke set_password --args {"user_id":"u","password":"${PASSWORD}"}`,
      "--args: password is secret",
    ],
    [`actions invoke set_password --args {"user_id":"u","password":"${PASSWORD}"`, "--args: is not JSON"],
    [`update-user --user u --set ${PASSWORD}`, "--set: must be name=value"],
    [`create-account --profile "${PASSWORD}"`, "--profile: must be a JSON object"],
    [`create-account --profile ${PASSWORD}`, "--profile: is not JSON"],
  ])("in the wrong place are refused and not printed: %s", async ([command, message]) => {
    const { exitCode, stdout, stderr } = await ran(line(command));
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^connector: .*\n$/);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain(PASSWORD.slice(0, 12));
    expect(fake.calls).toEqual([]);
  });

  test.for<[string, string, string]>([
    ["set-password --user u", "", "--stdin: missing; the password can only be read from stdin"],
    ["set-password --user u --stdin", "", "--stdin: there is no line on stdin; pipe the password in"],
    ["create-account --login x --temporary", "", "--temporary: no password is set; "],
    ["create-account --login x --password random", "", "--encrypt-to: missing; "],
    [
      "create-account --login x --encrypt-to key.txt",
      "",
      "--encrypt-to: only a random password is printed; ",
    ],
    ["rotate-password --user u", "", "--encrypt-to <path>: missing; this option is required"],
    [
      "rotate-password --user u --encrypt-to none.txt",
      "",
      '--encrypt-to: "none.txt" cannot be read (ENOENT)',
    ],
    ["rotate-password --user u --encrypt-to file", "# nothing\n", '--encrypt-to: "file" contains no key; '],
    [
      "rotate-password --user u --encrypt-to file",
      "age1nonsense",
      '--encrypt-to: "file" its key is not an age1',
    ],
    [
      "rotate-password --user u --encrypt-to file",
      "AGE-SECRET-KEY-1X",
      '--encrypt-to: "file" its key is a private key, which must stay with its owner',
    ],
    ["rotate-password --user u --encrypt-to file", '{"kty":"oct"}', '--encrypt-to: "file" its key '],
    ["rotate-password --user u --encrypt-to file", "a\nb", '--encrypt-to: "file" contains 2 keys; '],
  ])("that cannot be read or printed are refused before any change: %s", async ([command, text, message]) => {
    writeFileSync(join(cwd, "file"), text);
    const { exitCode, stderr } = await ran(line(command), { cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^connector: .*\n$/);
    expect(stderr).toContain(message);
    expect(fake.calls).toEqual([]);
  });

  test("are not asked for on a terminal", async () => {
    const stdin = memoryInput(PASSWORD, { isTerminal: true });
    const { exitCode, stderr } = await ran(line("set-password --user u --stdin"), { stdin });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("--stdin: stdin is a terminal");
  });
});

describe("bad usage is one line, exit code 2, and no change", () => {
  test.for<[string, string]>([
    ["grant --user u", "--group <name>: missing; this option is required"],
    ["grant --group a", "--user <who>: missing; this option is required"],
    ["grant --group= --user u", "--group: must not be empty"],
    ["revoke --group a --user=", "--user: must not be empty"],
    ["delete-user --user a --user b", "--user: is given twice; keep one"],
    ["grant --group a --user a --user a", "--user: is given twice; keep one"],
    ["create-account --login a --login b", "--login: is given twice; keep one"],
    ["create-account --login a --email a@b.c --email d@e.f", "--email: is given twice; keep one"],
    ["update-user --user u", "nothing to change: give --set, --set-json or --remove"],
    ['update-user --user u --set a=1 --set-json {"a":2}', '--set and --set-json: both give "a"; keep one'],
    ["update-user --user u --set a=1 --set a=2", '--set: "a" is given twice; keep one'],
    ['update-user --user u --set-json {"a":1,"a":2}', "--set-json: has a member twice; keep one"],
    ['create-account --login x --profile {"a":{"b":1,"b":2}}', "--profile: has a member twice; keep one"],
    [
      'actions invoke enable_user --args {"user_id":"u","user_id":"v"}',
      "--args: has a member twice; keep one",
    ],
    [
      "enable-user --user u --user-pool-id eu-west-1_Other1234",
      "--user-pool-id: is given twice with different values; keep one",
    ],
    [
      "--user-pool-id eu-west-1_Other1234 enable-user --user u",
      "--user-pool-id: is given twice with different values; keep one",
    ],
    [
      "enable-user --user u --region eu-west-1 --region us-east-1",
      "--region: is given twice with different values; keep one",
    ],
    ['grant --group a --user u --client-metadata {"a":"1","a":"2"}', "a member is given twice; keep one"],
    ["create-group --name g --precedence -1", '--precedence: must be a whole number, got "-1"'],
    ["update-group --group g", "nothing to change: give --description, --role-arn or --precedence"],
    ["audit show --kind nope", "--kind must be one of "],
    ['actions invoke enable_user --args {"user":"u"}', '--args: action enable_user has no argument "user"'],
    ["actions invoke enable_user --args [1]", "--args: must be a JSON object"],
    ["actions invoke enable_user --args {}", "--args: "],
    ["set-password --dry-run=maybe", "--dry-run: must be true or false"],
  ])("%s", async ([command, message]) => {
    const { exitCode, stdout, stderr } = await ran(line(command));
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^connector: .*\n$/);
    expect(stderr).toContain(message);
    expect(fake.calls).toEqual([]);
  });

  test.for([["--name"], ["--new-name"]])("a rename by %s is refused with the reason", async ([flag = ""]) => {
    const { exitCode, stderr } = await ran(["update-group", "--group", "g", flag, "h"]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^connector: --(new-)?name: Cognito cannot rename a group; .*\n$/);
  });

  test("a group name that Cognito would refuse stops the command before the first change", async () => {
    const { exitCode, stderr } = await ran(["grant", "--group", "good", "--group", "b ad", "--user", "u"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--group: "b<U+0020>ad": the name ');
    expect(fake.calls).toEqual([]);
  });

  test("an unknown action is an error that names the actions", async () => {
    const { exitCode, stderr } = await ran(line("actions invoke enable --args {}"));
    expect(exitCode).toBe(5);
    expect(stderr).toMatch(/^connector: unknown action "enable"; the actions are enable_user, .*\n$/);
  });
});

describe("actions list", () => {
  test("needs no pool", async () => {
    const context = memoryContext();
    expect(await run(["actions", "list", "--output", "table"], context)).toBe(0);
    expect(context.stdout.text()).toMatch(/^NAME +ARGUMENTS +DESCRIPTION\n/);
    expect(context.stdout.text()).toMatch(/^set_password +user_id, password, permanent\? +/m);
  });

  test("prints the full schemas as JSON", async () => {
    const context = memoryContext();
    await run(["actions", "list", "--output", "json"], context);
    expect(JSON.parse(context.stdout.text())).toContainEqual(
      expect.objectContaining({
        name: "enable_user",
        actionType: ["ACTION_TYPE_ACCOUNT", "ACTION_TYPE_ACCOUNT_ENABLE"],
        arguments: [expect.objectContaining({ name: "user_id", isRequired: true })],
      }),
    );
  });
});

describe("recover", () => {
  const open = (id: string): OpenChange => ({
    id,
    kind: "disable-user",
    lock: "user:s-1",
    beganAtMs: 0,
    requester: { via: "cli", name: "x" },
    target: { user: "s-1" },
    hints: {},
    undo: undefined,
    steps: [],
  });

  test("prints the result of each change, and exits with 0 if all are complete", async () => {
    uses({
      recover: async () => ({
        recovered: [{ change: open("c-1"), outcome: "done", says: "user s-1 is disabled" }],
        failed: [],
      }),
    });
    const { exitCode, stdout } = await ran(["recover", "--provisioning"], {}, "jsonl");
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      change: "c-1",
      kind: "disable-user",
      target: "user s-1",
      outcome: "done",
      says: "user s-1 is disabled",
    });
  });

  test("prints the result of each change also where the limits cannot be read", async () => {
    uses({
      recover: async () => ({
        recovered: [{ change: open("c-1"), outcome: "partial", says: "look" }],
        failed: [],
      }),
    });
    unreadable = new GovernanceError("internal", "the disk is broken");
    onTestFinished(() => {
      unreadable = undefined;
    });
    const { exitCode, stdout, stderr } = await ran(["recover", "--provisioning"]);
    expect([exitCode, stdout]).toEqual([20, expect.stringMatching(/c-1 .* partial .*look/)]);
    expect(stderr).toBe("connector: the disk is broken\n");
  });

  test("says to a person how much each limit that is in use still allows", async () => {
    counted = [
      { budget: "deletions", limit: 100, spent: 1 },
      { budget: "disables", limit: 100, spent: 0 },
      { budget: "invitations", limit: 50, spent: 60 },
    ];
    onTestFinished(() => {
      counted = [];
    });
    uses({ recover: async () => ({ recovered: [], failed: [] }) });
    expect((await ran(["recover", "--provisioning"])).stdout).toBe(
      "nothing to do: no change is open\ndeletions left: 99 of 100 in an hour\ninvitations left: 0 of 50 in a day\n",
    );
  });

  test.for(["partial", "unknown"] as const)("exits with 20 if a change is %s", async (outcome) => {
    uses({
      recover: async () => ({ recovered: [{ change: open("c-1"), outcome, says: "look" }], failed: [] }),
    });
    expect((await ran(["recover", "--provisioning"])).exitCode).toBe(20);
  });

  test("exits with 20 if a change could not be recovered", async () => {
    const error = new GovernanceError("unavailable", "AWS cannot be reached");
    uses({ recover: async () => ({ recovered: [], failed: [{ change: open("c-1"), error }] }) });
    expect(await ran(["recover", "--provisioning"], {}, "jsonl")).toEqual({
      exitCode: 20,
      stdout:
        '{"change":"c-1","kind":"disable-user","target":"user s-1","outcome":"open","says":"AWS cannot be reached"}\n',
      stderr: "connector: 1 change is still open: AWS cannot be reached\n",
    });
  });

  test.for([
    [new ReaderGone("gone"), 20, ""],
    [
      new GovernanceError("resource-exhausted", "the disk is full"),
      8,
      "connector: the open changes were recovered as far as possible, but what became of them is not printed: the disk is full\n",
    ],
  ] as const)(
    "does not hide a partial one behind an output that is gone: %s",
    async ([error, code, says]) => {
      uses({
        recover: async () => ({
          recovered: [{ change: open("c-1"), outcome: "partial", says: "look" }],
          failed: [],
        }),
      });
      const context = memoryContext({ env: PLAIN_LOG });
      const stdout = { ...memoryOutput(), write: () => Promise.reject(error) };
      const exitCode = await run(["recover", "--provisioning", ...POOL], {
        ...context,
        ...composing,
        stdout,
      });
      expect([exitCode, context.stderr.text()]).toEqual([code, says]);
    },
  );

  test("says so if no change is open", async () => {
    expect((await ran(["recover", "--provisioning"])).stdout).toBe("nothing to do: no change is open\n");
  });

  test("without --provisioning changes nothing", async () => {
    expect((await ran(["recover"])).exitCode).toBe(9);
    expect(fake.calls).toEqual([]);
  });
});
