import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Decrypter, generateIdentity, identityToRecipient } from "age-encryption";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { run } from "../cmd/connector/run.ts";
import { memoryContext } from "../cmd/connector/testing.fixture.ts";
import { person } from "./cognito/definitions.ts";
import { createPool, type Pool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import type { StoredUser } from "./cognito/stored-user.ts";
import { type CliResult, runCli, startCli } from "./support/connector-cli.ts";

const POOL = "us-east-1_Ab129faBb";
const ROLE = "arn:aws:iam::123456789012:role/admins";
const PASSWORD = "planted-Passw0rd-7Qx!";

let folder: string;
let pool: Pool;
let cognito: ScriptedCognito;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "connector-writes-"));
  pool = createPool({
    id: POOL,
    users: [
      person(0, { username: "grace", groups: ["readers", "writers"] }),
      person(1, { username: "joan", attributes: { email: "joan@example.com" } }),
      person(2, { username: "invited", status: "FORCE_CHANGE_PASSWORD" }),
      person(3, { username: "new", status: "UNCONFIRMED" }),
      person(5, { username: "barred", enabled: false }),
      person(4, { username: "guarded", mfa: ["SOFTWARE_TOKEN_MFA"] }),
    ],
    groups: ["readers", "writers", { name: "admins", roleArn: ROLE }],
  });
  cognito = await startScriptedCognito({ pools: [pool] });
});

afterEach(async () => {
  await cognito.close();
  rmSync(folder, { recursive: true });
});

const settings = () => [
  `--user-pool-id=${POOL}`,
  `--endpoint-url=${cognito.url}`,
  "--rate=1000",
  `--state-dir=${folder}`,
  "--log-format=console",
];
const reading = (...args: string[]): Promise<CliResult> => runCli([...args, ...settings()]);
const changing = (...args: string[]): Promise<CliResult> => reading(...args, "--provisioning");
const line = (text: string): string[] => text.split(" ");

/** The same in this process, which is faster for many command lines. */
async function inside(...args: string[]): Promise<CliResult> {
  const env = { BATON_AWS_ACCESS_KEY_ID: "AKIDTEST", BATON_AWS_SECRET_ACCESS_KEY: "test-secret-key" };
  const context = memoryContext({ env, cwd: folder, now: Date.now, monotonic: () => performance.now() });
  const code = await run([...args, ...settings()], context);
  return { code, stdout: context.stdout.text(), stderr: context.stderr.text() };
}

/** The same, with a text on stdin. */
function fed(text: string, ...args: string[]): Promise<CliResult> {
  return runCli([...args, ...settings(), "--provisioning", "--log-level=debug"], {}, text);
}

function rowsOf({ stdout }: CliResult): unknown[] {
  return stdout
    .trimEnd()
    .split("\n")
    .map((text) => JSON.parse(text) as unknown);
}

function stored(username: string): StoredUser {
  const user = pool.stored(username);
  if (user === undefined) throw new Error(`the pool has no ${username}`);
  return user;
}

const groupsOf = (username: string): string[] => pool.groupsOf(username, 0, 60).items.map(({ name }) => name);

const isRead = (operation: string): boolean => /^(Admin)?(List|Get|Describe)/.test(operation);
const writes = (): string[] =>
  cognito.stats.calls.map(({ operation }) => operation).filter((operation) => !isRead(operation));

/** The whole pool as it is, to compare. */
function snapshot(): string {
  const users = pool.allUsers().map((user) => [user, [...user.attributes], groupsOf(user.username)]);
  return JSON.stringify([users, pool.groups(0, 60).items]);
}

function everythingWritten(): string {
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), "latin1"))
    .join("\n");
}

