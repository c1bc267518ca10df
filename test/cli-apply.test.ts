// `connector apply`: the whole program over the scripted Cognito.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { run } from "../cmd/connector/run.ts";
import { memoryContext, memoryInput, memoryOutput } from "../cmd/connector/testing.fixture.ts";
import { isRecord } from "../pkg/core/unknown.ts";
import { person } from "./cognito/definitions.ts";
import type { ArmedRule } from "./cognito/faults.ts";
import { createPool, type Pool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { type CliResult, startCli } from "./support/connector-cli.ts";

const POOL = "us-east-1_Ab129faBb";
const ROLE = "arn:aws:iam::123456789012:role/admins";

let folder: string;
let pool: Pool;
let cognito: ScriptedCognito;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "connector-apply-"));
  pool = createPool({
    id: POOL,
    estimatedUsers: 100,
    schema: [{ name: "custom:team", max: 10 }],
    users: [
      person(0, {
        username: "grace",
        groups: ["readers", "writers"],
        attributes: { email: "grace@example.com" },
      }),
      person(1, { username: "joan" }),
      person(2, { username: "barred", enabled: false }),
      person(3, { username: "old" }),
    ],
    groups: ["readers", "writers", "a", "b", "c", { name: "admins", roleArn: ROLE }],
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
  `--state-dir=${join(folder, "state")}`,
  "--log-format=console",
];

interface In {
  readonly stdin?: string;
  readonly signal?: AbortSignal;
  readonly output?: string;
}

async function apply(text: string | Buffer, args: readonly string[] = [], over: In = {}): Promise<CliResult> {
  writeFileSync(join(folder, "people"), text);
  const env = { BATON_AWS_ACCESS_KEY_ID: "AKIDTEST", BATON_AWS_SECRET_ACCESS_KEY: "test-secret-key" };
  const { stdin = "", signal = new AbortController().signal, output = "jsonl" } = over;
  const context = memoryContext({
    env,
    cwd: folder,
    stdin: memoryInput(stdin),
    signal,
    now: Date.now,
    monotonic: () => performance.now(),
  });
  const file = args.includes("--file") ? [] : ["--file", "people"];
  const code = await run(["apply", ...file, ...args, ...settings(), "--output", output], context);
  return { code, stdout: context.stdout.text(), stderr: context.stderr.text() };
}

const changing = (text: string | Buffer, ...args: string[]): Promise<CliResult> =>
  apply(text, [...args, "--provisioning"]);

function rows({ stdout }: CliResult): Record<string, unknown>[] {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line): unknown => JSON.parse(line))
    .filter((row) => isRecord(row));
}

const outcomes = (result: CliResult): unknown[] => rows(result).map(({ line, outcome }) => [line, outcome]);
const causes = (result: CliResult): unknown[] => rows(result).map(({ line, cause }) => [line, cause]);
const groupsOf = (username: string): string[] => pool.groupsOf(username, 0, 60).items.map(({ name }) => name);
const isRead = (operation: string): boolean => /^(Admin)?(List|Get|Describe)/.test(operation);
const writes = (): string[] =>
  cognito.stats.calls.map(({ operation }) => operation).filter((operation) => !isRead(operation));
/** The call is made, its answer is cut, and no account can be read afterwards. */
const loseAnswer = (operation: string): ArmedRule[] => {
  const rules = [cognito.script({ operation, times: 1, cut: "after" })];
  cognito.onCall(operation, 1, () => {
    rules.push(...refuseReads());
  });
  return rules;
};
const refuseReads = (): ArmedRule[] =>
  ["AdminGetUser", "ListUsers"].map((operation) =>
    cognito.script({ operation, error: { name: "AccessDeniedException" } }),
  );
const hashOf = ({ stderr }: CliResult): string => /plan hash: ([0-9a-f]{64})/.exec(stderr)?.[1] ?? "";

const ONBOARDING = `action,login,email,user,group,invite,attribute:custom:team
create,ada,ada@example.com,,,true,red
grant,,,ada,readers,,
revoke,,,grace@example.com,writers,,
disable,,,joan,,,
enable,,,barred,,,
delete,,,old,,,
`;

