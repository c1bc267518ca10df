// What a server sees of several `connector sync` processes that share a quota through a Redis: `make bench-quota`.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { runCli } from "../support/connector-cli.ts";
import { startRedis } from "../support/redis-server.ts";
import { openInstance, redisAt } from "../support/sharing-instances.ts";
import { startScriptedServer } from "./scripted-server.ts";

interface Row {
  readonly rate: number;
  readonly instances: number;
  /** For so long Redis is killed in the middle, and then empty. */
  readonly outageSeconds?: number;
}

const ROWS: readonly Row[] = [
  { rate: 5, instances: 1 },
  { rate: 5, instances: 8 },
  { rate: 30, instances: 8 },
  { rate: 30, instances: 8, outageSeconds: 8 },
  { rate: 5, instances: 8, outageSeconds: 60 },
];
const SECONDS = 25;
const PEOPLE_A_PAGE = 60;

interface Measured {
  readonly calls: number;
  readonly maxInOneSecond: number;
  readonly maxInTenSeconds: number;
  readonly usedPerSecond: number;
}

async function measure({ rate, instances, outageSeconds = 0 }: Row): Promise<Measured> {
  const users = Math.ceil((rate * (SECONDS + outageSeconds)) / instances) * PEOPLE_A_PAGE;
  const folder = mkdtempSync(join(tmpdir(), "bench-quota-"));
  const redis = await startRedis();
  const server = await startScriptedServer({ users, groups: 0, memberships: 0, "latency-ms": 50 });
  try {
    const syncs = Array.from({ length: instances }, (_, index) =>
      runCli(
        [
          "sync",
          "--user-pool-id",
          server.poolId,
          "--endpoint-url",
          server.url,
          "--rate",
          String(rate),
        ].concat(
          ["--file", join(folder, `${index}.c1z`), "--state-dir", join(folder, `state-${index}`)],
          ["--redis-url", `redis://127.0.0.1:${redis.port}`],
        ),
      ),
    );
    if (outageSeconds > 0) {
      await delay((SECONDS * 1000) / 2);
      await redis.kill();
      await delay(outageSeconds * 1000);
      await redis.start();
    }
    const results = await Promise.all(syncs);
    const failed = results.find(({ code }) => code !== 0);
    if (failed !== undefined) throw new Error(failed.stderr);
    return userListOf(await (await fetch(`${server.url}/-/stats`)).json());
  } finally {
    server.stop();
    await redis.remove();
    rmSync(folder, { recursive: true });
  }
}

function userListOf(stats: unknown): Measured {
  const member = (value: unknown, name: string): unknown =>
    typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
  const rate = member(member(stats, "rates"), "UserList");
  const numberOf = (name: string): number => Number(member(rate, name));
  return {
    calls: numberOf("calls"),
    maxInOneSecond: numberOf("maxInOneSecond"),
    maxInTenSeconds: numberOf("maxInTenSeconds"),
    usedPerSecond: numberOf("usedPerSecond"),
  };
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

print("| rate | instances | Redis | calls | most in 1 s | most in 10 s | a second | of the rate |");
print("|---|---|---|---|---|---|---|---|");
for (const row of ROWS) {
  const { calls, maxInOneSecond, maxInTenSeconds, usedPerSecond } = await measure(row);
  const cells = [
    row.rate,
    row.instances,
    row.outageSeconds === undefined ? "there" : `killed for ${row.outageSeconds} s`,
    calls,
    maxInOneSecond,
    maxInTenSeconds,
    usedPerSecond.toFixed(2),
    `${((100 * usedPerSecond) / row.rate).toFixed(1)} %`,
  ];
  print(`| ${cells.join(" | ")} |`);
}

/** What each pool gets of 10 a second, and what a write waits while all of them sync. */
async function fairness(): Promise<void> {
  const redis = await startRedis();
  const pools = ["one instance", "seven instances"];
  const all = Array.from({ length: 8 }, (_, index) =>
    openInstance(redisAt(redis.port), { rate: 10, poolId: pools[index === 0 ? 0 : 1] ?? "" }),
  );
  try {
    while (all.some((one) => one.status().mode !== "shared")) await delay(20);
    for (const one of all) one.keepCalling(4, 50);
    const waits: number[] = [];
    for (let second = 0; second < SECONDS; second += 1) {
      await delay(1000);
      const asked = performance.now();
      await all[7]?.throttle.acquire("ListUsers", "write", new AbortController().signal);
      waits.push(performance.now() - asked);
    }
    const counts = pools.map((_, pool) =>
      all
        .filter((__, index) => (index === 0 ? 0 : 1) === pool)
        .reduce((sum, { starts }) => sum + starts.length, 0),
    );
    // The writes are turns of the second pool too.
    const shares = [counts[0] ?? 0, (counts[1] ?? 0) + waits.length];
    const total = shares.reduce((sum, count) => sum + count, 0);
    print("");
    for (const [index, pool] of pools.entries()) {
      print(`pool of ${pool}: ${((200 * (shares[index] ?? 0)) / total).toFixed(0)} % of its fair half`);
    }
    print(`a write beside eight syncs at 10 a second waits ${Math.max(...waits).toFixed(0)} ms at most`);
  } finally {
    await Promise.all(all.map((one) => one.close()));
    await redis.remove();
  }
}

await fairness();