describe("an admin who has only the commands", () => {
  test("creates a person, puts them into two groups, disables them, and deletes them; each step twice", async () => {
    const create = line("create-account --login ada --email ada@example.com --attribute given_name=Ada");
    const created = await changing(...create);
    expect(created).toMatchObject({ code: 0, stderr: "" });
    const { sub } = stored("ada");
    expect(rowsOf(created)).toEqual([
      {
        kind: "create-account",
        outcome: "done",
        user: sub,
        group: null,
        id: sub,
        username: "ada",
        state: "created",
        not_applied: null,
        cause: null,
        action_required: expect.anything(),
        invitation_expires: null,
        encrypted_password: null,
        encrypted_with: null,
        change: expect.stringMatching(/^[0-9a-f-]{36}$/),
        steps: [{ operation: "AdminCreateUser", state: "done", request_id: expect.any(String) }],
        would_call: [],
      },
    ]);
    expect(stored("ada").attributes.get("given_name")).toBe("Ada");
    expect(stored("ada").invitations).toBe(0);
    expect(rowsOf(await changing(...create))).toMatchObject([
      { outcome: "nothing-to-do", user: sub, state: "exists" },
    ]);

    const grant = line("grant --group readers --group writers --user ada@example.com");
    expect(rowsOf(await changing(...grant))).toMatchObject([
      { kind: "grant", outcome: "done", user: sub, group: "readers" },
      { kind: "grant", outcome: "done", user: sub, group: "writers" },
    ]);
    const again = await changing(...grant, "--output", "table");
    expect(again).toEqual({
      code: 0,
      stdout: `nothing to do: user ${sub} is already in group readers\nnothing to do: user ${sub} is already in group writers\n`,
      stderr: "",
    });
    expect(groupsOf("ada").toSorted()).toEqual(["readers", "writers"]);

    const disable = ["disable-user", "--user", sub];
    expect(await changing(...disable, "--output", "table")).toEqual({
      code: 0,
      stdout: `disabled and signed out: user ${sub}\nissued ID tokens stay valid until they expire\ndisables left: 99 of 100 in an hour\n`,
      stderr: "",
    });
    expect(stored("ada").enabled).toBe(false);
    expect(cognito.stats.count("AdminUserGlobalSignOut")).toBe(1);
    expect((await changing(...disable)).code).toBe(0);
    expect(stored("ada").enabled).toBe(false);

    const deleted = await changing("delete-user", "--user", "ada");
    expect(rowsOf(deleted)).toMatchObject([{ outcome: "done", user: sub, groups: ["readers", "writers"] }]);
    expect(pool.stored("ada")).toBeUndefined();
    expect(await changing("delete-user", "--user", "ada", "--output", "table")).toEqual({
      code: 0,
      stdout: "nothing to do: the user is not in the pool\n",
      stderr: "",
    });

    // The chain is intact, and it holds no name and no address.
    const verified = await runCli(["audit", "verify", `--user-pool-id=${POOL}`, `--state-dir=${folder}`]);
    expect(verified).toMatchObject({ code: 0, stderr: "" });
    expect(rowsOf(verified)).toMatchObject([{ ok: true, problem_count: 0 }]);
    expect(everythingWritten()).not.toContain("ada@example.com");
  });

  test("finds in the audit log what was done", async () => {
    await changing(...line("grant --group readers --user joan"));
    await changing(...line("revoke --group readers --user joan"));
    const show = (...args: string[]) =>
      runCli(["audit", "show", `--user-pool-id=${POOL}`, `--state-dir=${folder}`, ...args]);
    expect(rowsOf(await show())).toMatchObject([
      {
        kind: "grant",
        outcome: "done",
        target: { user: stored("joan").sub, group: "readers" },
        by: { via: "cli" },
      },
      { kind: "revoke", outcome: "done" },
    ]);
    expect(rowsOf(await show("--kind", "revoke"))).toHaveLength(1);
    expect((await show("--kind", "nope")).code).toBe(2);
  });
});