describe("a file of changes", () => {
  test("is made row by row, also for an account that an earlier row creates", async () => {
    const result = await changing(ONBOARDING, "--reason", "CHG-4711");
    expect(result).toMatchObject({ code: 0, stderr: "6 rows: 6 done\n" });
    expect(outcomes(result)).toEqual([2, 3, 4, 5, 6, 7].map((line) => [line, "done"]));
    expect(groupsOf("ada")).toEqual(["readers"]);
    expect(pool.stored("ada")?.attributes.get("custom:team")).toBe("red");
    expect(groupsOf("grace")).toEqual(["readers"]);
    expect([pool.stored("joan")?.enabled, pool.stored("barred")?.enabled]).toEqual([false, true]);
    expect(pool.stored("old")).toBeUndefined();
    const log = readFileSync(join(folder, "state", `${POOL}.audit.jsonl`), "utf8")
      .trimEnd()
      .split("\n");
    expect(log).toHaveLength(6);
    for (const line of log)
      expect(JSON.parse(line)).toMatchObject({ justification: "CHG-4711", outcome: "done" });
  });

  test("as JSONL on stdin does the same", async () => {
    const lines = [
      {
        action: "create-account",
        login: "ada",
        email: "ada@example.com",
        attributes: { "custom:team": "red" },
      },
      { action: "grant", user: "ada", group: "readers", reason: "for this row" },
    ];
    const stdin = `\ufeff${lines.map((line) => JSON.stringify(line)).join("\r\n")}\r\n`;
    const result = await apply("", ["--file", "-", "--provisioning"], { stdin });
    expect([result.code, outcomes(result)]).toEqual([
      0,
      [
        [1, "done"],
        [2, "done"],
      ],
    ]);
    expect(groupsOf("ada")).toEqual(["readers"]);
  });

  test("that is applied twice is made once", async () => {
    await changing(ONBOARDING);
    const made = writes();
    const again = await changing(ONBOARDING);
    expect(again).toMatchObject({ code: 0, stderr: "6 rows: 6 done before\n" });
    expect(outcomes(again)).toEqual([2, 3, 4, 5, 6, 7].map((line) => [line, "done-before"]));
    expect(writes()).toEqual(made);
    expect(pool.stored("ada")?.invitations).toBe(1);
  });

  test("needs --provisioning, and is not read before", async () => {
    const result = await apply(ONBOARDING);
    expect([result.code, writes()]).toEqual([9, []]);
  });

  test("tells in a table what became of each row", async () => {
    const result = await apply("action,user,group\ngrant,joan,readers\n", ["--provisioning"], {
      output: "table",
    });
    const { sub } = pool.stored("joan") ?? { sub: "" };
    expect(result.stdout).toBe(`line 2: done: grant, user ${sub}, group readers\n`);
  });
});

test("a row with nothing to do says why, in the plan and in the result", async () => {
  const file = `action,login,user,group
create,joan,,
grant,,grace,readers
revoke,,joan,readers
enable,,joan,
`;
  const why = [
    [2, "the account already exists, with all that the row asks for"],
    [3, "the user is already in the group"],
    [4, "the user is not in the group"],
    [5, "the user is already enabled"],
  ];
  for (const flag of ["--dry-run", "--provisioning"]) {
    const result = await apply(file, [flag]);
    expect([flag, result.code, causes(result)]).toEqual([flag, 0, why]);
    expect(new Set(rows(result).map(({ outcome }) => outcome))).toEqual(new Set(["nothing-to-do"]));
  }
  expect(writes()).toEqual([]);
});

