import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isRecord } from "../pkg/core/unknown.ts";
import { people } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { runCli, startCli } from "./support/connector-cli.ts";

const POOL = "us-east-1_Ab129faBb";

let cognito: ScriptedCognito;
let folder: string;
let inventory: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "connector-inventory-"));
  inventory = join(folder, "pool.db");
  cognito = await startScriptedCognito({ pools: [poolOf(130)] });
});

afterEach(async () => {
  await cognito.close();
  rmSync(folder, { recursive: true, force: true });
});

function poolOf(users: number) {
  return createPool({ id: POOL, users: people(users, () => ({ groups: ["all"] })), groups: ["all", "none"] });
}

async function serving(users: number): Promise<void> {
  await cognito.close();
  cognito = await startScriptedCognito({ pools: [poolOf(users)] });
}

const args = (...more: readonly string[]) => [
  "sync",
  `--user-pool-id=${POOL}`,
  `--endpoint-url=${cognito.url}`,
  "--rate=1000",
  "--output=json",
  ...more,
];

async function synced(...more: readonly string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await runCli(args(`--inventory=${inventory}`, ...more));
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  const summary: unknown = JSON.parse(stdout);
  return isRecord(summary) ? summary : {};
}

/** How many rows each table has. */
function sizes(): Readonly<Record<string, number>> {
  const database = new DatabaseSync(inventory, { readOnly: true });
  try {
    const tables = ["runs", "pools", "users", "groups", "memberships", "recorded_changes"];
    return Object.fromEntries(
      tables.map((table) => [
        table,
        Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.["n"]),
      ]),
    );
  } finally {
    database.close();
  }
}

describe("connector sync --inventory", () => {
  test("alone writes the inventory and no .c1z, with no call more, for this user only (INVENTORY-11)", async () => {
    const result = await synced();
    expect(result).toMatchObject({
      pool: POOL,
      file: null,
      inventory,
      run: 1,
      changes: 0,
      users: 130,
      memberships: 130,
      calls: 9,
      sync_type: "full",
    });
    expect(cognito.stats.count()).toBe(9);
    expect(readdirSync(folder)).toEqual(["pool.db"]);
    expect(statSync(inventory).mode & 0o777).toBe(0o600);
    expect(sizes()).toEqual({
      runs: 1,
      pools: 1,
      users: 130,
      groups: 2,
      memberships: 130,
      recorded_changes: 0,
    });
  });

  test("beside a file has the same run, read once", async () => {
    const result = await synced(`--file=${join(folder, "pool.c1z")}`);
    expect(result).toMatchObject({ file: join(folder, "pool.c1z"), runs_in_file: 1, inventory, run: 1 });
    expect(cognito.stats.count()).toBe(9);
    expect(readdirSync(folder).sort()).toEqual(["pool.c1z", "pool.db"]);
    const database = new DatabaseSync(inventory, { readOnly: true });
    expect(database.prepare("SELECT sync_id, users, origins_known FROM runs").get()).toEqual({
      sync_id: result["sync_id"],
      users: 130,
      origins_known: 1,
    });
    database.close();
  });

  test("that finds nothing changed adds a row in runs and nothing else", async () => {
    await synced();
    const before = sizes();
    expect(await synced()).toMatchObject({ run: 2, changes: 0, previous_users: 130 });
    expect(sizes()).toEqual({ ...before, runs: 2 });
  });

  test("is held where more than half is gone, and published without reading once that is accepted (INVENTORY-10)", async () => {
    await synced();
    await serving(10);
    const held = await runCli(args(`--inventory=${inventory}`));
    expect(held.code).not.toBe(0);
    expect(held.stderr).toContain(`${inventory} was left as it is: more than half would be lost`);
    expect(sizes()).toMatchObject({ runs: 1, users: 130 });
    cognito.stats.reset();
    expect(await synced("--accept-shrink")).toMatchObject({ run: 2, users: 10, resumed: true });
    expect(cognito.stats.count()).toBe(0);
    expect(sizes()).toMatchObject({ runs: 2, users: 130, recorded_changes: 240 });
  });

  test.for([
    ["--sync-resources=group:all"],
    ["--sync-resource-types=user"],
    ["--skip-entitlements-and-grants"],
    ["--skip-full-sync"],
  ])("takes the whole pool only: %j is refused before the first call (INVENTORY-4)", async (more) => {
    const { code, stderr } = await runCli(args(`--inventory=${inventory}`, ...more));
    expect(code).toBe(2);
    expect(stderr).toContain("exclude each other");
    expect(cognito.stats.count()).toBe(0);
    expect(existsSync(inventory)).toBe(false);
  });

  test.for([
    ["a text", () => writeFileSync(inventory, "my notes\n")],
    ["an empty file", () => writeFileSync(inventory, "")],
    ["a database of another program", () => new DatabaseSync(inventory).exec("CREATE TABLE t (x)")],
  ] as const)("leaves %s as it is, before the first call (INVENTORY-8)", async ([, make]) => {
    make();
    const before = readFileSync(inventory);
    const { code, stderr } = await runCli(args(`--inventory=${inventory}`));
    expect(code).toBe(9);
    expect(stderr).toContain("is not an inventory of this connector");
    expect(cognito.stats.count()).toBe(0);
    expect(readFileSync(inventory)).toEqual(before);
    expect(readdirSync(folder)).toEqual(["pool.db"]);
  });

  test("follows no link that is planted where SQLite would write", async () => {
    await synced();
    writeFileSync(join(folder, "victim"), "untouched");
    symlinkSync(join(folder, "victim"), `${inventory}-wal`);
    const { code, stderr } = await runCli(args(`--inventory=${inventory}`));
    expect(code).toBe(9);
    expect(stderr).toContain("is a symbolic link");
    expect(readFileSync(join(folder, "victim"), "utf8")).toBe("untouched");
  });

  test("and --file may not be the same file", async () => {
    const { code, stderr } = await runCli(args(`--inventory=${inventory}`, `--file=${inventory}`));
    expect([code, stderr]).toEqual([2, expect.stringContaining("name the same file")]);
  });

  test("refuses a second sync of the same inventory while the first one reads", async () => {
    const hold = cognito.hold({ operation: "ListUsers" });
    const first = startCli(args(`--inventory=${inventory}`));
    await hold.arrived();
    const second = await runCli(args(`--inventory=${inventory}`));
    expect([second.code, second.stderr]).toEqual([9, expect.stringContaining("another sync is running on")]);
    hold.release();
    expect((await first.result).code).toBe(0);
  });

  test("says what the password of a URL would do on the command line, and does not repeat it", async () => {
    const { code, stderr } = await runCli(args("--inventory=postgres://me:hunter2@db/pools"));
    expect(code).toBe(2);
    expect(stderr).toContain(
      "--inventory: every user of this machine can read a password on the command line",
    );
    expect(stderr).not.toContain("hunter2");
  });
});
