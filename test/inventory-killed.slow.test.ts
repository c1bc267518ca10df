import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openInventoryReader } from "../pkg/inventory/open-reader.ts";
import { people } from "./cognito/definitions.ts";
import { createPool, type Pool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { runCli, startCli, startCliWithFileSize } from "./support/connector-cli.ts";
import { type InventoryState, rowsOf, stateAt } from "./support/inventory-state.ts";
import { DRAWN, drawnOf } from "./support/thorough.ts";

const POOL = "us-east-1_Ab129faBb";
const never = new AbortController().signal;

let folder: string;
let inventory: string;
let cognito: ScriptedCognito;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "inventory-killed-"));
  inventory = join(folder, "pool.db");
});

afterEach(async () => {
  await cognito.close();
  rmSync(folder, { recursive: true, force: true });
});

function args(...more: readonly string[]): string[] {
  const where = ["--inventory", inventory, "--user-pool-id", POOL, "--endpoint-url", cognito.url];
  return ["sync", ...where, "--rate", "1000", "--output", "json", ...more];
}

async function runs(): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const reader = await openInventoryReader({ engine: "sqlite", name: inventory }, never);
  try {
    return await rowsOf(reader, "SELECT run, sync_id, users, memberships FROM runs ORDER BY run");
  } finally {
    await reader.close();
  }
}

async function stateOfRun(run: number): Promise<InventoryState> {
  const reader = await openInventoryReader({ engine: "sqlite", name: inventory }, never);
  try {
    return await stateAt(reader, POOL, run);
  } finally {
    await reader.close();
  }
}

/** The fields of the summary. */
async function synced(...more: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await runCli(args(...more));
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

describe("a sync into an inventory and a file", () => {
  /** 130 users, groups of 130, 61 and 0 members. */
  const smallPool = (): Pool =>
    createPool({
      id: POOL,
      users: people(130, (index) => ({ groups: index < 61 ? ["all", "some"] : ["all"] })),
      groups: ["all", "some", "none"],
    });
  const CALLS = 1 + 3 + 1 + 6;

  beforeEach(async () => {
    cognito = await startScriptedCognito({ pools: [smallPool()] });
  });

  // pkg/sync/combine-targets.test.ts cuts every page in memory.
  const calls = drawnOf(
    Array.from({ length: CALLS }, (_, index) => index + 1),
    4,
    "a sync into both",
  );
  test.for(calls)(
    `that is killed at call %i goes on in both, to the same run (INVENTORY-2) (${DRAWN})`,
    async (nth) => {
      const file = join(folder, "pool.c1z");
      const killed = startCli(args("--file", file));
      cognito.script({
        overall: nth,
        run: () => {
          killed.process.kill("SIGKILL");
        },
      });
      expect((await killed.result).code).toBeNull();
      expect(existsSync(file)).toBe(false);
      expect(existsSync(inventory) ? await runs() : []).toEqual([]);
      const summary = await synced("--file", file);
      expect(summary).toMatchObject({ run: 1, runs_in_file: 1, users: 130, groups: 3, memberships: 191 });
      expect(await runs()).toEqual([{ run: 1, sync_id: expect.any(String), users: 130, memberships: 191 }]);
      expect(summary).toMatchObject({ sync_id: (await runs())[0]?.["sync_id"] });
      const { users, memberships } = await stateOfRun(1);
      expect([users.length, memberships.length]).toEqual([130, 191]);
    },
  );
});

describe("a merge that is killed", () => {
  test.for(drawnOf([1, 64_000, 256_000, 512_000, 1_000_000], 1, "a merge that is killed"))(
    `when the log of the inventory has %i bytes shows the run before or the run itself (${DRAWN})`,
    async (bytes) => {
      const pool = createPool({
        id: POOL,
        users: people(3000, () => ({ groups: ["all"] })),
        groups: ["all"],
      });
      cognito = await startScriptedCognito({ pools: [pool] });
      expect(await synced()).toMatchObject({ run: 1, users: 3000 });
      const first = await stateOfRun(1);
      for (const user of pool.allUsers()) pool.setAttribute(user, "name", "Somebody Else");
      const killed = startCli(args());
      const size = () => statSync(`${inventory}-wal`, { throwIfNoEntry: false })?.size ?? 0;
      const isOver = killed.result.then(() => true);
      await vi.waitFor(
        async () => {
          const isReached = size() >= bytes || (await Promise.race([isOver, Promise.resolve(false)]));
          expect(isReached).toBe(true);
        },
        { timeout: 200_000, interval: 1 },
      );
      killed.process.kill("SIGKILL");
      await killed.result;
      const seen = (await runs()).length;
      expect([1, 2]).toContain(seen);
      expect(await stateOfRun(1)).toEqual(first);
      const summary = await synced();
      expect(summary).toMatchObject({ run: seen + 1, changes: seen === 1 ? 3000 : 0 });
      expect(await stateOfRun(1)).toEqual(first);
      const { users } = await stateOfRun(2);
      expect(users.filter((row) => row["name"] === "Somebody Else")).toHaveLength(3000);
    },
  );
});

test("a merge that has no room left shows nothing, says so in one line, and is made later without reading again", async () => {
  const pool = createPool({ id: POOL, users: people(3000, () => ({ groups: ["all"] })), groups: ["all"] });
  cognito = await startScriptedCognito({ pools: [pool] });
  await synced();
  const first = await stateOfRun(1);
  for (const user of pool.allUsers().slice(1000)) pool.deleteUser(user.username);
  // The guard holds the run, so that what is left to do is the merge.
  expect((await runCli(args())).code).not.toBe(0);
  cognito.stats.reset();
  const full = await startCliWithFileSize(300, args("--accept-shrink", "--log-level=error")).result;
  expect(full.code).not.toBe(0);
  expect(full.stderr.trim().split("\n")).toEqual([
    expect.stringMatching(/cannot publish the run in .*pool\.db.*(?:full|larger|input\/output)/),
  ]);
  expect((await runs()).length).toBe(1);
  expect(await stateOfRun(1)).toEqual(first);
  expect(await synced("--accept-shrink")).toMatchObject({
    run: 2,
    users: 1000,
    changes: 4000,
    resumed: true,
  });
  expect(cognito.stats.count()).toBe(0);
  expect(await stateOfRun(1)).toEqual(first);
});