describe("nothing is changed while one row is wrong:", () => {
  test.for<[string, string, readonly (readonly [number, string])[], number]>([
    [
      "a user who is not there",
      "action,user\ndisable,joan\ndisable,nobody\n",
      [[3, "user is not in this pool"]],
      5,
    ],
    [
      "a user to revoke from who is not there",
      "action,user,group\nrevoke,nobody,readers\n",
      [[2, "user: is not in"]],
      5,
    ],
    [
      "a group that is not there",
      "action,user,group\ngrant,joan,readerz\n",
      [[2, "group readerz is not in"]],
      5,
    ],
    [
      "a group to revoke that is not there",
      "action,user,group\nrevoke,joan,readerz\nrevoke,grace,readers\n",
      [[2, "group readerz is not in"]],
      5,
    ],
    [
      "an account that exists already and is another one",
      "action,login,email,attribute:custom:team\ncreate,joan,hunter2@example.com,red\ncreate,grace,grace@example.com,\n",
      [[2, "not applied: custom:team, email; change it by its own commands"]],
      6,
    ],
    [
      "a group that the policy refuses",
      "action,user,group\ngrant,joan,admins\n",
      [[2, "has the IAM role"]],
      21,
    ],
    [
      "an attribute against the schema",
      "action,login,attribute:custom:team,attribute:zoneinfo\ncreate,x,hunter2-hunter2,\n",
      [[2, "attribute:custom:team"]],
      2,
    ],
    [
      "the same twice under two names",
      "action,user,group\ngrant,grace,a\ngrant,grace@example.com,a\n",
      [[3, "asks for the same as line 2; remove one of them"]],
      2,
    ],
    [
      "two creations of one account",
      "action,login,email\ncreate,x,x@example.com\ncreate,X,\ncreate,y,\ncreate,y,\n",
      [[5, "asks for the same as line 4"]],
      2,
    ],
    [
      "a contradiction",
      "action,user,group\ngrant,joan,a\nrevoke,joan,a\ndelete,old,\ndisable,old,\n",
      [
        [3, "revoke contradicts grant in line 2"],
        [5, "disable contradicts delete in line 4"],
      ],
      2,
    ],
  ])("%s", async ([, text, wanted, code]) => {
    const result = await changing(text);
    expect(result.code).toBe(code);
    expect(rows(result)).toMatchObject(
      wanted.map(([line, cause]) => ({ line, cause: expect.stringContaining(cause) as unknown })),
    );
    expect(result.stderr).toContain("nothing was changed: ");
    expect(result.stdout + result.stderr).not.toContain("hunter2");
    expect(writes()).toEqual([]);
  });

  test.for<[string, string, object[]]>([
    [
      "against the pool",
      "action,user,group\ngrant,joan,readerz\ndisable,nobody,\n",
      [
        { line: 2, action: "grant", user: "joan", group: "readerz", outcome: "refused" },
        { line: 3, action: "disable", user: "nobody", group: null, outcome: "refused" },
      ],
    ],
    [
      "by themselves",
      "action,user,group,login\nban,joan,,\nadd-to-group,grace,,\ngrant,,a,\ncreate,,a,\n",
      [
        { line: 2, action: null, user: "joan", group: null, outcome: "refused" },
        { line: 3, action: null, user: "grace", group: null, outcome: "refused" },
        { line: 4, action: "grant", user: null, group: "a", outcome: "refused" },
        { line: 5, action: "create", user: null, group: "a", outcome: "refused" },
        { line: 5, action: "create", user: null, group: "a", outcome: "refused" },
      ],
    ],
    [
      "in the shape of the file",
      "action,user\ndisable,joan,more\n",
      [{ line: 2, outcome: "refused", would_call: [] }],
    ],
  ])("the refused rows say what they asked for, checked %s", async ([, text, wanted]) => {
    expect(rows(await changing(text))).toMatchObject(wanted);
  });

  test("more groups than a user can have, counted over the whole file", async () => {
    const text = "action,user,group\nrevoke,grace,readers\ngrant,grace,a\ngrant,grace,b\n";
    const result = await changing(text, "--max-groups-per-user=2");
    expect([result.code, causes(result), writes()]).toEqual([
      8,
      [[4, expect.stringContaining("is in 2 groups")]],
      [],
    ]);
  });

  test.for<[string, string, string[], string]>([
    [
      "more disables than are left of the hour",
      "action,user\ndisable,joan\ndisable,grace\n",
      ["--max-disables-per-hour=1"],
      "the file needs 2 disables, and 1 are left of the limit of 1; split the file, wait, or set --max-disables-per-hour to 2",
    ],
    [
      "more invitations than are left",
      "action,login,email,invite\ncreate,x,x@example.com,true\ncreate,y,y@example.com,true\n",
      ["--max-invitations-per-day=1"],
      "--max-invitations-per-day to 2",
    ],
    [
      "more changes than are allowed",
      "action,user,group\ngrant,joan,a\ngrant,joan,b\n",
      ["--max-changes=1"],
      "the file makes 2 changes, and 1 are allowed; --max-changes 2 allows them",
    ],
    [
      "too large a share of the users",
      "action,user,group\ndisable,joan,\nrevoke,grace,readers\nrevoke,grace,writers\n",
      ["--max-percent=1"],
      "the file takes access away from 2 of about 100 users, and 1 percent are allowed; --max-percent 2 allows it",
    ],
  ])("%s", async ([, text, args, message]) => {
    const result = await changing(text, ...args);
    expect(result.code).toBe(21);
    expect(result.stderr).toContain(message);
    expect(writes()).toEqual([]);
  });
});