describe("an account that exists already", () => {
  const again = (...args: string[]) => changing("create-account", "--login", "joan", ...args);

  test("is a success where all that is asked for holds", async () => {
    await changing(...line("update-user --user joan --set nickname=JJ"));
    const result = await again("--attribute", "nickname=JJ");
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(rowsOf(result)).toMatchObject([{ state: "exists", not_applied: [], cause: null }]);
  });

  test.for(["--provisioning", "--dry-run"])(
    "is no success where something of the request does not hold, and its name is said: %s",
    async (flag) => {
      const args = ["--email", "planted@example.com", "--attribute", "nickname=planted-nick", "--invite"];
      const before = snapshot();
      const result = await inside("create-account", "--login", "joan", ...args, flag);
      const cause = `user ${stored("joan").sub} exists already, and this of the request is not applied: nickname, email, invitation; use update-user, resend-invitation`;
      expect([result.code, result.stderr]).toEqual([6, `connector: ${cause}\n`]);
      expect(rowsOf(result)).toMatchObject([
        {
          outcome: "nothing-to-do",
          state: "exists",
          not_applied: ["nickname", "email", "invitation"],
          cause,
        },
      ]);
      expect(result.stdout + result.stderr).not.toContain("planted");
      expect(snapshot()).toBe(before);
      const table = await inside("create-account", "--login", "joan", ...args, flag, "--output", "table");
      expect(table.stdout).toMatch(/^not changed: user \S+ already exists\n/);
    },
  );
});

test("audit show --user finds a deleted user by name, with all changes, though this program did not create it", async () => {
  await inside("grant", "--user=joan", "--group=readers", "--provisioning");
  await inside("delete-user", "--user=joan@example.com", "--provisioning", "--reason=leaver");
  const shown = await inside("audit", "show", "--user=Joan", "--output=jsonl");
  expect(shown).toMatchObject({ code: 0, stderr: "" });
  expect(rowsOf(shown)).toMatchObject([{ kind: "grant" }, { kind: "delete-user", justification: "leaver" }]);
  expect(shown.stdout).not.toContain("joan");
});

describe("a change with nothing to do says why, as JSON and CSV too", () => {
  test.for<[string, string | RegExp]>([
    ["grant --user grace --group readers", /^user \S+ is already in group readers$/],
    ["revoke --user joan --group readers", /^user \S+ is not in group readers$/],
    ["revoke --user nobody --group readers", "the user is not in the pool"],
    ["delete-user --user nobody", "the user is not in the pool"],
    ["enable-user --user joan", /^user \S+ is already enabled$/],
    ["disable-user --user barred --keep-sessions", /^user \S+ is already disabled$/],
    ["confirm-sign-up --user joan", /^user \S+ is already confirmed$/],
    ["reset-mfa --user joan", /^user \S+ has no MFA$/],
    ["update-user --user joan --set email=joan@example.com", /^user \S+ already has these attributes$/],
    ["create-group --name readers", /^group readers already exists with these fields$/],
    ["delete-group --group nowhere", /nowhere/],
    ["actions invoke enable_user --args {user}", /^user \S+ is already as enable_user makes it$/],
  ])("%s", async ([command, why]) => {
    const user = JSON.stringify({ user_id: stored("joan").sub });
    const args = line(command).map((word) => word.replace("{user}", user));
    const cause: unknown = expect.stringMatching(why);
    for (const format of ["json", "jsonl"]) {
      const { stdout } = await inside(...args, "--provisioning", `--output=${format}`);
      expect([JSON.parse(stdout)].flat()).toMatchObject([{ outcome: "nothing-to-do", cause }]);
    }
    const [head = "", row = ""] = (await inside(...args, "--provisioning", "--output=csv")).stdout.split(
      "\r\n",
    );
    expect(row.split(",")[head.split(",").indexOf("cause")]).toEqual(cause);
  });
});

