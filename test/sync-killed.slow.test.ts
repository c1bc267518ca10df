import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readSyncFile } from "../pkg/store/read-sync-file.ts";
import { people } from "./cognito/definitions.ts";
import { createPool, type Pool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { runCli, startCli } from "./support/connector-cli.ts";
import { DRAWN, drawnOf } from "./support/thorough.ts";

const POOL = "us-east-1_Ab129faBb";

/** 130 users, groups of 130, 61 and 0 members: 1 + 3 + 1 + (3 + 2 + 1) calls. */
function smallPool(): Pool {
  const users = people(130, (index) => ({ groups: index < 61 ? ["all", "some"] : ["all"] }));
  return createPool({ id: POOL, users, groups: ["all", "some", "none"] });
}

const CALLS = 1 + 3 + 1 + 6;

let folder: string;
let file: string;
let cognito: ScriptedCognito;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "connector-killed-"));
  file = join(folder, "sync.c1z");
  cognito = await startScriptedCognito({ pools: [smallPool()] });
});

afterEach(async () => {
  await cognito.close();
  rmSync(folder, { recursive: true, force: true });
});

function args(...more: string[]): string[] {
  const where = ["--file", file, "--user-pool-id", POOL, "--endpoint-url", cognito.url];
  return ["sync", ...where, "--rate", "1000", "--output", "json", ...more];
}