describe("a plan", () => {
  test("says what each row would do, and changes nothing", async () => {
    const result = await apply(ONBOARDING, ["--dry-run"]);
    expect(result.code).toBe(0);
    expect(rows(result).map(({ outcome, would_call }) => [outcome, would_call])).toEqual([
      ["planned", ["AdminCreateUser"]],
      ["planned", ["AdminAddUserToGroup"]],
      ["planned", ["AdminRemoveUserFromGroup"]],
      ["planned", ["AdminDisableUser", "AdminUserGlobalSignOut"]],
      ["planned", ["AdminEnableUser"]],
      ["planned", ["AdminDeleteUser"]],
    ]);
    expect(rows(result).map(({ user }) => typeof user)).toEqual([
      "object",
      "object",
      "string",
      "string",
      "string",
      "string",
    ]);
    expect(rows(result).map(({ plan_hash }) => plan_hash)).toEqual(Array(6).fill(hashOf(result)));
    expect(writes()).toEqual([]);
    expect(readdirSync(folder)).toEqual(["people"]);
  });

  test("holds the run to it", async () => {
    const hash = hashOf(await apply(ONBOARDING, ["--dry-run"]));
    expect(await changing(ONBOARDING, "--plan-hash", hash)).toMatchObject({ code: 0 });
  });

  test("of another file or another state of the pool stops the run, and says which", async () => {
    const hash = hashOf(await apply(ONBOARDING, ["--dry-run"]));
    const file = await changing(ONBOARDING.replace("readers", "a"), "--plan-hash", hash);
    expect([file.code, file.stderr]).toEqual([
      9,
      expect.stringContaining("the file is not the one of that plan"),
    ]);
    await changing("action,user,group\nrevoke,grace,writers\n");
    const made = writes();
    const changed = await changing(ONBOARDING, "--plan-hash", hash);
    expect([changed.code, changed.stderr]).toEqual([
      9,
      expect.stringContaining("the pool has changed since that plan was made"),
    ]);
    expect(writes()).toEqual(made);
  });
});

