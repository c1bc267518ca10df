import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FEATURES } from "../../pkg/connector/features.ts";
import { CATEGORY_OF } from "../../pkg/core/operations.ts";
import { run } from "./run.ts";
import { type MemoryContext, memoryContext } from "./testing.fixture.ts";

const POOL = "eu-west-1_AbCd12345";

interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function ran(args: readonly string[], over: Partial<MemoryContext> = {}): Promise<Ran> {
  const context = memoryContext(over);
  const exitCode = await run(args, context);
  return { exitCode, stdout: context.stdout.text(), stderr: context.stderr.text() };
}

describe("bad usage is one line and exit code 2", () => {
  test.for<[string, string]>([
    ["snyc", "unknown command 'snyc' (Did you mean sync?)"],
    ["nothing", `unknown command 'nothing'; "connector --help" shows the usage`],
    ["help snyc", 'unknown command "snyc"; did you mean sync?'],
    ["help setings", 'unknown command "setings"; did you mean settings?'],
    ["help list memers", 'unknown command "memers"; did you mean members?'],
    ["help list nothing", 'unknown command "nothing"; "connector list --help" shows the commands'],
    [
      "help settings user-poolid",
      'no setting or group has "user-poolid" in its name; did you mean user-pool-id?',
    ],
    ["help settings zzz", 'no setting or group has "zzz" in its name; "connector help settings" shows all'],
    ["list foo", `unknown command 'foo'; "connector list --help" shows the usage`],
    ["sync --fiel x", "unknown option '--fiel' (Did you mean --file?)"],
    ["snyc --fiel x", "unknown command 'snyc' (Did you mean sync?)"],
    ["--fiel x", "unknown option '--fiel' (Did you mean --file?)"],
    [
      "serve --grant-entitlement x",
      '--grant-entitlement: asks for an operation of "connector" without a command; leave out this or the command',
    ],
    [
      "sync --revoke-grant x",
      '--revoke-grant: asks for an operation of "connector" without a command; leave out this or the command',
    ],
    [
      "sync --create-account-login x",
      '--create-account-login: asks for an operation of "connector" without a command; leave out this or the command',
    ],
    [
      "list users --delete-resource x",
      '--delete-resource: asks for an operation of "connector" without a command; leave out this or the command',
    ],
    [
      "recover --rotate-credentials x",
      '--rotate-credentials: asks for an operation of "connector" without a command; leave out this or the command',
    ],
    [
      "sync --invoke-action x",
      '--invoke-action: asks for an operation of "connector" without a command; leave out this or the command',
    ],
    [
      "sync --list-action-schemas",
      '--list-action-schemas: asks for an operation of "connector" without a command; leave out this or the command',
    ],
    [
      "--revoke-grant x sync",
      '--revoke-grant: asks for an operation of "connector" without a command; leave out this or the command',
    ],
    [
      `sync --user-pool-id ${POOL} --create-ticket`,
      "--create-ticket: cannot be done: this connector has no tickets; leave it out",
    ],
    [
      `serve --user-pool-id ${POOL} --diff-syncs=true`,
      "--diff-syncs: cannot be done: the baton tool does this with sync files; leave it out",
    ],
    ["health-check --timeout 0", "--timeout: must be 1 or more"],
    ["health-check --endpoint metrics", "--endpoint: must be one of health, ready, live"],
    ["serve --dry-run", "--dry-run: this command does not use this setting; leave it out"],
    ["sync --groups-allow a", "--groups-allow: this command does not use this setting; leave it out"],
    [
      `serve --user-pool-id ${POOL} --max-deletions-per-hour many`,
      '--max-deletions-per-hour: must be a whole number from 0 to 1000000, got "many"',
    ],
    [
      `serve --user-pool-id ${POOL} --groups-deny a,`,
      '--groups-deny: must be names of groups with commas between them, such as admins,team-*: a pattern is empty, got "a,"',
    ],
    ["validate --listen x", "--listen: this command does not use this setting; leave it out"],
    [
      `--listen x validate --user-pool-id ${POOL}`,
      "--listen: connector validate does not use this setting; leave it out",
    ],
    ["sync extra", `connector sync takes no argument, got 1; "connector sync --help" shows the usage`],
    [
      "inspect demo.c1z users more",
      `connector inspect takes at most 2 arguments, got 3; "connector inspect --help" shows the usage`,
    ],
    [
      "list members a b",
      `connector list members takes at most 1 argument, got 2; "connector list members --help" shows the usage`,
    ],
    ["inspect demo.c1z nope", '<what>: must be one of runs, users, groups, memberships, got "nope"'],
    [
      "grant --group a",
      `--user <who>: missing; this option is required; "connector grant --help" shows the usage`,
    ],
    ["list members", `the argument <group> is missing; "connector list members --help" shows the usage`],
    [
      "sync --user-pool-id",
      `--user-pool-id <id>: the value is missing; "connector sync --help" shows the usage`,
    ],
    ["sync --accept-shrink=maybe", '--accept-shrink: must be true or false, got "maybe"'],
    ["completion tcsh", '<shell>: must be one of bash, zsh, fish, powershell, got "tcsh"'],
    [
      `iam-policy --user-pool-id ${POOL} --with all`,
      '--with: there is no feature "all"; the features are read, provision, sessions, groups, passwords, attributes, enrich, or provisioning for all that change the pool',
    ],
    [
      `iam-policy --user-pool-id ${POOL} --account-id 12`,
      '--account-id: must be the 12 digits of an AWS account, got "12"',
    ],
    [
      `validate --user-pool-id ${POOL} --region us-east-1`,
      `--region: us-east-1 is not the Region of the pool ${POOL}; leave it out, it is read from the pool id`,
    ],
    [
      `sync --user-pool-id ${POOL} --file /no/such/place/x.c1z`,
      'cannot write "/no/such/place/x.c1z": its directory does not exist; create it, or name another file',
    ],
  ])("%s", async ([line, message]) => {
    const { exitCode, stdout, stderr } = await ran(line.split(" "));
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: `connector: ${message}\n`,
    });
  });

  test("a name in a message cannot control the terminal", async () => {
    const { stderr } = await ran(["sync", "--user-pool-id", "\u001b[2Jx"]);
    expect(stderr).not.toContain("\u001b");
  });

  test("a secret on the command line is not repeated", async () => {
    const { exitCode, stderr } = await ran([
      "sync",
      "--user-pool-id",
      POOL,
      "--aws-secret-access-key",
      "hunter2hunter2",
    ]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("--aws-secret-access-key-file");
    expect(stderr).not.toContain("hunter2");
  });
});