describe("every other command, twice", () => {
  test.for<[string, () => unknown, unknown]>([
    ["revoke --group readers --user grace", () => groupsOf("grace"), ["writers"]],
    [
      "disable-user --user joan --keep-sessions",
      () => [stored("joan").enabled, cognito.stats.count("AdminUserGlobalSignOut")],
      [false, 0],
    ],
    ["enable-user --user barred", () => stored("barred").enabled, true],
    [
      'update-user --user joan --set nickname=JJ --set-json {"zoneinfo":"UTC"} --remove locale',
      () => ["nickname", "zoneinfo", "locale"].map((name) => stored("joan").attributes.get(name)),
      ["JJ", "UTC", undefined],
    ],
    ["sign-out-user --user joan", () => stored("joan").signOuts > 0, true],
    ["reset-password --user joan", () => stored("joan").status, "RESET_REQUIRED"],
    ["resend-invitation --user invited", () => stored("invited").invitations > 0, true],
    ["confirm-sign-up --user new", () => stored("new").status, "CONFIRMED"],
    ["reset-mfa --user guarded", () => stored("guarded").mfaList, []],
    [
      "create-group --name team --description people --precedence 0",
      () => pool.findGroup("team"),
      expect.objectContaining({ description: "people", precedence: 0 }),
    ],
    [
      "update-group --group readers --description all --precedence 0",
      () => pool.findGroup("readers"),
      expect.objectContaining({ description: "all", precedence: 0 }),
    ],
    ["delete-group --group readers", () => pool.findGroup("readers"), undefined],
  ])("%s", async ([command, state, wanted]) => {
    const before = snapshot();
    const [dry, refused] = await Promise.all([
      inside(...line(command), "--dry-run"),
      inside(...line(command)),
    ]);
    expect(dry).toMatchObject({ code: 0, stderr: "" });
    expect(rowsOf(dry)).toMatchObject([{ outcome: "planned", change: null, steps: [] }]);
    expect(refused).toMatchObject({ code: 9, stdout: "" });
    expect(refused.stderr).toMatch(/^connector: provisioning is not enabled: .*--provisioning\n$/);
    expect([writes(), snapshot(), readdirSync(folder)]).toEqual([[], before, []]);

    expect(await changing(...line(command))).toMatchObject({ code: 0, stderr: "" });
    expect(state()).toEqual(wanted);
    expect(await changing(...line(command))).toMatchObject({ code: 0, stderr: "" });
    expect(state()).toEqual(wanted);
  });

  test("delete-group says how many it affected, and that their tokens keep the group", async () => {
    expect((await changing(...line("delete-group --group writers --output table"))).stdout).toBe(
      "deleted: group writers; 1 member affected\n" +
        "tokens that were issued before name group writers until they expire; --end-sessions signs users out as well\n" +
        "deletions left: 99 of 100 in an hour\n",
    );
  });

  test("mark 47: revoke says that tokens keep the group, and with --end-sessions signs the user out", async () => {
    const plain = await changing(...line("revoke --group readers --user grace --output table"));
    expect(plain.stdout).toMatch(/^revoked: [^\n]*\ntokens that were issued before name group readers until/);
    expect(stored("grace").signOuts).toBe(0);
    const ended = await changing(
      ...line("revoke --group readers --user grace --end-sessions --output table"),
    );
    expect(ended.stdout).toMatch(
      /^revoked: [^\n]*, and is signed out\ntokens that an application checks by itself/,
    );
    expect(stored("grace").signOuts).toBe(1);
    const group = await changing(...line("delete-group --group writers --end-sessions --output table"));
    expect(group.stdout).toMatch(/^deleted: group writers; 1 member affected, 1 of them signed out\n/);
  });

  test("create-group with other values under a name in use fails", async () => {
    const { code, stderr } = await changing(...line("create-group --name readers --description other"));
    expect(code).toBe(6);
    expect(stderr).toMatch(/^connector: group readers exists .*"connector update-group"\n$/);
  });
});

