// Each line of stderr is of the log, whatever Node and the libraries would write there.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { isRecord } from "../pkg/core/unknown.ts";
import { people } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { runCli, startCli } from "./support/connector-cli.ts";

const POOL = "us-east-1_Ab129faBb";
const HOOK = { NODE_OPTIONS: `--import=${resolve(import.meta.dirname, "support/warn-at-sqlite.ts")}` };

let cognito: ScriptedCognito;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "foreign-lines-"));
  cognito = await startScriptedCognito({ pools: [createPool({ id: POOL, users: people(3) })] });
});
afterEach(async () => {
  await cognito.close();
  rmSync(folder, { recursive: true });
});

const args = (command: string, ...more: readonly string[]) => [
  command,
  `--user-pool-id=${POOL}`,
  `--endpoint-url=${cognito.url}`,
  `--file=${join(folder, "pool.c1z")}`,
  "--log-format=json",
  ...more,
];

/** Throws at a line that is not of the log. */
function messagesIn(stderr: string): readonly unknown[] {
  return stderr
    .split("\n")
    .filter((line) => line !== "")
    .map((line): unknown => JSON.parse(line))
    .map((entry) => (isRecord(entry) ? entry["msg"] : undefined));
}

const WARNED = "Node has given a warning: DeprecationWarning (TEST1)";

test("a command logs by name that Node warns, and libraries write nothing", async () => {
  const { code, stderr } = await runCli(args("sync"), HOOK);
  expect(code).toBe(0);
  expect(stderr).not.toContain("hunter2");
  expect(messagesIn(stderr)).toContain(WARNED);
});

test("the threads of a service write nothing either", async () => {
  const service = startCli(args("serve", "--sync-every=1h", "--listen=127.0.0.1:0", "--insecure"), HOOK);
  let said = "";
  service.process.stderr?.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  try {
    await vi.waitFor(() => expect(said).toContain(`"msg":"synced"`), { timeout: 100_000, interval: 100 });
  } finally {
    service.process.kill("SIGTERM");
  }
  const { code, stderr } = await service.result;
  expect(code).toBe(0);
  expect(stderr).not.toContain("hunter2");
  expect(messagesIn(stderr)).not.toContain(undefined);
});