function readRow(line: string): Record<"setting" | "value" | "source", string> {
  const row: unknown = JSON.parse(line);
  const isRow = (value: unknown): value is Record<"setting" | "value" | "source", string> =>
    typeof value === "object" && value !== null && "setting" in value;
  if (!isRow(row)) throw new TypeError(`no row: ${line}`);
  return row;
}

describe("settings on the command line", () => {
  let cwd: string;
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), "connector-run-"));
  });
  afterEach(() => {
    rmSync(cwd, { recursive: true });
  });

  async function shown(
    args: readonly string[],
    env: Record<string, string> = {},
  ): Promise<Map<string, string[]>> {
    const { stdout, stderr } = await ran([...args, "--output", "jsonl"], { cwd, env });
    expect(stderr).toBe("");
    return new Map(
      stdout
        .trim()
        .split("\n")
        .map(readRow)
        .map(({ setting, value, source }) => [setting, [value, source]]),
    );
  }

  test("can come before and after the command; the one after is used", async () => {
    const settings = await shown(["--user-pool-id", POOL, "--rate", "1", "config", "show", "--rate", "2"]);
    expect(settings.get("user-pool-id")).toEqual([POOL, "--user-pool-id"]);
    expect(settings.get("rate")).toEqual(["2", "--rate"]);
  });

  test("come from flag, environment and file, and the source is shown", async () => {
    writeFileSync(join(cwd, ".baton.yaml"), "http-timeout-seconds: 20\nfile: a.c1z\n");
    const settings = await shown(["config", "show", "--user-pool-id", POOL, "-f", "b.c1z"], {
      BATON_LISTEN: "localhost:1",
    });
    expect(settings.get("http-timeout-seconds")).toEqual([
      "20",
      `http-timeout-seconds in ${cwd}/.baton.yaml:1`,
    ]);
    expect(settings.get("file")).toEqual(["b.c1z", "--file"]);
    expect(settings.get("listen")).toEqual(["localhost:1", "BATON_LISTEN"]);
  });

  test.for([
    [["--provisioning"], "true"],
    [["-p"], "true"],
    [["--provisioning=true"], "true"],
    [["--provisioning=false"], "false"],
    [["--no-provisioning"], "false"],
  ] as const)("%j sets provisioning to %s and overrides the environment", async ([flags, value]) => {
    const env = { BATON_PROVISIONING: value === "true" ? "false" : "true" };
    const settings = await shown(["config", "show", "--user-pool-id", POOL, ...flags], env);
    expect(settings.get("provisioning")).toEqual([value, "--provisioning"]);
  });

  test("add to each other before and after the command: a group that one of them denies is denied", async () => {
    const before = ["--groups-deny", "admins", "--groups-allow", "a", "--log-path", "/x", "--log-path", "/y"];
    const after = ["--groups-deny", "root", "--groups-allow", "b", "--log-path", "/z"];
    const settings = await shown(["--user-pool-id", POOL, ...before, "config", "show", ...after]);
    expect(settings.get("groups-deny")).toEqual(["admins,root", "--groups-deny"]);
    expect(settings.get("groups-allow")).toEqual(["a,b", "--groups-allow"]);
    expect(settings.get("log-path")?.[0]).toBe("/x,/y,/z");
  });

  test("add to each other if repeated", async () => {
    const flags = ["--rate", "UserList=30", "--rate", "2", "--no-proxy", "a", "--no-proxy", "b"];
    const groups = ["--groups-allow", "team-*", "--groups-allow", "a,b?", "--groups-deny", "*-root"];
    const settings = await shown(["config", "show", "--user-pool-id", POOL, ...flags, ...groups]);
    expect(settings.get("groups-allow")).toEqual(["team-*,a,b?", "--groups-allow"]);
    expect(settings.get("groups-deny")).toEqual(["*-root", "--groups-deny"]);
    expect(settings.get("rate")?.[0]).toBe(
      "UserList=30,UserRead=2,UserResourceRead=2,UserPoolRead=2,UserPoolResourceRead=2,UserCreation=2,UserUpdate=2,UserAccountRecovery=2,UserResourceUpdate=2,UserPoolResourceUpdate=2",
    );
    expect(settings.get("no-proxy")?.[0]).toBe("a,b");
  });

  test("are shown even if one is missing, followed by the error", async () => {
    const { exitCode, stdout, stderr } = await ran(["config", "show"], { cwd });
    expect(exitCode).toBe(2);
    expect(stdout).toContain('"setting":"rate"');
    expect(stderr).toMatch(/^connector: user-pool-id: missing; .*\n$/);
  });

  test("that are not known cause a warning", async () => {
    const { exitCode, stderr } = await ran(["iam-policy", "--user-pool-id", POOL], {
      cwd,
      env: { BATON_TMPDIR: "/x" },
    });
    expect([exitCode, stderr]).toEqual([
      0,
      "connector: warning: BATON_TMPDIR is not a setting of this connector and is ignored\n",
    ]);
  });
});

