// Eight instances in virtual time over the script in a real Redis, with faults that follow each other within seconds.
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { mostInWindow } from "../../../pkg/limiter/virtual-loop.fixture.ts";
import { randomOf } from "../../support/changing-pool.ts";
import { type QuotaSimulation, simulateQuota } from "../../support/quota-simulation.ts";
import { type RedisServer, startRedis } from "../../support/redis-server.ts";

const INSTANCES = 8;
const SETTLED_MS = 12_000;

let server: RedisServer;
let redis: Redis;
let simulation: QuotaSimulation | undefined;
beforeAll(async () => {
  server = await startRedis();
  redis = new Redis({ port: server.port });
});
afterAll(async () => {
  redis.disconnect();
  await server.remove();
});
beforeEach(async () => {
  await redis.flushall();
});
afterEach(() => simulation?.close());

async function begin(
  rate: number,
  callers: number,
  random: () => number,
  wayMs: number,
): Promise<QuotaSimulation> {
  const begun = simulateQuota(redis, { instances: INSTANCES, rate, callers, random });
  simulation = begun;
  begun.wayMs = wayMs;
  await begun.run(SETTLED_MS);
  return begun;
}

function expectInside(starts: readonly number[], rate: number): void {
  expect(mostInWindow(starts, 9999.9)).toBeLessThanOrEqual(rate * 10);
  expect(mostInWindow(starts, 999.9)).toBeLessThanOrEqual(rate + 2);
}

/** Redis is not reachable for so long; the instances are back within a second. */
async function outage(
  at: QuotaSimulation,
  fromMs: number,
  lostMs: number,
  random: () => number,
): Promise<number> {
  at.lose();
  let now = fromMs + lostMs;
  await at.run(now);
  for (let instance = 0; instance < INSTANCES; instance += 1) {
    at.comeBack(instance);
    now += random() * 120;
    await at.run(now);
  }
  return now;
}

describe("SHARE-1: all stay inside the rate", () => {
  test.for([1, 5, 30].flatMap((rate) => Array.from({ length: 8 }, (_, seed) => [rate, seed + 1] as const)))(
    "of %d through faults that follow each other within ten seconds (seed %d)",
    async ([rate, seed]) => {
      const random = randomOf(seed);
      const at = await begin(
        rate,
        1 + Math.floor(random() * 4),
        random,
        [1, 5, 20, 100][Math.floor(random() * 4)] ?? 1,
      );
      let now = SETTLED_MS;
      for (let fault = 0; fault < 3; fault += 1) {
        now += random() * 9000;
        await at.run(now);
        const isRestart = random() < 0.5;
        if (random() < 0.3) await at.flush();
        else {
          if (isRestart) await at.flush();
          now = await outage(at, now, random() * random() * 15_000, random);
        }
      }
      await at.run(now + SETTLED_MS);
      expectInside(at.starts(), rate);
      expect(at.starts().filter((start) => start > 2000).length).toBeGreaterThan(
        rate * 0.9 * ((now + SETTLED_MS - 2000) / 1000) - 2,
      );
    },
  );

  test.for([1, 2, 3, 4, 5, 6])(
    "of 30 where answers take from 450 to 830 ms from one moment on (seed %d)",
    async (seed) => {
      const random = randomOf(seed);
      const at = await begin(30, 4, random, [1, 20, 100][seed % 3] ?? 1);
      at.wayMs = 640;
      await at.run(SETTLED_MS + 15_000);
      expectInside(at.starts(), 30);
      const after = at.starts().filter((start) => start > SETTLED_MS).length;
      expect(after).toBeGreaterThan(30 * 15 * 0.4);
    },
  );
});