describe("a run that stops", () => {
  const GRANTS = "action,user,group\ngrant,joan,a\ngrant,joan,b\ngrant,joan,c\n";

  test("at a failure that would meet every row goes on with the same command", async () => {
    const hash = hashOf(await apply(GRANTS, ["--dry-run"]));
    cognito.script({ operation: "AdminAddUserToGroup", nth: 2, error: { name: "AccessDeniedException" } });
    const result = await changing(GRANTS, "--plan-hash", hash);
    expect([result.code, outcomes(result)]).toEqual([
      20,
      [
        [2, "done"],
        [3, "failed"],
        [4, "not-attempted"],
      ],
    ]);
    expect(result.stderr).toContain(
      "3 rows: 1 done, 1 failed, 1 not attempted; run the same command again to go on",
    );
    const again = await changing(GRANTS, "--plan-hash", hash);
    expect([again.code, outcomes(again)]).toEqual([
      0,
      [
        [2, "done-before"],
        [3, "done"],
        [4, "done"],
      ],
    ]);
    expect(groupsOf("joan")).toEqual(["a", "b", "c"]);
  });

  test("by a signal stops between two rows and says how to go on", async () => {
    const stop = new AbortController();
    cognito.onCall("AdminAddUserToGroup", 1, () => {
      stop.abort(Object.assign(new Error("stopped by SIGINT"), { name: "AbortError" }));
    });
    const result = await apply(GRANTS, ["--provisioning"], { signal: stop.signal });
    expect([result.code, outcomes(result)]).toEqual([
      20,
      [
        [2, "done"],
        [3, "not-attempted"],
        [4, "not-attempted"],
      ],
    ]);
    expect(result.stderr).toContain("run the same command again to go on");
    expect(groupsOf("joan")).toEqual(["a"]);
  });

  test.for(["AdminAddUserToGroup", "AdminDeleteUser", "AdminCreateUser", "AdminDisableUser"])(
    "by a kill during %s goes on in the next process, and doubles nothing",
    { timeout: 120_000 },
    async (operation) => {
      const hash = hashOf(await apply(ONBOARDING, ["--dry-run"]));
      const hold = cognito.hold({ operation }, "answer");
      const victim = startCli(["apply", "--file", join(folder, "people"), ...settings(), "--provisioning"]);
      await hold.arrived();
      victim.process.kill("SIGKILL");
      await victim.result;
      hold.release();
      const result = await changing(ONBOARDING, "--plan-hash", hash);
      expect(result).toMatchObject({ code: 0 });
      expect(writes().filter((one) => one === "AdminCreateUser")).toHaveLength(1);
      expect(pool.stored("ada")?.invitations).toBe(1);
      expect([groupsOf("ada"), groupsOf("grace")]).toEqual([["readers"], ["readers"]]);
      expect([pool.stored("joan")?.enabled, pool.stored("old")]).toEqual([false, undefined]);
    },
  );

  test("at a creation whose answer is lost takes the account that it may have made, the next time", async () => {
    const text = ONBOARDING.split("\n").slice(0, 3).join("\n");
    const hash = hashOf(await apply(text, ["--dry-run"]));
    const unread = loseAnswer("AdminCreateUser");
    const result = await changing(text, "--plan-hash", hash);
    expect([result.code, outcomes(result)]).toEqual([
      20,
      [
        [2, "failed"],
        [3, "not-attempted"],
      ],
    ]);
    expect(result.stderr).toContain("run the same command again to go on");
    for (const rule of unread) rule.remove();
    const again = await changing(text, "--plan-hash", hash);
    expect([again.code, outcomes(again)]).toEqual([
      0,
      [
        [2, "nothing-to-do"],
        [3, "done"],
      ],
    ]);
    expect(pool.stored("ada")?.invitations).toBe(1);
  });

  test("twice at the same creation does not forget that it was begun", async () => {
    const text = ONBOARDING.split("\n").slice(0, 2).join("\n");
    await apply(text, ["--dry-run"]);
    // The last read before the first change.
    const nth = cognito.stats.count("DescribeUserPool");
    let unread = loseAnswer("AdminCreateUser");
    expect(await changing(text)).toMatchObject({ code: 20 });
    for (const rule of unread) rule.remove();
    cognito.onCall("DescribeUserPool", nth, () => {
      unread = refuseReads();
    });
    const second = await changing(text);
    expect([second.code, outcomes(second)]).toEqual([7, [[2, "failed"]]]);
    for (const rule of unread) rule.remove();
    const again = await changing(text);
    expect([again.code, outcomes(again)]).toEqual([0, [[2, "nothing-to-do"]]]);
  });

  test("with a row that failed reports it, makes the others, and ends with 20", async () => {
    const text = "action,user,group\ngrant,joan,a\ngrant,grace,b\n";
    cognito.onCall("AdminAddUserToGroup", 1, () => pool.deleteUser("grace"));
    const result = await changing(text);
    expect([result.code, outcomes(result)]).toEqual([
      20,
      [
        [2, "done"],
        [3, "failed"],
      ],
    ]);
    expect(rows(result)[1]).toMatchObject({
      code: "not-found",
      cause: expect.stringContaining("is not in this pool"),
    });
  });

  test("with a row whose sessions could not be ended fails, and the next run ends them", async () => {
    const text = "action,user,group\nrevoke,grace,readers\n";
    cognito.script({
      operation: "AdminUserGlobalSignOut",
      times: 1,
      error: { name: "UnknownOperationException" },
    });
    const result = await changing(text, "--end-sessions");
    expect([result.code, outcomes(result), groupsOf("grace")]).toEqual([20, [[2, "failed"]], ["writers"]]);
    expect(rows(result)[0]).toMatchObject({
      change: expect.any(String),
      cause: expect.stringContaining("were not ended: AdminUserGlobalSignOut: "),
    });
    const again = await changing(text, "--end-sessions");
    expect([again.code, outcomes(again)]).toEqual([0, [[2, "done"]]]);
    expect(pool.stored("grace")?.signOuts).toBe(1);
  });

  test("mark 35: of a revoke whose group was deleted since is still done before", async () => {
    const text = "action,user,group\nrevoke,grace,readers\nrevoke,grace,writers\n";
    await changing(text);
    pool.deleteGroup("readers");
    const again = await changing(text);
    expect([again.code, outcomes(again)]).toEqual([
      0,
      [
        [2, "done-before"],
        [3, "done-before"],
      ],
    ]);
  });

  test("is not repeated silently when somebody has undone a row since", async () => {
    await changing(GRANTS);
    await changing("action,user,group\nrevoke,joan,b\n");
    const again = await changing(GRANTS);
    expect([again.code, causes(again)]).toEqual([
      9,
      [[3, expect.stringMatching(/^was done at .* and is no longer in effect; --restart applies/)]],
    ]);
    expect(groupsOf("joan")).toEqual(["a", "c"]);
    expect(await changing(GRANTS, "--restart")).toMatchObject({ code: 0 });
    expect(groupsOf("joan")).toEqual(["a", "c", "b"]);
  });
});

