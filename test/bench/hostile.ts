// Attacks `connector serve` in every way of test/hostile, beside a caller with credentials, in the memory of the chart.
//   node test/bench/hostile.ts                every kind
//   node test/bench/hostile.ts watch silent   these kinds
//   node test/bench/hostile.ts --seconds 20   ends each attack after so long; 60 unless given
//   node test/bench/hostile.ts --profile DIR  writes there what the service spends its CPU time on
// Prints one row for each kind. Ends with exit code 1 when the limit was passed, the service ended, or the caller lost a call.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { Kind } from "../hostile/kind.ts";
import { KINDS } from "../hostile/kinds.ts";
import { type BenchPool, startBenchPool, text } from "./bench-pool.ts";
import { measureBomb } from "./hostile-file.ts";
import {
  PROVISION_TOKEN,
  READ_TOKEN,
  RIGHTFUL_TOKEN,
  startHostilePeer,
  tokensSetting,
} from "./hostile-peer.ts";
import { readHeldLoop } from "./loop-probe.ts";
import { type RightfulSort, startRightful } from "./rightful.ts";
import { compileProgram, type ServiceProcess, startService } from "./service-process.ts";

/** resources.limits.memory of the chart. */
const LIMIT_BYTES = 512 * 2 ** 20;
/** What Node takes for its heap under that limit. */
const IN_THE_CHART = "--max-old-space-size=256";
/** Far above the limit: the service is ended there, so that this machine goes on. */
const DANGER_BYTES = 2 * 2 ** 30;
const BASELINE_MS = 2000;
const AFTERWARDS_MS = 3000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: "string", default: "60" }, profile: { type: "string" } },
});
const BOMB = "c1z";
const asked = positionals.length === 0 ? [...Object.keys(KINDS), BOMB] : positionals;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

interface Watched {
  peakBytes: number;
}

/** Looks at the memory of the service until it ends or the signal comes. */
async function watchMemory(service: ServiceProcess, watched: Watched, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && service.ended() === undefined) {
    watched.peakBytes = Math.max(watched.peakBytes, rssOf(service));
    if (watched.peakBytes > DANGER_BYTES) service.kill();
    await sleep(100);
  }
}

function rssOf(service: ServiceProcess): number {
  try {
    return service.rssBytes() || 0;
  } catch {
    // It has just ended.
    return 0;
  }
}

