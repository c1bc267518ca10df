import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { run } from "../cmd/connector/run.ts";
import { memoryContext, memoryOutput } from "../cmd/connector/testing.fixture.ts";
import { isRecord } from "../pkg/core/unknown.ts";
import { federatedPerson, people, person } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { type CliResult, runCli, startCli } from "./support/connector-cli.ts";

const POOL = "us-east-1_Ab129faBb";

describe("connector list", () => {
  let cognito: ScriptedCognito;

  beforeEach(async () => {
    const users = [
      person(0, {
        username: "=cmd|'/c calc'!A0",
        sub: "sub-0",
        groups: ["all"],
        createdAt: "2026-01-02T03:04:05Z",
      }),
      person(1, { username: "日本", sub: "sub-1", enabled: false, attributes: { email: null } }),
      person(2, { username: "\u001b[31mred", sub: "sub-2", status: "SOMETHING_NEW" }),
      federatedPerson(3, "Google", { sub: "sub-3" }),
      ...people(176, (index) => ({ username: `user-${index}` }), 8),
    ];
    const groups = [
      { name: "all", description: 'say "hi"', precedence: 0, roleArn: "arn:aws:iam::123456789012:role/r" },
      { name: `${POOL}_Google` },
      { name: "none" },
    ];
    cognito = await startScriptedCognito({ pools: [createPool({ id: POOL, users, groups })] });
  });

  afterEach(async () => {
    await cognito.close();
  });

  const settings = () => ["--user-pool-id", POOL, "--endpoint-url", cognito.url, "--rate", "1000"];
  const list = (...args: string[]): Promise<CliResult> => runCli(["list", ...args, ...settings()]);

  test("users without a terminal are JSON lines, with one call for each page and an empty stderr", async () => {
    const { code, stdout, stderr } = await list("users");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const rows = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
    expect(rows).toHaveLength(180);
    expect(rows[0]).toEqual({
      id: "sub-0",
      username: "=cmd|'/c calc'!A0",
      status: "CONFIRMED",
      enabled: true,
      email: expect.stringContaining("@"),
      created: "2026-01-02T03:04:05.000Z",
      phone_number: expect.stringMatching(/^\+/),
      given_name: expect.any(String),
      family_name: expect.any(String),
      name: expect.any(String),
      providers: null,
      temporary_password: null,
      modified: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(rows[1]).toMatchObject({ username: "日本", enabled: false, email: null });
    expect(rows[2]).toMatchObject({ username: "\u001b[31mred", status: "SOMETHING_NEW" });
    expect(stdout).not.toContain("\u001b");
    expect(cognito.stats.count()).toBe(3);
  });

  test("users as CSV contain no formula for a spreadsheet", async () => {
    const { stdout } = await list("users", "--output", "csv");
    const lines = stdout.split("\r\n");
    expect(lines[0]).toBe(
      "id,username,status,enabled,email,created,phone_number,given_name,family_name,name,providers,temporary_password,modified",
    );
    expect(lines[1]).toMatch(/^sub-0,'=cmd\|'\/c calc'!A0,CONFIRMED,true,/);
    expect(lines).toHaveLength(182);
  });

  test("users as raw CSV keep every cell as it is", async () => {
    const { stdout } = await list("users", "--csv-raw");
    expect(stdout.split("\r\n")[1]).toMatch(/^sub-0,=cmd\|'\/c calc'!A0,CONFIRMED,true,/);
    const both = await list("users", "--csv-raw", "--output", "json");
    expect(both.code).toBe(2);
    expect(both.stderr).toContain("--csv-raw");
  });

  test("users by username have the username as id", async () => {
    const { stdout } = await list("users", "--output", "csv", "--user-id", "username");
    expect(stdout.split("\r\n")[2]).toMatch(/^日本,日本,/);
  });

  test("groups as JSON are one array", async () => {
    const { code, stdout } = await list("groups", "--output", "json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual([
      {
        name: "all",
        precedence: 0,
        role_arn: "arn:aws:iam::123456789012:role/r",
        sign_in_provider: null,
        created: expect.stringMatching(/^\d{4}-/),
        modified: expect.stringMatching(/^\d{4}-/),
        description: 'say "hi"',
      },
      expect.objectContaining({ name: `${POOL}_Google`, precedence: null, sign_in_provider: "Google" }),
      expect.objectContaining({ name: "none" }),
    ]);
  });

  test("members are those of the group that is named", async () => {
    const { stdout } = await list("members", "all");
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
    expect(JSON.parse(stdout)).toMatchObject({ id: "sub-0" });
  });

  test("members of a missing group are not-found", async () => {
    const { code, stdout, stderr } = await list("members", "nobody");
    expect([code, stdout]).toEqual([5, ""]);
    expect(stderr).toMatch(/no such group/);
    expect(JSON.parse(stderr)).toMatchObject({
      error: expect.stringMatching(
        /^group nobody: ListUsersInGroup: .*; "connector list groups" prints the names; upper and lower case differ$/,
      ),
    });
  });

  test("members of an empty group are a complete, empty list", async () => {
    const { code, stdout } = await list("members", "none", "--output", "json");
    expect([code, stdout]).toEqual([0, "[]\n"]);
  });

  test("on a terminal is a table with a count, and escapes control characters in names", async () => {
    const stdout = memoryOutput({ isTerminal: true, columns: 160 });
    const stderr = memoryOutput({ isTerminal: true });
    const env = { AWS_ACCESS_KEY_ID: "AKIDTEST", AWS_SECRET_ACCESS_KEY: "s" };
    const context = memoryContext({ stdout, stderr, env, monotonic: () => performance.now() });
    // The SDK's own chain reads the process's environment, so the keys are given as settings.
    const keys = ["--allow-secret-flags", "--aws-access-key-id", "AKIDTEST", "--aws-secret-access-key", "s"];
    expect(await run(["list", "users", ...settings(), ...keys], context)).toBe(0);
    const lines = stdout.text().split("\n");
    expect(lines[0]).toMatch(/^USERNAME +EMAIL +STATUS +ENABLED +CREATED +ID$/);
    expect(lines[1]).toMatch(/^=cmd.* +\S+@\S+ +CONFIRMED +yes +2026-01-02 +sub-0$/);
    expect(stdout.text()).toContain("\\u{1b}[31mred");
    expect(stdout.text()).not.toContain("\u001b");
    expect(stderr.text()).toBe("180 users\n");
  });

  test.for([["jsonl"], ["csv"], ["json"]])(
    "that stops half way as %s says so and ends with 20: a shorter list never looks complete (mark 8)",
    async ([format = ""]) => {
      cognito.script({ operation: "ListUsers", continues: true, error: { name: "AccessDeniedException" } });
      const { code, stdout, stderr } = await list("users", "--output", format, "--log-format", "console");
      expect(code).toBe(20);
      expect(stdout).toContain("sub-3");
      expect(stderr).toMatch(/^connector: incomplete output, only 60 users: ListUsers: not allowed.*\n$/);
      expect(format === "json" && isJson(stdout)).toBe(false);
    },
  );

  test("that fails on its first page ends with the exit code of the failure and prints no rows", async () => {
    cognito.script({ operation: "ListUsers", error: { name: "AccessDeniedException" } });
    const { code, stdout, stderr } = await list("users");
    expect([code, stdout]).toEqual([7, ""]);
    expect(JSON.parse(stderr)).toMatchObject({ level: "error", code: "permission-denied" });
  });

  test.for([[1], [2]])(
    "ends with an error when page markers repeat after %i (mark 4)",
    async ([length = 1]) => {
      // Pages are cut to one item, so that the circle closes before the list ends.
      cognito.script({ operation: "ListUsers", shortPage: 1, repeatTokens: length });
      const { code, stdout, stderr } = await list("users");
      expect(code).toBe(20);
      expect(stderr).toMatch(/the listing would never end/);
      expect(stdout.split("\n").length).toBeLessThan(12);
    },
  );

  test("reads past empty and short pages to the end (mark 1, mark 2)", async () => {
    cognito.script({ operation: "ListUsers", nth: [1, 3], shortPage: 0 });
    cognito.script({ operation: "ListUsers", nth: [2], shortPage: 7 });
    const { code, stdout } = await list("users");
    expect([code, stdout.trimEnd().split("\n").length]).toEqual([0, 180]);
  });

  test("prints a page before it asks for the next", async () => {
    const hold = cognito.hold({ operation: "ListUsers", nth: 2 });
    const { process: program, result } = startCli(["list", "users", ...settings()]);
    const firstPage = new Promise<string>((resolve) => {
      program.stdout?.once("data", (chunk: Buffer) => resolve(chunk.toString()));
    });
    await hold.arrived();
    expect(await firstPage).toContain("sub-3");
    hold.release();
    expect((await result).code).toBe(0);
  });

  test("ends without an error and makes no more calls when its reader closes the pipe", async () => {
    cognito.setLatency((call) => (call.number > 1 ? 50 : 0));
    const { process: program, result } = startCli(["list", "users", ...settings()]);
    program.stdout?.once("data", () => program.stdout?.destroy());
    const { code, stderr } = await result;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(cognito.stats.count()).toBeLessThan(3);
  });

  test("is ended by SIGINT with 1, and says that there is more", async () => {
    const hold = cognito.hold({ operation: "ListUsers", nth: 2 });
    const { process: program, result } = startCli([
      "list",
      "users",
      ...settings(),
      "--log-format",
      "console",
    ]);
    await hold.arrived();
    program.kill("SIGINT");
    const { code, stderr } = await result;
    expect(code).toBe(1);
    expect(stderr).toBe("connector: incomplete output, only 60 users: stopped by SIGINT\n");
    hold.release();
  });
});

describe("connector list and get, of chosen users", () => {
  const NOW = Date.parse("2026-11-21T00:00:00Z");
  const ADA = "11111111-2222-4333-8444-555555555555";
  let cognito: ScriptedCognito;

  beforeAll(async () => {
    const users = [
      person(0, {
        username: "ada",
        sub: ADA,
        mfa: ["SMS_MFA", "SOFTWARE_TOKEN_MFA"],
        groups: ["readers", "writers"],
        attributes: {
          email: "ada@example.com",
          given_name: "Ada",
          family_name: "Lovelace",
          phone_number: "+15550100",
          "custom:department": "engines",
        },
      }),
      person(1, {
        username: "bob",
        status: "FORCE_CHANGE_PASSWORD",
        createdAt: "2026-10-01T00:00:00Z",
        modifiedAt: "2026-10-02T00:00:00Z",
        attributes: { email: "bob@example.com" },
      }),
      person(2, {
        username: "cleo",
        status: "FORCE_CHANGE_PASSWORD",
        createdAt: "2026-11-20T00:00:00Z",
        modifiedAt: "2026-11-20T00:00:00Z",
        attributes: { email: "cleo@example.com" },
      }),
      ...people(
        97,
        (index) => ({ username: `user-${index}`, attributes: { email: `z${index}@example.com` } }),
        3,
      ),
    ];
    const groups = ["readers", "writers", "others"];
    const schema = [{ name: "custom:department", type: "String" as const }];
    cognito = await startScriptedCognito({ pools: [createPool({ id: POOL, users, groups, schema })] });
  });

  afterAll(async () => {
    await cognito.close();
  });

  async function ran(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const context = memoryContext({ now: () => NOW, monotonic: () => performance.now() });
    const keys = ["--allow-secret-flags", "--aws-access-key-id", "AKIDTEST", "--aws-secret-access-key", "s"];
    const settings = ["--user-pool-id", POOL, "--endpoint-url", cognito.url, "--rate", "1000"];
    const code = await run([...args, ...settings, ...keys, "--log-format", "console"], context);
    return { code, stdout: context.stdout.text(), stderr: context.stderr.text() };
  }

  const rowsOf = (stdout: string): readonly unknown[] =>
    stdout
      .trimEnd()
      .split("\n")
      .filter((line) => line !== "")
      .map((line): unknown => JSON.parse(line));

  test.for([
    ['email ^= "a"', ["ada"]],
    ['given_name = "Ada"', ["ada"]],
    ['cognito:user_status = "FORCE_CHANGE_PASSWORD"', ["bob", "cleo"]],
    ['username = "nobody"', []],
  ] as const)("--filter %s is done by Cognito", async ([filter, names]) => {
    const before = cognito.stats.count();
    const { code, stdout, stderr } = await ran("list", "users", "--filter", filter, "--columns", "username");
    expect([code, stderr]).toEqual([0, ""]);
    expect(rowsOf(stdout)).toEqual(names.map((username) => ({ username })));
    expect(cognito.stats.count()).toBeLessThanOrEqual(before + 2);
  });

  test("--filter over several pages goes to the end", async () => {
    const { stdout } = await ran("list", "users", "--filter", 'email ^= "z"', "--columns", "username");
    expect(rowsOf(stdout)).toHaveLength(97);
  });

  test("--filter that Cognito cannot do is refused before the first call", async () => {
    const before = cognito.stats.count();
    const { code, stderr } = await ran("list", "users", "--filter", 'custom:department = "engines"');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^connector: --filter: Cognito cannot search custom attributes; .*--attributes/);
    expect(cognito.stats.count()).toBe(before);
  });

  test("--columns and --attributes print what is asked for, in that order", async () => {
    const args = ["--columns", "email,phone_number", "--columns", "family_name", "--attributes"];
    const { stdout } = await ran(
      "list",
      "users",
      ...args,
      "custom:department",
      "--filter",
      'username = "ada"',
    );
    expect(stdout).toBe(
      '{"email":"ada@example.com","phone_number":"+15550100","family_name":"Lovelace","custom:department":"engines"}\n',
    );
  });

  test.for([
    [["--columns", "emial"], 'there is no column "emial"; did you mean email?'],
    [
      ["--attributes", "custom:departmnet"],
      'the pool has no attribute "custom:departmnet"; did you mean custom:department?',
    ],
  ] as const)("%j is refused rather than printed empty", async ([args, why]) => {
    const { code, stdout, stderr } = await ran("list", "users", ...args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(why);
  });

  test("an account whose temporary password has expired says so", async () => {
    const filter = ["--filter", 'cognito:user_status = "FORCE_CHANGE_PASSWORD"'];
    const { stdout } = await ran("list", "users", ...filter, "--columns", "username,temporary_password");
    expect(rowsOf(stdout)).toEqual([
      { username: "bob", temporary_password: "expired" },
      { username: "cleo", temporary_password: "valid" },
    ]);
    const table = await ran("list", "users", ...filter, "--output", "table");
    expect(table.stdout).toMatch(/^bob +bob@example.com +FORCE_CHANGE_PASSWORD \(expired\) +yes/m);
    expect(table.stdout).toMatch(/^cleo +cleo@example.com +FORCE_CHANGE_PASSWORD +yes/m);
  });

  test("an account is called neither valid nor expired where the pool may not be read", async () => {
    cognito.script({ operation: "DescribeUserPool", error: { name: "AccessDeniedException" } });
    const args = ["list", "users", "--filter", 'username = "bob"', "--columns", "temporary_password"];
    const { code, stdout } = await ran(...args);
    expect([code, stdout]).toEqual([0, '{"temporary_password":"unknown"}\n']);
  });

  test("a person who is met on two pages is printed once", async () => {
    cognito.script({
      operation: "ListUsers",
      nth: 2,
      rewrite: (body) => {
        const users: unknown = isRecord(body) ? body["Users"] : undefined;
        if (!isRecord(body) || !Array.isArray(users)) throw new TypeError("no page of users");
        return { ...body, Users: [wireAda(), ...users] };
      },
    });
    const { stdout } = await ran("list", "users", "--columns", "username");
    expect(rowsOf(stdout)).toHaveLength(100);
  });

  const wireAda = () => ({
    Username: "ada",
    Enabled: true,
    UserStatus: "CONFIRMED",
    UserCreateDate: 1,
    UserLastModifiedDate: 1,
    Attributes: [{ Name: "sub", Value: ADA }],
  });

  test.for([["ada"], [ADA], ["ada@example.com"]])("the groups of %s", async ([who = ""]) => {
    const { stdout } = await ran("list", "groups", "--user", who, "--columns", "name");
    expect(rowsOf(stdout)).toEqual([{ name: "readers" }, { name: "writers" }]);
  });

  test("the groups of a user who is not there are not an empty list", async () => {
    const { code, stdout, stderr } = await ran("list", "groups", "--user", "nobody");
    expect([code, stdout]).toEqual([5, ""]);
    expect(stderr).toContain("is not in this pool");
  });

  test.for([["ada"], [ADA], ["ada@example.com"]])("get user %s has everything", async ([who = ""]) => {
    const { code, stdout } = await ran("get", "user", who, "--output", "json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      sub: ADA,
      username: "ada",
      status: "CONFIRMED",
      enabled: true,
      temporary_password: null,
      mfa: ["SMS_MFA", "SOFTWARE_TOKEN_MFA"],
      groups: ["readers", "writers"],
      identities: [],
      attributes: { email: "ada@example.com", "custom:department": "engines", sub: ADA },
    });
  });

  test("get user as a table has one line for each field, and as CSV one row", async () => {
    const { stdout } = await ran("get", "user", "ada", "--output", "table");
    expect(stdout).toMatch(/^custom:department +engines$/m);
    expect(stdout).toMatch(/^groups +readers writers$/m);
    const csv = await ran("get", "user", "ada", "--output", "csv");
    expect(csv.stdout.split("\r\n")).toHaveLength(3);
  });

  // Last, since its answers stay scripted.
  test("get user never prints another account, which AWS answers for the name of a linked profile", async () => {
    const sub = "22222222-2222-4333-8444-555555555555";
    cognito.script({
      operation: "ListUsers",
      times: 1,
      rewrite: () => ({
        Users: [{ ...wireAda(), Username: "Google_1088", Attributes: [{ Name: "sub", Value: sub }] }],
      }),
    });
    cognito.script({
      operation: "AdminGetUser",
      rewrite: () => ({ ...wireAda(), Attributes: undefined, UserAttributes: wireAda().Attributes }),
    });
    const { code, stdout } = await ran("get", "user", sub);
    expect(code).not.toBe(0);
    expect(stdout).toBe("");
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
