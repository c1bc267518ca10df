// Eight processes of the connector on one Redis against one scripted server, whose statistics judge.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createGeneratedPool } from "../../cognito/generated-pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "../../cognito/server.ts";
import { startCli } from "../../support/connector-cli.ts";
import { type RedisServer, startRedis } from "../../support/redis-server.ts";

const RATE = 10;
const POOLS = ["eu-west-1_Shared0001", "eu-west-1_Shared0002"] as const;

let folder: string;
let redis: RedisServer;
let cognito: ScriptedCognito;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "connector-shared-"));
  redis = await startRedis({ settings: ["requirepass hunter2"], client: { password: "hunter2" } });
  cognito = await startScriptedCognito({
    pools: POOLS.map((id, seed) =>
      createGeneratedPool({
        id,
        users: 480,
        groups: 4,
        memberships: 400,
        seed,
        changed: false,
        usernameAttributes: [],
      }),
    ),
    latencyMs: 30,
    recording: "none",
  });
});
afterEach(async () => {
  await cognito.close();
  await redis.remove();
  rmSync(folder, { recursive: true });
});

function sync(index: number, more: readonly string[] = []) {
  const poolId = POOLS[index === 0 ? 0 : 1];
  return startCli(
    [
      "sync",
      "--user-pool-id",
      poolId,
      "--endpoint-url",
      cognito.url,
      "--file",
      join(folder, `${index}.c1z`),
    ].concat(
      ["--state-dir", join(folder, `state-${index}`), "--redis-url", `redis://127.0.0.1:${redis.port}`],
      ["--rate", String(RATE), "--log-format", "json", ...more],
    ),
    // Libraries that print for debugging must not print the password.
    { BATON_REDIS_PASSWORD: "hunter2", DEBUG: "*" },
  );
}

function expectInside(): void {
  const { maxInOneSecond, maxInTenSeconds, calls } = cognito.stats.rate("UserList");
  expect(calls).toBeGreaterThanOrEqual(8 * 12);
  expect(maxInTenSeconds).toBeLessThanOrEqual(RATE * 10);
  expect(maxInOneSecond).toBeLessThanOrEqual(RATE + 2);
}

test("SHARE-1: eight syncs of two pools stay inside one rate, and all are whole", async () => {
  const results = await Promise.all(Array.from({ length: 8 }, (_, index) => sync(index).result));
  for (const { code, stderr } of results) {
    expect(code).toBe(0);
    expect(stderr).toContain("the quota is shared with all instances");
    expect(stderr).not.toContain("hunter2");
  }
  expectInside();
}, 180_000);

test("SHARE-3: eight syncs end whole although Redis is killed and comes back empty in the middle", async () => {
  const account = ["--aws-account-id", "123456789012"];
  const running = Array.from({ length: 8 }, (_, index) => sync(index, account));
  while (cognito.stats.count("ListUsers") < 24) await new Promise((resolve) => setTimeout(resolve, 20));
  await redis.kill();
  while (cognito.stats.count("ListUsers") < 40) await new Promise((resolve) => setTimeout(resolve, 20));
  await redis.start();
  const results = await Promise.all(running.map(({ result }) => result));
  expect(results.map(({ code }) => code)).toEqual(results.map(() => 0));
  // One that had ended, or had not joined yet, has nothing to say.
  expect(
    results.some(({ stderr }) => stderr.includes("the quota is not shared: Redis cannot be asked")),
  ).toBe(true);
  expectInside();
}, 180_000);

test("a service says in /readyz that it shares the quota, and is ready without Redis", async () => {
  const service = startCli(
    ["serve", "--user-pool-id", POOLS[0], "--endpoint-url", cognito.url, "--listen", "127.0.0.1:0"].concat(
      [
        "--state-dir",
        join(folder, "state"),
        "--health-check",
        "--health-check-port",
        "0",
        "--log-format",
        "json",
      ],
      ["--redis-url", `redis://127.0.0.1:${redis.port}`],
    ),
    { BATON_REDIS_PASSWORD: "hunter2" },
  );
  try {
    const address = await new Promise<string>((resolve) => {
      let log = "";
      service.process.stderr?.on("data", (chunk: Buffer) => {
        log += chunk.toString();
        const found =
          /serving health and metrics[^\n]*?"address":"([^"]+)"|"address":"([^"]+)"[^\n]*serving health and metrics/.exec(
            log,
          );
        if (found !== null) resolve(found[1] ?? found[2] ?? "");
      });
    });
    const until = async (mode: string): Promise<void> => {
      for (;;) {
        const answer = await fetch(`http://${address}/readyz`);
        const page = await answer.text();
        if (answer.status === 200 && page.includes(`"mode":"${mode}"`)) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    await until("shared");
    const metrics = await (await fetch(`http://${address}/metrics`)).text();
    expect(metrics).toContain('connector_shared_quota_connected{category="UserList"} 1');
    await redis.kill();
    await until("local share");
  } finally {
    service.process.kill("SIGTERM");
  }
  const { code, stderr } = await service.result;
  expect(code).toBe(0);
  expect(stderr).toContain("the quota is shared with all instances");
}, 120_000);