async function startUpstream(poolUrl: string): Promise<{ readonly url: string; stop(): void }> {
  const child = spawn(process.execPath, ["test/hostile/endless-upstream.ts", poolUrl], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const line = await new Promise<string>((resolve) => {
    child.stdout?.once("data", (chunk: Buffer) => resolve(chunk.toString()));
  });
  return { url: text(JSON.parse(line), "url"), stop: () => void child.kill() };
}

async function attack(
  name: string,
  kind: Kind,
  main: string,
  pool: BenchPool,
  folder: string,
): Promise<boolean> {
  const upstream = kind.needs === "endless-upstream" ? await startUpstream(pool.url) : undefined;
  const stateDir = join(folder, name);
  const settings = [
    `--endpoint-url=${upstream?.url ?? pool.url}`,
    `--user-pool-id=${pool.poolId}`,
    `--state-dir=${stateDir}`,
    "--provisioning",
    "--health-check",
    "--health-check-port=0",
    tokensSetting(join(folder, "tokens")),
    ...(kind.settings ?? []),
  ];
  const heldFile = join(folder, `${name}.held`);
  const node = [
    IN_THE_CHART,
    `--import=./test/bench/loop-probe.ts?file=${encodeURIComponent(heldFile)}`,
    ...(kind.needs === "movable-clock" ? ["--import=./test/hostile/movable-clock.ts"] : []),
    ...(values.profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${values.profile}`]),
  ];
  const service = await startService(main, settings, { node, openFiles: kind.openFiles });
  const watching = new AbortController();
  const watched: Watched = { peakBytes: 0 };
  const memory = watchMemory(service, watched, watching.signal);
  const { address, pid } = service;
  const rightful = startRightful({
    address,
    token: RIGHTFUL_TOKEN,
    sub: pool.subs[0] ?? "",
    group: pool.groups[0] ?? "",
  });
  await sleep(BASELINE_MS);
  process.kill(pid, "SIGUSR1");
  const [loggedBefore, cpuBefore] = [service.logBytes(), service.cpuSeconds()];
  const begun = performance.now();
  const target = {
    address,
    scim: service.scim ?? "",
    readToken: READ_TOKEN,
    provisionToken: PROVISION_TOKEN,
    sub: pool.subs[1] ?? "",
    group: pool.groups[1] ?? "",
    pid,
  };
  const peer = startHostilePeer(name, target);
  const isOver = await Promise.race([peer.counts.then(() => true), sleep(Number(values.seconds) * 1000)]);
  const seconds = (performance.now() - begun) / 1000;
  const cpu = (service.ended() === undefined ? service.cpuSeconds() - cpuBefore : 0) / seconds;
  const loggedPerDay = ((service.logBytes() - loggedBefore) / seconds) * 86_400;
  if (isOver !== true) peer.stop();
  await sleep(AFTERWARDS_MS);
  const ended = service.ended();
  await rightful.stop();
  const counts = await peer.counts;
  watching.abort();
  await memory;
  upstream?.stop();
  await service.stop();

  const heldMs = readHeldLoop(heldFile)?.longest.toFixed(0) ?? "?";
  const waits = (["plain", "fresh", "listing", "write"] satisfies RightfulSort[]).map((sort) =>
    rightful.longestMs[sort].toFixed(0).padStart(8),
  );
  const columns = [
    name.padEnd(12),
    (watched.peakBytes / 2 ** 20).toFixed(0).padStart(9),
    ...waits,
    String([...rightful.lost.values()].reduce((sum, count) => sum + count, 0)).padStart(6),
    (loggedPerDay / 2 ** 30).toFixed(1).padStart(9),
    `${(cpu * 100).toFixed(0)}%`.padStart(6),
    heldMs.padStart(9),
    ` ${ended === undefined ? "serves" : `ended (${ended})`} `,
    ` ${[...counts].map(([what, count]) => `${what} ${count}`).join(", ")}; ${seconds.toFixed(0)} s`,
  ];
  print(columns.join(" "));
  for (const [what, count] of rightful.lost) print(`${" ".repeat(13)}the caller lost ${count}: ${what}`);
  return ended === undefined && watched.peakBytes <= LIMIT_BYTES && rightful.lost.size === 0;
}

const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
print(
  `limit ${LIMIT_BYTES / 2 ** 20} MiB, node ${IN_THE_CHART}; ${availableParallelism()} cores for service, pool and peers; load average ${loadavg()[0]?.toFixed(1)}; commit ${commit}`,
);
print("                peak      longest wait of the caller, ms      lost   GiB log   CPU of  loop held,");
print(
  "kind         RSS, MiB    plain    fresh  listing    write   calls    a day service     CPU ms  service  what came of the attack",
);
mkdirSync(".cache", { recursive: true });
const folder = mkdtempSync(join(process.cwd(), ".cache", "hostile-"));
const main = compileProgram();
let held = true;
try {
  for (const name of asked) {
    const kind = KINDS[name];
    if (kind === undefined && name !== BOMB)
      throw new Error(`no kind ${name}: ${Object.keys(KINDS).join(", ")}, ${BOMB}`);
    if (kind === undefined) {
      held = (await measureBomb(main, join(folder, BOMB), print)) && held;
      continue;
    }
    const pool = await startBenchPool(4, "20");
    held = (await attack(name, kind, main, pool, folder)) && held;
    pool.stop();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (!held) process.exitCode = 1;
process.exit();
