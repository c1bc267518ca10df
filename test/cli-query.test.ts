import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../cmd/connector/run.ts";
import {
  type MemoryContext,
  memoryContext,
  memoryInput,
  memoryOutput,
} from "../cmd/connector/testing.fixture.ts";
import { startCli } from "./support/connector-cli.ts";
import { createInventoryFixture } from "./support/inventory-fixture.ts";

const ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)";
const RUNAWAY = `${ENDLESS} SELECT count(*) FROM n`;
let folder: string;
let inventory: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "connector-query-"));
  inventory = join(folder, "pool.db");
  createInventoryFixture(inventory);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function query(args: readonly string[], over: Partial<MemoryContext> = {}) {
  const context = memoryContext({
    cwd: folder,
    env: { HOME: "/proc/none", BATON_INVENTORY: "pool.db" },
    ...over,
  });
  const code = await run(["query", ...args], context);
  return { code, stdout: context.stdout.text(), stderr: context.stderr.text() };
}

const ADMINS = "SELECT username, enabled, from_run FROM current_memberships WHERE group_name = 'admins'";

describe("the result of a query", () => {
  test.for([
    [
      "table",
      "USERNAME   ENABLED  FROM RUN\nada        yes      1\nben.admin  yes      1\nhal        no       1\n",
    ],
    ["csv", "username,enabled,from_run\r\nada,true,1\r\nben.admin,true,1\r\nhal,false,1\r\n"],
    [
      "jsonl",
      '{"username":"ada","enabled":true,"from_run":1}\n{"username":"ben.admin","enabled":true,"from_run":1}\n{"username":"hal","enabled":false,"from_run":1}\n',
    ],
  ] as const)("as %s", async ([output, text]) => {
    expect(await query([ADMINS, "--output", output])).toEqual({ code: 0, stdout: text, stderr: "" });
  });

  test("as JSON, with both columns of one name", async () => {
    const { stdout } = await query(["SELECT 1 AS a, 2 AS a, NULL AS a", "--output", "json"]);
    expect(JSON.parse(stdout)).toEqual([{ a: 1, a_2: 2, a_3: null }]);
  });

  test("does not let a name or a value control the terminal", async () => {
    const { stdout } = await query([
      "SELECT name AS \"\u001b[31m\" FROM current_users WHERE username = 'jon'",
      "--output",
      "table",
    ]);
    expect(stdout).toBe("\\U{1B}[31M\nJon <b>\\u{202e}\n");
  });

  test("with its number of rows on a terminal", async () => {
    const stderr = memoryOutput({ isTerminal: true });
    await query([ADMINS, "--output", "table"], { stderr });
    expect(stderr.text()).toBe("3 rows\n");
  });

  test("without rows is complete and empty", async () => {
    expect(await query(["SELECT sub FROM users WHERE false", "--output", "json"])).toMatchObject({
      code: 0,
      stdout: "[]\n",
    });
  });

  test("that breaks off is said to be incomplete", async () => {
    const sql = `${ENDLESS} SELECT CASE i WHEN 1000 THEN abs(-9223372036854775807 - 1) ELSE i END FROM n`;
    const { code, stdout, stderr } = await query([sql]);
    expect(code).toBe(20);
    expect(stdout.split("\n").length).toBeGreaterThan(200);
    expect(stderr).toMatch(
      /^connector: incomplete output, only \d+ rows: the inventory refused the query: integer overflow\n$/,
    );
  });
});

