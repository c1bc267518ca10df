// Measures one `connector sync` from outside, on a pool served by a process of its own: rows a second, time of the
// processor (which is comparable on a busy machine) and peak memory.
//   node test/bench/sync.ts                      the three sizes of the README
//   node test/bench/sync.ts 100000 50 200000     users, groups, memberships
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { exitCode, startScriptedServer } from "./scripted-server.ts";

interface Size {
  readonly users: number;
  readonly groups: number;
  readonly memberships: number;
}

interface Measured {
  readonly rows: number;
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

/** The unit of CPU time in Linux. */
const TICKS_PER_SECOND = 100;

const [users, groups, memberships] = process.argv.slice(2).map(Number);
const sizes =
  users !== undefined ? [{ users, groups: groups ?? 10, memberships: memberships ?? users }] : SIZES;

process.stdout.write(
  "      users  groups memberships      rows  seconds  rows/s  CPU s  peak RSS MiB  file MiB\n",
);
for (const size of sizes) {
  const { rows, seconds, cpuSeconds, peakRssBytes, fileBytes } = await measure(size);
  const columns = [
    String(size.users).padStart(11),
    String(size.groups).padStart(7),
    String(size.memberships).padStart(11),
    String(rows).padStart(9),
    seconds.toFixed(1).padStart(8),
    String(Math.round(rows / seconds)).padStart(7),
    cpuSeconds.toFixed(1).padStart(6),
    (peakRssBytes / 2 ** 20).toFixed(0).padStart(13),
    (fileBytes / 2 ** 20).toFixed(0).padStart(9),
  ];
  process.stdout.write(`${columns.join(" ")}\n`);
}

async function measure(size: Size): Promise<Measured> {
  // Beside the checkout: /tmp may be in memory, and then the file would count as memory.
  mkdirSync(".cache", { recursive: true });
  const folder = mkdtempSync(join(process.cwd(), ".cache", "bench-"));
  const server = await startScriptedServer({ ...size });
  try {
    const { url, poolId } = server;
    const file = join(folder, "bench.c1z");
    const args = [
      "sync",
      "--file",
      file,
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
    const usage = watchUsage(sync);
    sync.stdout.resume();
    const code = await exitCode(sync);
    if (code !== 0) throw new Error(`connector sync ended with ${String(code)}`);
    const seconds = (performance.now() - startedAt) / 1000;
    const rows = size.users + size.groups + size.memberships;
    return { rows, seconds, ...usage(), fileBytes: statSync(file).size };
  } finally {
    server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The kernel's own figures, read until the process ends. */
function watchUsage(program: ChildProcess): () => Pick<Measured, "cpuSeconds" | "peakRssBytes"> {
  let peak = 0;
  let ticks = 0;
  const look = () => {
    try {
      const status = readFileSync(`/proc/${String(program.pid)}/status`, "utf8");
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024);
      const [user = 0, system = 0] = readFileSync(`/proc/${String(program.pid)}/stat`, "utf8")
        .split(") ")[1]
        ?.split(" ")
        .slice(11, 13)
        .map(Number) ?? [0, 0];
      ticks = Math.max(ticks, user + system);
    } catch {
      // The process has ended; the last figures count.
    }
  };
  const timer = setInterval(look, 100);
  program.once("exit", () => clearInterval(timer));
  return () => ({ cpuSeconds: ticks / TICKS_PER_SECOND, peakRssBytes: peak });
}
