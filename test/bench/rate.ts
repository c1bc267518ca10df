// Prints the rate that the server sees with `--rate`: a sync of a slow pool in another process, until it ends.
//   node test/bench/rate.ts              5 a second at 50 ms and at 2 s, 30 a second at 200 ms
//   node test/bench/rate.ts 5 2000 40    rate, latency in milliseconds, seconds of work
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exitCode, startScriptedServer } from "./scripted-server.ts";

interface Setting {
  readonly perSecond: number;
  readonly latencyMs: number;
  readonly seconds: number;
}

const [perSecond, latencyMs, seconds] = process.argv.slice(2).map(Number);
const settings: readonly Setting[] =
  perSecond !== undefined
    ? [{ perSecond, latencyMs: latencyMs ?? 50, seconds: seconds ?? 40 }]
    : [
        { perSecond: 5, latencyMs: 50, seconds: 60 },
        // Until the first page of groups is in, there is only one listing to read; the run must be far longer.
        { perSecond: 5, latencyMs: 2000, seconds: 300 },
        { perSecond: 30, latencyMs: 200, seconds: 40 },
      ];

process.stdout.write("rate  latency ms  UserList calls  most in 1 s  most in 10 s  used %\n");
for (const setting of settings) {
  const { calls, maxInOneSecond, maxInTenSeconds, usedPerSecond } = await measure(setting);
  const columns = [
    String(setting.perSecond).padStart(4),
    String(setting.latencyMs).padStart(11),
    String(calls).padStart(15),
    String(maxInOneSecond).padStart(12),
    String(maxInTenSeconds).padStart(13),
    ((100 * usedPerSecond) / setting.perSecond).toFixed(2).padStart(7),
  ];
  process.stdout.write(`${columns.join(" ")}\n`);
}

interface Seen {
  readonly calls: number;
  readonly maxInOneSecond: number;
  readonly maxInTenSeconds: number;
  readonly usedPerSecond: number;
}

async function measure(setting: Setting): Promise<Seen> {
  const calls = setting.perSecond * setting.seconds;
  const folder = mkdtempSync(join(tmpdir(), "connector-rate-"));
  // Groups of one page each, so that work remains to the end even with slow answers.
  const server = await startScriptedServer({
    users: 600,
    groups: calls - 10,
    memberships: (calls - 10) * 20,
    "latency-ms": setting.latencyMs,
  });
  try {
    const where = [
      "--endpoint-url",
      server.url,
      "--user-pool-id",
      server.poolId,
      "--file",
      join(folder, "rate.c1z"),
    ];
    const sync = spawn(
      process.execPath,
      ["cmd/connector/main.ts", "sync", ...where, "--rate", String(setting.perSecond), "--output", "json"],
      {
        stdio: ["ignore", "ignore", "inherit"],
        env: {
          ...process.env,
          AWS_ACCESS_KEY_ID: "bench",
          AWS_SECRET_ACCESS_KEY: "bench",
          BATON_LOG_LEVEL: "error",
        },
      },
    );
    const code = await exitCode(sync);
    if (code !== 0) throw new Error(`connector sync ended with ${code}`);
    return await userListRate(server.url);
  } finally {
    server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function userListRate(url: string): Promise<Seen> {
  const answer = await fetch(`${url}/-/stats`);
  const stats: unknown = await answer.json();
  const rate = member(member(stats, "rates"), "UserList");
  const number = (name: string) => Number(member(rate, name));
  return {
    calls: number("calls"),
    maxInOneSecond: number("maxInOneSecond"),
    maxInTenSeconds: number("maxInTenSeconds"),
    usedPerSecond: number("usedPerSecond"),
  };
}

function member(of: unknown, name: string): unknown {
  return typeof of === "object" && of !== null
    ? Object.entries(of).find(([key]) => key === name)?.[1]
    : undefined;
}