describe("a sync that is killed", () => {
  async function rows(of: string): Promise<string[]> {
    const reader = await readSyncFile({ file: of }, new AbortController().signal);
    try {
      const [run] = reader.runs();
      const syncId = run?.syncId ?? "";
      return [
        ...[...reader.resources(syncId)].map((row) => `${row.id?.resourceType}:${row.id?.resource}`),
        ...[...reader.entitlements(syncId)].map((row) => row.id),
        ...[...reader.grants(syncId)].map((row) => row.id),
      ].sort();
    } finally {
      reader.close();
    }
  }

  let expected: readonly string[];
  let undisturbed: string;

  beforeAll(async () => {
    undisturbed = mkdtempSync(join(tmpdir(), "connector-undisturbed-"));
    const alone = await startScriptedCognito({ pools: [smallPool()] });
    const whole = join(undisturbed, "sync.c1z");
    const where = ["--user-pool-id", POOL, "--endpoint-url", alone.url];
    const { code, stderr } = await runCli(["sync", "--file", whole, ...where, "--rate", "1000"]);
    await alone.close();
    if (code !== 0) throw new Error(stderr);
    expected = await rows(whole);
  });

  afterAll(() => rmSync(undisturbed, { recursive: true }));

  // pkg/sync/run-sync.test.ts cuts every call in memory.
  const calls = drawnOf(
    Array.from({ length: CALLS }, (_, index) => index + 1),
    4,
    "a sync that is killed",
  );
  test.for(calls)(
    `with SIGKILL at call %i and run again has the same rows, and reads at most one page of each listing again (${DRAWN})`,
    async (nth) => {
      const killed = startCli(args());
      const rule = cognito.script({
        overall: nth,
        run: () => {
          killed.process.kill("SIGKILL");
        },
      });
      expect((await killed.result).code).toBeNull();
      expect(rule.fired).toBe(1);
      expect(existsSync(file)).toBe(false);
      const readByFirst = cognito.stats.count();
      cognito.stats.reset();

      const again = await runCli(args());
      expect({ code: again.code, stderr: again.code === 0 ? "" : again.stderr }).toEqual({
        code: 0,
        stderr: "",
      });
      expect(await rows(file)).toEqual(expected);
      // The second run describes the pool again, and reads again the pages in flight, one of each listing.
      const reread = readByFirst + cognito.stats.count() - 1 - CALLS;
      expect(reread).toBeGreaterThanOrEqual(0);
      expect(reread).toBeLessThanOrEqual(5);
    },
  );

  test("does not change a byte of the previous file", async () => {
    await runCli(args());
    const before = readFileSync(file);
    const killed = startCli(args());
    cognito.script({
      operation: "ListUsersInGroup",
      nth: 4,
      run: () => {
        killed.process.kill("SIGKILL");
      },
    });
    expect((await killed.result).code).toBeNull();
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test("locks its file against a second sync while it runs, and unlocks it when it dies", async () => {
    const hold = cognito.hold({ operation: "ListUsers" });
    const first = startCli(args());
    await hold.arrived();
    const second = await runCli(args());
    expect(second.code).toBe(9);
    expect(second.stderr).toMatch(/another sync/);
    first.process.kill("SIGKILL");
    await first.result;
    hold.release();
    expect((await runCli(args())).code).toBe(0);
  });

  test("SIGTERM ends it between two pages, and the same command continues", async () => {
    const running = startCli(args());
    cognito.script({
      operation: "ListUsersInGroup",
      nth: 2,
      run: () => {
        running.process.kill("SIGTERM");
      },
    });
    const { code, stderr } = await running.result;
    expect(code).toBe(1);
    expect(stderr).toMatch(/goes on from there/);
    const again = await runCli(args());
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({
      resumed: true,
      users: 130,
      groups: 3,
      memberships: 191,
    });
  });
});

describe("a sync that fails", () => {
  test.for([
    [
      "a pool that does not exist",
      "ResourceNotFoundException",
      `User pool ${POOL} does not exist.`,
      9,
      /pool/i,
      {},
    ],
    [
      "a revoked credential",
      "UnrecognizedClientException",
      "The security token included in the request is invalid.",
      16,
      /credential|key/i,
      {},
    ],
    [
      "a missing permission",
      "AccessDeniedException",
      "User: x is not authorized to perform: cognito-idp:ListUsers",
      7,
      /cognito-idp:/,
      { operation: "ListUsers" },
    ],
  ] as const)(
    "%s ends it with cause and cure, and the previous file is not changed (mark 8)",
    async ([, name, message, code, says, where]) => {
      expect((await runCli(args())).code).toBe(0);
      const before = readFileSync(file);
      cognito.script({ ...where, error: { name, message } });
      const failed = await runCli(args());
      expect(failed.code).toBe(code);
      expect(failed.stderr).toMatch(says);
      expect(failed.stderr.trim().split("\n")).toHaveLength(1);
      expect(readFileSync(file).equals(before)).toBe(true);
    },
  );

  test.for([
    ["damaged", (bytes: Buffer) => bytes.subarray(0, bytes.length - 100)],
    [
      "damaged",
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 400), Buffer.alloc(200), bytes.subarray(600)]),
    ],
    ["not a .c1z", () => Buffer.from("just some notes\n")],
    ["v3", () => Buffer.concat([Buffer.from("C1Z3\0"), Buffer.alloc(100)])],
  ] as const)(
    "a file that is %s is refused before the first call and not changed",
    async ([says, change]) => {
      await runCli(args());
      const foreign = change(readFileSync(file));
      writeFileSync(file, foreign);
      cognito.stats.reset();
      const refused = await runCli(args());
      expect(refused).toMatchObject({ code: 9, stderr: expect.stringContaining(says) });
      expect(cognito.stats.count()).toBe(0);
      expect(readFileSync(file).equals(foreign)).toBe(true);
    },
  );

  test("the file of another pool is refused and not changed", async () => {
    const other = createPool({ id: "us-east-1_Other0001", users: people(3) });
    const elsewhere = await startScriptedCognito({ pools: [other] });
    await runCli([
      "sync",
      "--file",
      file,
      "--user-pool-id",
      other.settings.id,
      "--endpoint-url",
      elsewhere.url,
    ]);
    await elsewhere.close();
    const before = readFileSync(file);
    const refused = await runCli(args());
    expect(refused.code).toBe(9);
    expect(refused.stderr).toMatch(/pool/);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test.for([
    ["a folder that is not there", "/nonexistent/sync.c1z"],
    ["a folder in its place", ""],
  ] as const)("%s is reported before the first call, with exit code 2", async ([, target]) => {
    const refused = await runCli(args().with(2, target === "" ? folder : target));
    expect(refused.code).toBe(2);
    expect(refused.stderr.trim().split("\n")).toHaveLength(1);
    expect(cognito.stats.count()).toBe(0);
  });

  test("one that would lose more than half is not published, and is published on request without reading again (D12)", async () => {
    expect((await runCli(args())).code).toBe(0);
    const before = readFileSync(file);
    const shrunk = createPool({
      id: POOL,
      users: people(60, () => ({ groups: ["all"] })),
      groups: ["all", "some", "none"],
    });
    const smaller = await startScriptedCognito({ pools: [shrunk] });
    const to = args().with(6, smaller.url);
    const refused = await runCli(to);
    expect(refused.code).toBe(21);
    expect(refused.stderr).toMatch(/users 130 -> 60.*--accept-shrink/);
    expect(readFileSync(file).equals(before)).toBe(true);
    smaller.stats.reset();
    const accepted = await runCli([...to, "--accept-shrink"]);
    expect(accepted.code).toBe(0);
    expect(smaller.stats.count()).toBe(0);
    await smaller.close();
  });
});
