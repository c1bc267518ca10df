// Eight processes of the connector on one Redis against one scripted server. The server says which calls there were, and the
// logs of the processes when each began: SHARE-1 is about that, and on a busy machine the way to the server takes long.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isRecord } from "../../../pkg/core/unknown.ts";
import { createGeneratedPool } from "../../cognito/generated-pool.ts";
import { busiestWindow } from "../../cognito/rates.ts";
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
      ["--rate", String(RATE), "--log-format", "json", "--log-level", "debug", ...more],
    ),
    // Libraries that print for debugging must not print the password.
    { BATON_REDIS_PASSWORD: "hunter2", DEBUG: "*" },
  );
}

/** A call may begin so long after its turn. So a window that is shorter by this has no more calls than the full window has turns. */
const LATE_MS = 250;

function expectInside(logs: readonly string[]): void {
  const began = beginnings(logs);
  const calls = cognito.stats.calls.filter(({ category }) => category === "UserList");
  const startsMs = calls
    .map(({ requestId, startedMs }) => {
      // A process that waits for a core writes its line later than the answer came, but no call arrives before it begins.
      return Math.min(began.get(requestId) ?? Number.NaN, performance.timeOrigin + startedMs);
    })
    .toSorted((a, b) => a - b);
  expect(startsMs.length).toBeGreaterThanOrEqual(8 * 12);
  expect(startsMs.filter(Number.isNaN)).toEqual([]);
  expect(busiestWindow(startsMs, 10_000 - LATE_MS)).toBeLessThanOrEqual(RATE * 10);
  expect(busiestWindow(startsMs, 1_000 - LATE_MS)).toBeLessThanOrEqual(RATE + 2);
}

/** When each answered call began, by its request id, in milliseconds since 1970. */
function beginnings(logs: readonly string[]): ReadonlyMap<string, number> {
  const lines = logs.flatMap((log) => log.split("\n")).filter((line) => line.includes('"AWS answered"'));
  return new Map(
    lines.map((line) => {
      const { time, durationMs, requestId } = answeredLine(JSON.parse(line));
      return [requestId, Date.parse(time) - durationMs];
    }),
  );
}

function answeredLine(line: unknown) {
  if (!isRecord(line)) throw new TypeError("a line of the log is not an object");
  const { time, durationMs, requestId } = line;
  if (typeof time !== "string" || typeof durationMs !== "number" || typeof requestId !== "string")
    throw new TypeError(`a line of the log does not say when a call began: ${JSON.stringify(line)}`);
  return { time, durationMs, requestId };
}

test("SHARE-1: eight syncs of two pools stay inside one rate, and all are whole", async () => {
  const results = await Promise.all(Array.from({ length: 8 }, (_, index) => sync(index).result));
  for (const { code, stderr } of results) {
    expect(code).toBe(0);
    expect(stderr).toContain("the quota is shared with all instances");
    expect(stderr).not.toContain("hunter2");
  }
  expectInside(results.map(({ stderr }) => stderr));
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
  expectInside(results.map(({ stderr }) => stderr));
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