describe("a name that another account has by now", () => {
  const ADDRESS = "shared@example.com";
  const recordOf = (): string =>
    join(folder, "state", readdirSync(join(folder, "state")).find((one) => one.includes(".apply-")) ?? "");
  /** As a kill after the call leaves it: the row has begun, and its end is not recorded. */
  const cutRecord = (): void => {
    const lines = readFileSync(recordOf(), "utf8").trimEnd().split("\n");
    writeFileSync(recordOf(), `${lines.slice(0, -1).join("\n")}\n`);
  };
  const leaver = () => person(20, { username: "leaver", attributes: { email: ADDRESS } });
  const joiner = () => person(21, { username: "joiner", groups: ["a"], attributes: { email: ADDRESS } });

  test.for(["done", "begun"])("is not the account of a row that is %s", async (outcome) => {
    pool.addUser(leaver());
    const text = `action,user\ndelete,${ADDRESS}\n`;
    const hash = hashOf(await apply(text, ["--dry-run"]));
    expect(await changing(text, "--plan-hash", hash)).toMatchObject({ code: 0 });
    expect(pool.stored("leaver")).toBeUndefined();
    if (outcome === "begun") cutRecord();
    pool.addUser(joiner());
    const again = await changing(text, "--plan-hash", hash);
    expect([again.code, outcomes(again)]).toEqual([
      0,
      [[2, outcome === "begun" ? "nothing-to-do" : "done-before"]],
    ]);
    expect(pool.stored("joiner")).toBeDefined();
  });

  test.for([
    [{ "custom:team": "blue" }, 6, "refused", /and this of the row is not applied: custom:team, invitation;/],
    [
      { "custom:team": "red" },
      0,
      "nothing-to-do",
      /^the account exists, and it is not known whether its invitation was sent; resend-invitation sends one$/,
    ],
  ] as const)(
    "is not taken for what a creation that was begun asks for: %j",
    async ([own, code, outcome, cause]) => {
      const text = ONBOARDING.split("\n").slice(0, 2).join("\n");
      expect(await changing(text)).toMatchObject({ code: 0 });
      cutRecord();
      pool.deleteUser("ada");
      pool.addUser(person(22, { username: "ada", attributes: { email: "ada@example.com", ...own } }));
      const planned = await apply(text, ["--dry-run"]);
      expect([planned.code, causes(planned)]).toEqual([code, [[2, expect.stringMatching(cause)]]]);
      const again = await changing(text);
      expect([again.code, outcomes(again), causes(again)]).toEqual([
        code,
        [[2, outcome]],
        [[2, expect.stringMatching(cause)]],
      ]);
    },
  );

  test("is not the account of a row that was made in part", async () => {
    pool.addUser({ ...leaver(), groups: ["a"] });
    const text = `action,user,group\nrevoke,${ADDRESS},a\n`;
    cognito.script({
      operation: "AdminUserGlobalSignOut",
      times: 1,
      error: { name: "UnknownOperationException" },
    });
    expect(outcomes(await changing(text, "--end-sessions"))).toEqual([[2, "failed"]]);
    pool.deleteUser("leaver");
    pool.addUser(joiner());
    expect(await changing(text, "--end-sessions")).toMatchObject({ code: 0 });
    expect([groupsOf("joiner"), pool.stored("joiner")?.signOuts]).toEqual([["a"], 0]);
  });

  test("while the file is applied is not changed: the plan had the other one", async () => {
    const leaving = pool.addUser(leaver());
    pool.addUser({ ...joiner(), attributes: {} });
    cognito.onCall("AdminAddUserToGroup", 1, () => {
      pool.setAttribute(leaving, "email", undefined);
      const joining = pool.stored("joiner");
      if (joining !== undefined) pool.setAttribute(joining, "email", ADDRESS);
    });
    const result = await changing(
      `action,user,group\ngrant,joan,b\nrevoke,${ADDRESS},a\ndisable,${ADDRESS},\n`,
    );
    expect([result.code, outcomes(result)]).toEqual([
      0,
      [
        [2, "done"],
        [3, "nothing-to-do"],
        [4, "done"],
      ],
    ]);
    expect(groupsOf("joiner")).toEqual(["a"]);
    expect([pool.stored("joiner")?.enabled, pool.stored("leaver")?.enabled]).toEqual([true, false]);
  });
});