describe("passwords", () => {
  test("come from stdin, and are stored nowhere", async () => {
    const results = [
      await fed(`${PASSWORD}\n`, ...line("set-password --user joan --stdin")),
      await fed(`${PASSWORD}2`, ...line("create-account --login ada --email a@example.com --password stdin")),
      await fed(
        JSON.stringify({ user_id: stored("grace").sub, password: `${PASSWORD}3`, permanent: true }),
        ...line("actions invoke set_password --args -"),
      ),
      await fed("short", ...line("set-password --user joan --stdin")),
    ];
    expect(results.map(({ code }) => code)).toEqual([0, 0, 0, 2]);
    expect(results[3]?.stderr).toMatch(/^connector: --stdin: .*$/m);
    expect(stored("joan").passwords[0]).toBe(PASSWORD);
    expect(stored("ada").passwords[0]).toBe(`${PASSWORD}2`);
    expect(stored("grace").passwords[0]).toBe(`${PASSWORD}3`);
    expect(stored("ada").status).toBe("CONFIRMED");
    const all = JSON.stringify(results) + everythingWritten();
    expect(all).not.toContain(PASSWORD);
  });

  test("that are random are encrypted to the key in the file", async () => {
    const identity = await generateIdentity();
    const key = join(folder, "key.txt");
    writeFileSync(key, await identityToRecipient(identity));
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    const open = async (row: unknown): Promise<string> => {
      if (typeof row !== "object" || row === null || !("encrypted_password" in row))
        throw new TypeError("no row");
      return await decrypter.decrypt(Buffer.from(String(row.encrypted_password), "base64"), "text");
    };
    const rotated = await changing(...line("rotate-password --user joan --encrypt-to"), key);
    expect(await open(rowsOf(rotated)[0])).toBe(stored("joan").passwords[0]);
    const account = await changing(
      ...line("create-account --login ada --email a@example.com --password random --temporary --encrypt-to"),
      key,
    );
    expect(await open(rowsOf(account)[0])).toBe(stored("ada").passwords[0]);
    expect(stored("ada").status).toBe("FORCE_CHANGE_PASSWORD");
    expect(everythingWritten()).not.toContain(stored("ada").passwords[0]);
  });
});

describe("wrong input gives one line, and nothing is written", () => {
  test.for<[string, number, RegExp]>([
    ["grant --group nope --user joan", 5, /group nope is not in this pool/],
    ["grant --group readers --user nobody@example.com", 5, /user is not in this pool/],
    ["grant --group admins --user joan", 21, /--allow-role-groups/],
    ["grant --group readers --user joan --groups-deny read*", 21, /--groups-deny/],
    ["delete-user --user joan --max-deletions-per-hour 0", 21, /--max-deletions-per-hour/],
    ["delete-user --user joan --delete-requires-disabled", 21, /disable the user first/],
    ["create-account --login ada --email nonsense", 2, /^connector: --email: /],
    ["create-account --email ada@example.com --attribute shoe=44", 2, /^connector: --attribute shoe: /],
    ["create-account", 2, /^connector: --login: missing/],
    ["update-user --user joan --set shoe=44", 2, /^connector: --set shoe: /],
    ["update-user --user joan --set sub=x", 2, /^connector: --set sub: /],
    ["update-user --user joan --remove sub", 2, /^connector: --remove: /],
    ["create-group --name team --role-arn nonsense", 2, /^connector: --role-arn: must be/],
    ["update-group --group nope --description x", 5, /group nope is not in this pool/],
    ["actions invoke nope --args {}", 5, /unknown action "nope"/],
  ])("%s", async ([command, code, message]) => {
    const before = snapshot();
    const result = await inside(...line(command), "--provisioning");
    expect(result).toMatchObject({ code, stdout: "" });
    expect(result.stderr).toMatch(/^connector: [^\n]*\n$/);
    expect(result.stderr).toMatch(message);
    expect(result.stderr).not.toContain("nobody@");
    expect([writes(), snapshot()]).toEqual([[], before]);
  });

  test("of one group among others: the others are granted, and the exit code is 20", async () => {
    const result = await changing(...line("grant --group readers --group nope --group writers --user joan"));
    expect(result.code).toBe(20);
    expect(rowsOf(result)).toMatchObject([{ group: "readers" }, { group: "writers" }]);
    expect(result.stderr).toBe("connector: group nope: group nope is not in this pool\n");
    expect(groupsOf("joan").toSorted()).toEqual(["readers", "writers"]);
  });
});

test("a change that broke off says what has been done, with exit code 20", async () => {
  cognito.script({
    operation: "AdminDeleteUserAttributes",
    error: { name: "NotAuthorizedException", message: "planted" },
  });
  const { code, stdout, stderr } = await changing(
    ...line("update-user --user joan --set nickname=JJ --remove locale"),
  );
  expect([code, stdout]).toEqual([20, ""]);
  expect(stderr).toMatch(/^connector: [^\n]*AdminUpdateUserAttributes is done[^\n]*\n$/);
  expect(stderr).toContain(stored("joan").sub);
  expect(stored("joan").attributes.get("nickname")).toBe("JJ");
});

