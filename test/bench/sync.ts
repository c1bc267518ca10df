// Measures `connector sync` from outside, on a pool served by a process of its own: rows a second, time of the processor (which
// is comparable on a busy machine) and peak memory. Into a `.c1z` alone, into an inventory in SQLite alone, and into the
// inventory again after one user and one membership in a hundred have changed; then what people ask of the inventory.
//   node test/bench/sync.ts                      the three sizes of the README
//   node test/bench/sync.ts 100000 50 200000     users, groups, memberships
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { askInventory } from "./inventory-questions.ts";
import { watchUsage } from "./process-usage.ts";
import { exitCode, startScriptedServer } from "./scripted-server.ts";

interface Size {
  readonly users: number;
  readonly groups: number;
  readonly memberships: number;
}

interface Measured {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
  readonly fileBytes: number;
}

const SIZES: readonly Size[] = [
  { users: 133_000, groups: 67, memberships: 266_000 },
  { users: 1_000_000, groups: 500, memberships: 2_000_000 },
  { users: 1_333_000, groups: 667, memberships: 2_666_000 },
];

const [wantedUsers, wantedGroups, wantedMemberships] = process.argv.slice(2).map(Number);
const sizes =
  wantedUsers === undefined
    ? SIZES
    : [{ users: wantedUsers, groups: wantedGroups ?? 10, memberships: wantedMemberships ?? wantedUsers }];

process.stdout.write(
  "      users  groups memberships into             seconds  rows/s  CPU s  peak RSS MiB  file MiB\n",
);
for (const size of sizes) await measureSize(size);

async function measureSize(size: Size): Promise<void> {
  // Beside the checkout: /tmp may be in memory, and then the file would count as memory.
  mkdirSync(".cache", { recursive: true });
  const folder = mkdtempSync(join(process.cwd(), ".cache", "bench-"));
  const file = join(folder, "bench.c1z");
  const inventory = join(folder, "bench.db");
  try {
    const alone = await measure(size, false, { option: "--file", path: file });
    print(size, ".c1z", alone);
    rmSync(file);
    const first = await measure(size, false, { option: "--inventory", path: inventory });
    print(size, "inventory", first);
    const again = await measure(size, true, { option: "--inventory", path: inventory });
    print(size, "inventory, 1 %", again);
    process.stdout.write(
      `  CPU of the inventory: ${(first.cpuSeconds / alone.cpuSeconds).toFixed(2)} x that of the .c1z\n`,
    );
    for (const { question, rows, ms } of await askInventory(inventory)) {
      process.stdout.write(`  ${question}: ${ms.toFixed(1)} ms, ${rows} rows\n`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function print({ users, groups, memberships }: Size, into: string, measured: Measured): void {
  const { seconds, cpuSeconds, peakRssBytes, fileBytes } = measured;
  const columns = [
    String(users).padStart(11),
    String(groups).padStart(7),
    String(memberships).padStart(11),
    into.padEnd(16),
    seconds.toFixed(1).padStart(7),
    String(Math.round((users + groups + memberships) / seconds)).padStart(7),
    cpuSeconds.toFixed(1).padStart(6),
    (peakRssBytes / 2 ** 20).toFixed(0).padStart(13),
    (fileBytes / 2 ** 20).toFixed(0).padStart(9),
  ];
  process.stdout.write(`${columns.join(" ")}\n`);
}

interface Into {
  readonly option: "--file" | "--inventory";
  readonly path: string;
}

async function measure(size: Size, changed: boolean, { option, path }: Into): Promise<Measured> {
  const server = await startScriptedServer({ ...size, ...(changed ? { changed: true } : {}) });
  try {
    const { url, poolId } = server;
    const args = [
      "sync",
      option,
      path,
      "--endpoint-url",
      url,
      "--user-pool-id",
      poolId,
      "--rate",
      "100000",
      "--output",
      "json",
    ];
    const startedAt = performance.now();
    const sync = spawn(process.execPath, ["cmd/connector/main.ts", ...args], {
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        ...process.env,
        AWS_ACCESS_KEY_ID: "bench",
        AWS_SECRET_ACCESS_KEY: "bench",
        BATON_LOG_LEVEL: "error",
      },
    });
    const usage = watchUsage(sync.pid === undefined ? [] : [sync.pid]);
    sync.stdout.resume();
    const code = await exitCode(sync);
    if (code !== 0) throw new Error(`connector sync ended with ${String(code)}`);
    const seconds = (performance.now() - startedAt) / 1000;
    return { seconds, ...usage(), fileBytes: statSync(path).size };
  } finally {
    server.stop();
  }
}