test.for([{ flags: [] }, { flags: ["--restart"] }])(
  "a file that another process has applied since it was checked is not applied by that plan: %j",
  async ({ flags }) => {
    const text = "action,login,email,invite\ncreate,ada,ada@example.com,true\n";
    await apply(text, ["--dry-run"]);
    // The last read before the first change.
    const nth = cognito.stats.count("DescribeUserPool");
    let other: CliResult | undefined;
    cognito.onCall("DescribeUserPool", nth, async () => {
      other = await changing(text);
    });
    const result = await changing(text, ...flags);
    expect(other?.code).toBe(0);
    expect([result.code, result.stdout, result.stderr]).toEqual([
      10,
      "",
      "connector: another process has applied this file meanwhile, so nothing was changed; run the same command again\n",
    ]);
    const again = await changing(text);
    expect([again.code, outcomes(again)]).toEqual([0, [[2, "done-before"]]]);
    expect(pool.stored("ada")?.invitations).toBe(1);
  },
);

test("a pool that cannot be read ends the check at once, and not after every row", async () => {
  cognito.script({ operation: "AdminGetUser", error: { name: "AccessDeniedException" } });
  const many = Array.from({ length: 300 }, (_, i) => `disable,u${i}`).join("\n");
  const result = await changing(`action,user\n${many}\n`);
  expect([result.code, result.stdout, writes()]).toEqual([7, "", []]);
  expect(cognito.stats.count("AdminGetUser")).toBeLessThan(30);
});

test("a record of the progress holds ids and hashes, and no value of the file", async () => {
  await changing(ONBOARDING);
  const [name = ""] = readdirSync(join(folder, "state")).filter((one) => one.includes(".apply-"));
  const text = readFileSync(join(folder, "state", name), "utf8");
  expect(text).not.toMatch(/ada|grace|example|red/);
});

test("a closed output stops the run after the row that was made, and is no success", async () => {
  writeFileSync(join(folder, "people"), "action,user,group\ngrant,joan,a\ngrant,joan,b\n");
  const { ReaderGone } = await import("../cmd/connector/process/context.ts");
  const closed = { ...memoryOutput(), write: () => Promise.reject(new ReaderGone("closed")) };
  const context = memoryContext({
    env: { BATON_AWS_ACCESS_KEY_ID: "AKIDTEST", BATON_AWS_SECRET_ACCESS_KEY: "test-secret-key" },
    cwd: folder,
    stdout: closed,
    now: Date.now,
    monotonic: () => performance.now(),
  });
  const code = await run(["apply", "--file", "people", ...settings(), "--provisioning"], context);
  expect([code, groupsOf("joan")]).toEqual([20, ["a"]]);
});
