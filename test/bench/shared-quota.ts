// What a server sees of several `connector sync` processes that share a quota through a Redis: `make bench-quota`.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCli } from "../support/connector-cli.ts";
import { startRedis } from "../support/redis-server.ts";
import { startScriptedServer } from "./scripted-server.ts";

interface Row {
  readonly rate: number;
  readonly instances: number;
  /** Redis is killed and comes back empty in the middle. */
  readonly fault?: true;
}

const ROWS: readonly Row[] = [
  { rate: 5, instances: 1 },
  { rate: 5, instances: 8 },
  { rate: 30, instances: 8 },
  { rate: 30, instances: 8, fault: true },
];
const SECONDS = 25;
const PEOPLE_A_PAGE = 60;

interface Measured {
  readonly calls: number;
  readonly maxInOneSecond: number;
  readonly maxInTenSeconds: number;
  readonly usedPerSecond: number;
}

async function measure({ rate, instances, fault }: Row): Promise<Measured> {
  const users = Math.ceil((rate * SECONDS) / instances) * PEOPLE_A_PAGE;
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
    if (fault) {
      await new Promise((resolve) => setTimeout(resolve, (SECONDS * 1000) / 3));
      await redis.kill();
      await new Promise((resolve) => setTimeout(resolve, (SECONDS * 1000) / 3));
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
    row.fault ? `killed for ${Math.round(SECONDS / 3)} s` : "there",
    calls,
    maxInOneSecond,
    maxInTenSeconds,
    usedPerSecond.toFixed(2),
    `${((100 * usedPerSecond) / row.rate).toFixed(1)} %`,
  ];
  print(`| ${cells.join(" | ")} |`);
}
