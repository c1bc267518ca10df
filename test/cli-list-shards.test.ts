import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { people, person } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { runCli } from "./support/connector-cli.ts";

const POOL = "us-east-1_Ab129faBb";
const WEEK_MS = 7 * 24 * 3_600_000;

let folder: string;
let cognito: ScriptedCognito;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "cli-list-shards-"));
  // One user, in no group, whose sub no part selects.
  const users = [...people(1_100), person(5_000, { sub: "ZZ-000001" })];
  cognito = await startScriptedCognito({ pools: [createPool({ id: POOL, users })] });
});

afterEach(async () => {
  await cognito.close();
  rmSync(folder, { recursive: true });
});

async function sync(): Promise<unknown> {
  const { code, stdout, stderr } = await runCli([
    "sync",
    `--file=${join(folder, "sync.c1z")}`,
    `--user-pool-id=${POOL}`,
    `--endpoint-url=${cognito.url}`,
    `--state-dir=${folder}`,
    "--rate=500",
    "--list-shards=16",
  ]);
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

test("sync --list-shards: whom only the weekly listing finds stays in the runs after it", async () => {
  expect(await sync()).toMatchObject({ users: 1_100, users_read: "in parts" });
  writeFileSync(join(folder, `${POOL}.whole-listing`), new Date(Date.now() - WEEK_MS - 1000).toISOString());
  expect(await sync()).toMatchObject({ users: 1_101, users_read: "whole" });
  expect(await sync()).toMatchObject({ users: 1_101, users_read: "whole" });
});