describe("version", () => {
  test("for people", async () => {
    const { exitCode, stdout } = await ran(["version"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^connector \d+\.\d+\.\d+ \(node 24\.\d+\.\d+, c1\.connector\.v2, Baton SDK v0\.25\.0\)\n$/,
    );
  });

  test("for programs", async () => {
    const { stdout } = await ran(["version", "--output", "json"]);
    expect(JSON.parse(stdout)).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      node: process.versions.node,
      sdk_version: "v0.25.0",
      proto: "c1.connector.v2",
    });
  });

  test("with the flag that Baton connectors have", async () => {
    expect((await ran(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("capabilities", () => {
  test("are protojson of an Any, and need no pool", async () => {
    const { exitCode, stdout } = await ran(["capabilities"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^\{\n {2}"@type": "type\.googleapis\.com\/c1\.connector\.v2\.ConnectorCapabilities",\n/,
    );
    expect(JSON.parse(stdout)).toMatchObject({
      resourceTypeCapabilities: [
        { resourceType: { id: "group", displayName: "Group", traits: ["TRAIT_GROUP"] } },
        { resourceType: { id: "user", displayName: "User", traits: ["TRAIT_USER"] } },
      ],
      connectorCapabilities: expect.arrayContaining(["CAPABILITY_SYNC"]),
    });
  });
});

describe("iam-policy", () => {
  test.for([
    ["eu-west-1_A", "arn:aws:cognito-idp:eu-west-1:*:userpool/eu-west-1_A"],
    ["cn-north-1_A", "arn:aws-cn:cognito-idp:cn-north-1:*:userpool/cn-north-1_A"],
    ["us-gov-west-1_A", "arn:aws-us-gov:cognito-idp:us-gov-west-1:*:userpool/us-gov-west-1_A"],
  ] as const)("for %s names %s and the reads alone", async ([pool, arn]) => {
    const { stdout } = await ran(["iam-policy", "--user-pool-id", pool]);
    expect(JSON.parse(stdout)).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "ReadUserPool",
          Effect: "Allow",
          Action: [
            "cognito-idp:ListUsers",
            "cognito-idp:ListGroups",
            "cognito-idp:ListUsersInGroup",
            "cognito-idp:DescribeUserPool",
            "cognito-idp:GetGroup",
            "cognito-idp:AdminListGroupsForUser",
          ],
          Resource: arn,
        },
      ],
    });
  });

  async function actions(features: string): Promise<Record<string, string[]>> {
    const { exitCode, stdout } = await ran(["iam-policy", "--user-pool-id", POOL, "--with", features]);
    expect(exitCode).toBe(0);
    const { Statement } = policyIn(stdout);
    return Object.fromEntries(
      Statement.map(({ Sid, Action }) => [Sid, Action.map((action) => action.replace("cognito-idp:", ""))]),
    );
  }

  test("has a statement for each feature, and each operation once", async () => {
    const all = await actions("provisioning");
    expect(Object.keys(all)).toEqual([
      "ReadUserPool",
      "ProvisionUserPool",
      "SessionsUserPool",
      "GroupsUserPool",
      "PasswordsUserPool",
      "AttributesUserPool",
    ]);
    expect(await actions("read,provision,sessions,groups,passwords,attributes")).toEqual(all);
    const { EnrichUserPool, ...others } = await actions("provisioning,enrich");
    expect(others).toEqual(all);
    expect(EnrichUserPool).toEqual(["AdminListUserAuthEvents"]);
    expect([...Object.values(all).flat(), "AdminListUserAuthEvents"].toSorted()).toEqual(
      Object.keys(CATEGORY_OF).toSorted(),
    );
    expect(await actions("enrich")).toMatchObject({
      EnrichUserPool: ["AdminGetUser", "AdminListUserAuthEvents"],
    });
  });

  test("for sessions and groups names what these call and no more", async () => {
    expect(await actions("sessions, groups")).toEqual({
      ReadUserPool: [...FEATURES.read.needs, ...FEATURES.read.uses],
      SessionsUserPool: ["AdminGetUser", "AdminUserGlobalSignOut"],
      GroupsUserPool: ["CreateGroup", "UpdateGroup", "DeleteGroup"],
    });
  });

  test("names the account, and the features when one is unknown", async () => {
    const line = `iam-policy --user-pool-id ${POOL} --account-id 123456789012`;
    expect((await ran(line.split(" "))).stdout).toContain(
      `arn:aws:cognito-idp:eu-west-1:123456789012:userpool/${POOL}`,
    );
    const { exitCode, stderr } = await ran(["iam-policy", "--user-pool-id", POOL, "--with", "everything"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      '--with: there is no feature "everything"; the features are read, provision, sessions, groups, passwords, attributes',
    );
  });
});

interface Policy {
  readonly Statement: readonly { readonly Sid: string; readonly Action: readonly string[] }[];
}

function policyIn(text: string): Policy {
  const value: unknown = JSON.parse(text);
  if (!isPolicy(value)) throw new TypeError(`no policy: ${text}`);
  return value;
}

function isPolicy(value: unknown): value is Policy {
  return (
    typeof value === "object" && value !== null && "Statement" in value && Array.isArray(value.Statement)
  );
}

describe("config", () => {
  test("is the schema of the settings", async () => {
    const { exitCode, stdout } = await ran(["config"]);
    expect(exitCode).toBe(0);
    await expect(stdout).toMatchFileSnapshot("cli/golden/config.txt");
  });
});

describe("completion", () => {
  test.for([["bash"], ["zsh"], ["fish"], ["powershell"]])("of %s", async ([shell = ""]) => {
    const { exitCode, stdout } = await ran(["completion", shell]);
    expect(exitCode).toBe(0);
    await expect(stdout).toMatchFileSnapshot(`cli/golden/completion.${shell}`);
  });
});
