// Eight instances of the limiter over a real Redis that fails in every way. The bounds are what the starts of their calls
// say; nothing here waits for a duration but the run itself.
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { grantedRate } from "../../cognito/rates.ts";
import { type RedisServer, startRedis } from "../../support/redis-server.ts";
import { openInstance, redisAt, type SharingInstance } from "../../support/sharing-instances.ts";

const RATE = 10;

let server: RedisServer;
let instances: SharingInstance[] = [];
beforeEach(async () => {
  server = await startRedis();
});
afterEach(async () => {
  await Promise.all(instances.map((instance) => instance.close()));
  await server.remove();
});

function open(count: number): void {
  instances = Array.from({ length: count }, (_, index) =>
    openInstance(redisAt(server.port), { rate: RATE, poolId: index === 0 ? "p_a" : "p_b" }),
  );
}

async function untilAll(mode: "shared" | "local share"): Promise<void> {
  while (instances.some((instance) => instance.status().mode !== mode)) await delay(20);
}

function expectInside(): void {
  const starts = instances.flatMap((instance) => instance.starts).toSorted((a, b) => a - b);
  const { maxInOneSecond, maxInTenSeconds } = grantedRate(starts);
  expect(instances.flatMap(({ failures }) => failures)).toEqual([]);
  expect(maxInTenSeconds).toBeLessThanOrEqual(RATE * 10);
  expect(maxInOneSecond).toBeLessThanOrEqual(RATE + 2);
}

const callsSoFar = (): number => instances.reduce((sum, { starts }) => sum + starts.length, 0);

async function untilCalls(more: number): Promise<void> {
  const goal = callsSoFar() + more;
  while (callsSoFar() < goal) await delay(20);
}

test("QUOTA-2: eight instances on one Redis stay inside the rate, and a pool has its share", async () => {
  open(8);
  await untilAll("shared");
  for (const instance of instances) instance.keepCalling(4, 50);
  await untilCalls(RATE * 12);
  expectInside();
  const [single, ...others] = instances.map(({ starts }) => starts.length);
  const total = callsSoFar();
  expect((single ?? 0) / total).toBeGreaterThan(0.4);
  expect((single ?? 0) / total).toBeLessThan(0.6);
  for (const one of others) expect(one / (total / 14)).toBeGreaterThan(0.5);
});

test("QUOTA-4: no call fails, and the rate holds, through FLUSHALL, SCRIPT FLUSH, kills and a Redis that does not answer", async () => {
  open(8);
  await untilAll("shared");
  for (const instance of instances) instance.keepCalling(4, 50);
  await untilCalls(RATE * 3);
  await server.command("FLUSHALL");
  await untilCalls(RATE * 4);
  await server.command("SCRIPT", "FLUSH");
  await untilCalls(RATE * 2);
  await server.kill();
  await untilAll("local share");
  await untilCalls(RATE * 8);
  await server.start();
  await untilAll("shared");
  await untilCalls(RATE * 4);
  server.pause();
  await untilAll("local share");
  await untilCalls(RATE * 6);
  server.resume();
  await untilAll("shared");
  await untilCalls(RATE * 4);
  expectInside();
  for (const { changes } of instances) {
    expect(changes.map(({ kind }) => kind)).toEqual(["joined", "lost", "joined", "lost", "joined"]);
  }
}, 180_000);

test("SHARE-4: a Redis that was never there leaves a tenth to each, and each joins when it comes", async () => {
  await server.kill();
  open(4);
  for (const instance of instances) instance.keepCalling(4, 50);
  await untilCalls(RATE * 2);
  for (const instance of instances) expect(instance.status().localPerSecond).toBe(RATE / 10);
  await server.start();
  await untilAll("shared");
  await untilCalls(RATE * 3);
  expectInside();
});

test("a key of another type in its place is no failure of a call", async () => {
  await server.command("LPUSH", "test:{123456789012/eu-west-1/UserList}", "x");
  open(2);
  while (!instances.every(({ troubles }) => troubles.includes("WRONGTYPE"))) await delay(20);
  for (const instance of instances) instance.keepCalling(2, 50);
  await untilCalls(5);
  expectInside();
  expect(instances.map((instance) => instance.status().mode)).toEqual(["local share", "local share"]);
});