describe("a query", () => {
  test("comes from a file, with a byte order mark or not, or from stdin", async () => {
    writeFileSync(
      join(folder, "report.sql"),
      "\ufeff-- members\nSELECT count(*) AS members\nFROM current_memberships;\n",
    );
    const expected = { code: 0, stdout: '{"members":10}\n', stderr: "" };
    expect(await query(["--file", "report.sql"])).toEqual(expected);
    const stdin = memoryInput("SELECT count(*) AS members FROM current_memberships");
    expect(await query(["--file", "-"], { stdin })).toEqual(expected);
  });

  test.for([
    [[]],
    [["SELECT 1", "--list"]],
    [["SELECT 1", "--file", "x.sql"]],
    [["--file", "x.sql", "--list"]],
  ] as const)("is given in one way: %j", async ([args]) => {
    expect(await query(args)).toEqual({
      code: 2,
      stdout: "",
      stderr:
        'connector: give one of three: a query, --file, or --list; "connector query --help" shows the usage\n',
    });
  });

  test.for([
    [["--file", "none.sql"], '--file: "none.sql" cannot be read (ENOENT)'],
    [["--file", "/dev/zero"], "--file: is longer than 1 MiB"],
    [["SELECT 1", "--timeout", "0"], "--timeout: must be from 1 to 86400"],
    [["SELECT 1; SELECT 2"], "one query is one statement, and here is more"],
    [
      ["SELECT * FROM current_user"],
      "the inventory refused the query: no such table: current_user; did you mean current_users?",
    ],
    [
      ["SELECT emial FROM users"],
      "the inventory refused the query: no such column: emial; did you mean email?",
    ],
    [["SELECT FROM"], 'the inventory refused the query: near "FROM": syntax error'],
  ] as const)("that is wrong is one line: %j", async ([args, line]) => {
    expect(await query(args)).toEqual({ code: 2, stdout: "", stderr: `connector: ${line}\n` });
  });

  test("that would write is refused", async () => {
    const { code, stderr } = await query([`VACUUM INTO '${join(folder, "copy.db")}'`]);
    expect(code).toBe(7);
    expect(stderr).toBe(
      "connector: the inventory refused the query: authorization denied; a query may only read the tables and views of the inventory\n",
    );
    expect(existsSync(join(folder, "copy.db"))).toBe(false);
  });

  test("needs an inventory that exists", async () => {
    expect(await query(["SELECT 1"], { env: { HOME: "/proc/none" } })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("inventory: missing; give --inventory or BATON_INVENTORY"),
    });
    expect(await query(["SELECT 1", "--inventory", "none.db"])).toMatchObject({
      code: 9,
      stderr: expect.stringContaining("the inventory none.db does not exist; fill it first"),
    });
    expect(await query(["SELECT 1", "--inventory", "mysql://u:s3cret-word/d"])).toMatchObject({
      code: 2,
      stderr: expect.not.stringContaining("s3cret-word"),
    });
  });
});

test("the list names each table and view with its columns, and needs no inventory", async () => {
  const { code, stdout } = await query(["--list", "--output", "csv"], { env: { HOME: "/proc/none" } });
  expect(code).toBe(0);
  const lines = stdout.split("\r\n");
  expect(lines[0]).toBe("name,kind,column,type,nullable,meaning");
  expect(lines).toContain(
    'users,table,status,text,false,"the UserStatus as Cognito sent it, such as CONFIRMED"',
  );
  expect(lines.filter((line) => line.startsWith("role_access,view,"))).toHaveLength(7);
});

/** The processes that a process has started. */
function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  return text
    .split(" ")
    .filter((word) => word !== "")
    .map(Number);
}

/** Whether the process still runs; one that has ended may wait for somebody to collect it. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

function residentMiB(pid: number): number {
  const [, kib = "0"] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kib) / 1024;
}

/** Starts a query that never ends, and waits until its process works on it. */
async function startRunaway(...args: string[]) {
  const cli = startCli(["query", "--inventory", inventory, RUNAWAY, ...args]);
  const pid = cli.process.pid ?? 0;
  let child = 0;
  await expect
    .poll(
      () => {
        child = childrenOf(pid)[0] ?? 0;
        return child === 0 ? 0 : Number(readFileSync(`/proc/${child}/stat`, "utf8").split(" ")[13]);
      },
      { timeout: 100_000 },
    )
    .toBeGreaterThan(60);
  return { cli, child };
}

describe("a query that never ends", () => {
  test("is stopped after its time", async () => {
    const began = performance.now();
    const { code, stdout, stderr } = await query([RUNAWAY, "--timeout", "1"]);
    expect({ code, stdout, stderr }).toEqual({
      code: 4,
      stdout: "",
      stderr: "connector: the query took longer than 1 s and was stopped; narrow it, or give it more time\n",
    });
    expect(performance.now() - began).toBeLessThan(100_000);
  });

  test("is ended at once by Ctrl-C, with its process", async () => {
    const { cli, child } = await startRunaway();
    cli.process.kill("SIGINT");
    expect(await cli.result).toEqual({ code: 1, stdout: "", stderr: "connector: stopped by SIGINT\n" });
    await expect.poll(() => isRunning(child), { timeout: 100_000 }).toBe(false);
  });

  test("does not outlive a program that is killed", async () => {
    const { cli, child } = await startRunaway();
    cli.process.kill("SIGKILL");
    await cli.result;
    await expect.poll(() => isRunning(child), { timeout: 100_000 }).toBe(false);
  });
});

test("endless rows wait for their reader, in bounded memory, and end with it", async () => {
  const cli = startCli([
    "query",
    "--inventory",
    inventory,
    `${ENDLESS} SELECT i, printf('%.5000c', 'x') FROM n`,
  ]);
  const pid = cli.process.pid ?? 0;
  let bytes = 0;
  await new Promise<void>((resolve) => {
    cli.process.stdout?.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > 50_000_000) {
        cli.process.stdout?.pause();
        resolve();
      }
    });
  });
  const [child = 0] = childrenOf(pid);
  expect(residentMiB(pid)).toBeLessThan(250);
  expect(residentMiB(child)).toBeLessThan(250);
  cli.process.stdout?.destroy();
  expect((await cli.result).code).toBe(0);
  await expect.poll(() => isRunning(child), { timeout: 100_000 }).toBe(false);
});
