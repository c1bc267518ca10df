import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { unpack } from "../pkg/store/publish/envelope.ts";
import { people } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { runCli } from "./support/connector-cli.ts";

// What the floors of `test/bench` write is what `connector sync` writes: otherwise their CPU time is not comparable.

const POOL = "us-east-1_Ab129faBb";

let folder: string;
let cognito: ScriptedCognito;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "connector-floors-"));
  const users = people(130, (index) => ({ groups: index < 61 ? ["all", "some"] : ["all"] }));
  const pool = createPool({ id: POOL, users, groups: ["all", "some", "none"] });
  cognito = await startScriptedCognito({ pools: [pool] });
});

afterEach(async () => {
  await cognito.close();
  rmSync(folder, { recursive: true, force: true });
});

function start(way: string, file: string) {
  return spawn(process.execPath, [join(import.meta.dirname, "bench/ways", way), cognito.url, POOL, file], {
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      PATH: process.env["PATH"],
      HOME: folder,
      AWS_ACCESS_KEY_ID: "floor",
      AWS_SECRET_ACCESS_KEY: "floor",
      AWS_EC2_METADATA_DISABLED: "true",
    },
  });
}

async function contentOf(file: string): Promise<unknown> {
  const into = `${file}.unpacked`;
  await unpack(file, into, new AbortController().signal);
  const database = new DatabaseSync(into, { readOnly: true });
  try {
    const all = (sql: string) => database.prepare(sql).all();
    return {
      resources: all("SELECT resource_type_id, external_id, data FROM v1_resources ORDER BY external_id"),
      types: all("SELECT external_id, data FROM v1_resource_types ORDER BY external_id"),
      entitlements: all("SELECT resource_id, external_id, data FROM v1_entitlements ORDER BY external_id"),
      grants: all(`SELECT resource_id, entitlement_id, principal_resource_id, external_id, data
        FROM v1_grants ORDER BY external_id`),
      indices: all("SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE%INDEX%' ORDER BY name"),
    };
  } finally {
    database.close();
  }
}

async function synced(): Promise<unknown> {
  const file = join(folder, "sync.c1z");
  const where = ["--file", file, "--user-pool-id", POOL, "--endpoint-url", cognito.url];
  const { code, stderr } = await runCli(["sync", ...where, "--rate", "1000", "--output", "json"]);
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  cognito.stats.reset();
  return contentOf(file);
}

test("the floor has the rows and indices of a sync", async () => {
  const expected = await synced();
  const file = join(folder, "floor.c1z");
  expect(await once(start("floor.ts", file), "exit")).toEqual([0, null]);
  expect(await contentOf(file)).toEqual(expected);
});

test("the lasting floor has them too, killed among users, groups and members, and reads only what it lacks", async () => {
  const expected = await synced();
  const file = join(folder, "floor.c1z");
  const perRun: number[] = [];
  // 3 pages of users, 1 of groups, 6 of members; the call at which a run is killed is made again.
  for (const nth of [2, 3, 4]) {
    const killed = start("lasting-floor.ts", file);
    cognito.script({ overall: nth, run: () => void killed.kill("SIGKILL") });
    expect(await once(killed, "exit")).toEqual([null, "SIGKILL"]);
    perRun.push(cognito.stats.count());
    cognito.stats.reset();
  }
  expect(existsSync(file)).toBe(false);
  expect(await once(start("lasting-floor.ts", file), "exit")).toEqual([0, null]);
  perRun.push(cognito.stats.count());
  expect(perRun).toEqual([2, 3, 4, 10 - 1 - 2 - 3]);
  expect(await contentOf(file)).toEqual(expected);
});