test("D22: disable-user is done where the endpoint cannot sign out, and says why the sessions were not ended", async () => {
  cognito.script({
    operation: "AdminUserGlobalSignOut",
    error: { name: "UnknownOperationException", message: "unsupported" },
  });
  const result = await changing(...line("disable-user --user joan"));
  const warning = /^the sessions of the user were not ended: AdminUserGlobalSignOut: .* does not support/;
  expect([result.code, stored("joan").enabled]).toEqual([0, false]);
  expect(rowsOf(result)).toMatchObject([{ outcome: "done", warning: expect.stringMatching(warning) }]);
  expect(result.stderr).toContain("the sessions of the user were not ended: ");
  const enabled = await changing(...line("enable-user --user joan"));
  expect([enabled.code, stored("joan").enabled]).toEqual([0, true]);
});

test.for(["--dry-run", "--provisioning", "--provisioning --end-sessions"])(
  "a revoke from a group that the pool does not have is no success: %s",
  async (flags) => {
    const [joan, nobody] = await Promise.all(
      ["joan", "nobody"].map((user) => inside(...line(`revoke --user ${user} --group readerz ${flags}`))),
    );
    const refused = { code: 5, stdout: "", stderr: "connector: group readerz is not in this pool\n" };
    expect([joan, nobody]).toEqual([refused, refused]);
    expect(writes()).toEqual([]);
  },
);

test("recover finishes or undoes what a killed process left open, and says what has been done", async () => {
  const hold = cognito.hold({ operation: "AdminUserGlobalSignOut" });
  const running = startCli([...line("disable-user --user joan --provisioning"), ...settings()]);
  await hold.arrived(1);
  running.process.kill("SIGKILL");
  await running.result;
  hold.release();
  const { sub } = stored("joan");
  const recovered = await changing("recover");
  expect(recovered.stderr).toBe("");
  expect(rowsOf(recovered)).toEqual([
    {
      change: expect.any(String),
      kind: "disable-user",
      target: `user ${sub}`,
      outcome: "done",
      says: `user ${sub} is disabled and signed out everywhere`,
    },
  ]);
  expect(recovered.code).toBe(0);
  expect((await changing("recover", "--output", "table")).stdout).toBe(
    "nothing to do: no change is open\ndisables left: 99 of 100 in an hour\n",
  );
  const validated = await reading("validate", "--output", "jsonl", "--max-disables-per-hour", "1");
  expect(rowsOf(validated).slice(-3)).toEqual([
    { check: "deletions left", result: "ok", detail: "100 of 100 in an hour", features: "" },
    { check: "disables left", result: "ok", detail: "0 of 1 in an hour", features: "" },
    { check: "invitations left", result: "ok", detail: "50 of 50 in a day", features: "" },
  ]);
});

test("recover finds nothing when no change was cut off", async () => {
  await changing(...line("grant --group readers --user joan"));
  expect(await changing("recover", "--output", "table")).toEqual({
    code: 0,
    stdout: "nothing to do: no change is open\n",
    stderr: "",
  });
});

test("actions are listed without a pool, and done by name", async () => {
  const listed = await runCli(["actions", "list"]);
  expect(listed).toMatchObject({ code: 0, stderr: "" });
  expect(rowsOf(listed)).toContainEqual(expect.objectContaining({ name: "disable_user" }));
  const args = JSON.stringify({ user_id: stored("joan").sub });
  const done = await changing("actions", "invoke", "disable_user", "--args", args);
  expect(rowsOf(done)).toMatchObject([
    { kind: "action", action: "disable_user", outcome: "done", user: stored("joan").sub },
  ]);
  expect(stored("joan").enabled).toBe(false);
  expect(cognito.stats.count("AdminUserGlobalSignOut")).toBe(1);
});
