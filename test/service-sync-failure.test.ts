// What the health page of a service says while its scheduled syncs fail.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { people } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { startCli } from "./support/connector-cli.ts";

const POOL = "us-east-1_Ab129faBb";
let cognito: ScriptedCognito;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "connector-sync-failure-"));
  cognito = await startScriptedCognito({ pools: [createPool({ id: POOL, users: people(3) })] });
});

afterAll(async () => {
  await cognito.close();
  rmSync(folder, { recursive: true });
});

test("a service whose scheduled sync fails is ready, and says since when it fails and with which code", async () => {
  const file = join(folder, "pool.c1z");
  writeFileSync(file, "no sync file at all");
  const begun = Date.now();
  const service = startCli([
    "serve",
    "--listen=127.0.0.1:0",
    `--user-pool-id=${POOL}`,
    `--endpoint-url=${cognito.url}`,
    `--state-dir=${folder}`,
    `--file=${file}`,
    "--sync-every=1h",
    "--health-check",
    "--health-check-port=0",
    "--log-format=json",
  ]);
  try {
    let log = "";
    service.process.stderr?.on("data", (chunk: Buffer) => {
      log += chunk.toString();
    });
    await vi.waitFor(() => expect(log).toContain('"msg":"the scheduled sync failed"'), { timeout: 100_000 });
    const address = /"address":"([^"]+)"[^\n]*"msg":"serving health and metrics"/.exec(log)?.[1] ?? "";
    const answer = await fetch(`http://${address}/readyz`);
    const text = await answer.text();
    expect(answer.status).toBe(200);
    const page: unknown = JSON.parse(text);
    expect(page).toMatchObject({
      status: "ready",
      lastSync: null,
      syncFailure: { since: expect.any(String), failures: 1, code: "failed-precondition" },
    });
    const since = Date.parse(/"since":"([^"]+)"/.exec(text)?.[1] ?? "");
    expect(since).toBeGreaterThanOrEqual(begun);
    expect(since).toBeLessThanOrEqual(Date.now());
    expect(text).not.toContain("pool.c1z");
  } finally {
    service.process.kill("SIGTERM");
    expect((await service.result).code).toBe(0);
  }
});
