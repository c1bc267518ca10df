// Measures how long callers wait while the service works on its files: a health call and a ListResourceTypes every 20 ms,
// during a scheduled sync that reads and publishes, and during grants on a disk that takes 100 ms to sync a file.
//   node test/bench/latency.ts                                     1,000,000 people
//   node test/bench/latency.ts --users 300000 --program other/dist/cmd/connector/main.js
// Ends with exit code 1 when a phase is over its limits: 50 ms for 99 of 100 calls, 250 ms for the longest. Reading is judged at
// the rate that AWS grants to an account. So a million people would take half an hour, and the sync that publishes reads faster:
// that phase is printed and not judged, since there the calls and the sync share a full core.
import { execFileSync, fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { Agent, get } from "node:http";
import { availableParallelism, loadavg } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { QUOTAS } from "../../pkg/core/operations.ts";
import { GrantManagerService } from "../../pkg/gen/c1/connector/v2/grant_pb.ts";
import { ResourcesService, ResourceTypesService } from "../../pkg/gen/c1/connector/v2/resource_pb.ts";
import { grpcClient } from "../support/grpc-client.ts";
import { type ScriptedServer, startScriptedServer } from "./scripted-server.ts";
import { compileProgram, type ServiceProcess, startService } from "./service-process.ts";

const { values } = parseArgs({
  options: {
    users: { type: "string", default: "1000000" },
    /** A compiled `main.js`; that of the checkout unless given. */
    program: { type: "string" },
    /** Requests a second of the sync that publishes: 40 times the default, so that a million people take minutes. */
    rate: { type: "string", default: "200" },
    /** How long a sync reads at the rate of AWS. */
    "reading-s": { type: "string", default: "60" },
    grants: { type: "string", default: "20" },
    "fsync-ms": { type: "string", default: "100" },
  },
});
const users = Number(values.users);
const P99_MS = 50;
const MOST_MS = 250;
const TICK_MS = 20;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

interface Waits {
  readonly health: number[];
  readonly types: number[];
}

/** Asks every 20 ms, also while earlier answers are out, and puts each wait under the phase in which it was asked. */
function startAsking(service: ServiceProcess, phase: () => string) {
  const client = grpcClient(service.address);
  // A connection for each call, as a probe makes it.
  const agent = new Agent({ keepAlive: false });
  const seen = new Map<string, Waits>();
  const failures: string[] = [];
  const asked = new Set<Promise<void>>();
  const ownDelay = monitorEventLoopDelay({ resolution: 5 });
  ownDelay.enable();

  async function timed(took: number[], call: () => Promise<string>): Promise<void> {
    const begun = performance.now();
    const failure = await call();
    if (failure === "") took.push(performance.now() - begun);
    else failures.push(failure);
  }

  function ask(): void {
    const now = phase();
    const waits = seen.get(now) ?? { health: [], types: [] };
    seen.set(now, waits);
    const both = Promise.all([
      timed(waits.health, () => live(`${String(service.http)}/livez`, agent)),
      timed(waits.types, async () => {
        const { code } = await client.unary(ResourceTypesService.method.listResourceTypes);
        return code === "OK" ? "" : code;
      }),
    ]).then(() => void asked.delete(both));
    asked.add(both);
  }

  const timer = setInterval(ask, TICK_MS);
  return {
    seen,
    failures,
    async stop() {
      clearInterval(timer);
      await Promise.all(asked);
      client.close();
      agent.destroy();
      return ownDelay.max / 1e6;
    },
  };
}

function live(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve) => {
    get(url, { agent }, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode === 200 ? "" : String(response.statusCode)));
    }).once("error", (error) => resolve(error.message));
  });
}

const HEAD = "phase                         call               calls    p50    p99  longest (ms)";

/** Prints one line for each sort of call; false when one is over the limits. */
function report(phase: string, { health, types }: Waits): boolean {
  let within = true;
  for (const [name, took] of [
    ["health", health],
    ["ListResourceTypes", types],
  ] as const) {
    const sorted = took.toSorted((a, b) => a - b);
    const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
    if (at(0.99) > P99_MS || at(1) > MOST_MS) within = false;
    const times = [at(0.5), at(0.99), at(1)].map((ms) => ms.toFixed(1).padStart(7));
    print(`${phase.padEnd(29)} ${name.padEnd(18)} ${String(took.length).padStart(5)} ${times.join("")}`);
  }
  return within;
}

interface Phase {
  readonly name: string;
  readonly isJudged: boolean;
}

function conclude(
  asking: ReturnType<typeof startAsking>,
  ownMs: number,
  service: ServiceProcess,
  phases: readonly Phase[],
): void {
  for (const { name, isJudged } of phases) {
    const waits = asking.seen.get(name);
    if (waits !== undefined && !report(name, waits) && isJudged) process.exitCode = 1;
  }
  const { failures } = asking;
  print(
    `  own loop held for ${ownMs.toFixed(0)} ms at most; ${failures.length} calls failed; ${service.complaints.length} complaints; RSS ${(service.rssBytes() / 2 ** 20).toFixed(0)} MiB; load ${loadavg()[0]?.toFixed(1)}`,
  );
  for (const line of [...new Set(failures), ...service.complaints].slice(0, 5)) print(`   ${line}`);
  if (failures.length > 0) process.exitCode = 1;
}

/** A service whose first scheduled sync begins with it. */
function startSyncing(
  main: string,
  pool: ScriptedServer,
  folder: string,
  perSecond: number,
): Promise<ServiceProcess> {
  return startService(main, [
    `--endpoint-url=${pool.url}`,
    `--user-pool-id=${pool.poolId}`,
    `--rate=${perSecond}`,
    "--health-check",
    "--health-check-port=0",
    "--sync-every=12h",
    `--file=${join(folder, "sync.c1z")}`,
    `--state-dir=${join(folder, "sync-state")}`,
  ]);
}

async function measureReading(main: string, pool: ScriptedServer, folder: string): Promise<void> {
  mkdirSync(folder);
  const perSecond = QUOTAS.UserList.accountPerSecond;
  const name = `sync, reading, ${perSecond}/s`;
  const service = await startSyncing(main, pool, folder, perSecond);
  try {
    const asking = startAsking(service, () => name);
    await sleep(Number(values["reading-s"]) * 1000);
    const ownMs = await asking.stop();
    conclude(asking, ownMs, service, [{ name, isJudged: true }]);
  } finally {
    await service.stop();
  }
}

async function measureSync(main: string, pool: ScriptedServer, folder: string): Promise<void> {
  const stateDir = join(folder, "sync-state");
  const service = await startSyncing(main, pool, folder, Number(values.rate));
  try {
    const names = () => [...readdirSync(folder), ...readdirSync(stateDir)];
    const reading = `sync, reading, ${values.rate}/s`;
    let phase = reading;
    const asking = startAsking(service, () => phase);
    const begun = performance.now();
    while (!names().some((name) => name.endsWith("-next"))) await sleep(TICK_MS);
    phase = "sync, publishing";
    const read = performance.now();
    while (!names().includes("sync.c1z")) await sleep(TICK_MS);
    const published = performance.now();
    await sleep(500);
    const seconds = [read - begun, published - read].map((ms) => (ms / 1000).toFixed(0));
    const ownMs = await asking.stop();
    print(`sync of ${users} people: read in ${seconds[0] ?? ""} s, published in ${seconds[1] ?? ""} s`);
    conclude(asking, ownMs, service, [
      { name: reading, isJudged: false },
      { name: "sync, publishing", isJudged: true },
    ]);
  } finally {
    await service.stop();
  }
}

interface ChangingPool {
  readonly url: string;
  readonly poolId: string;
  stop(): void;
}

/** The scripted server of generated people takes no writes; that of `callers.ts` does. */
async function startChangingPool(): Promise<ChangingPool> {
  const child = fork("test/bench/callers-pool.ts", ["100", "5"], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  if (child.stdout === null) throw new TypeError("the pool's output is a pipe");
  let line = "";
  while (!line.includes("\n")) line += String((await once(child.stdout, "data"))[0]);
  const [, url = ""] = /"url":"([^"]+)"/.exec(line) ?? [];
  const [, poolId = ""] = /"poolId":"([^"]+)"/.exec(line) ?? [];
  return { url, poolId, stop: () => void child.kill() };
}

async function measureGrants(main: string, folder: string): Promise<void> {
  const shim = join(folder, "slow-disk.so");
  if (spawnSync("cc", ["-shared", "-fPIC", "-o", shim, "test/bench/slow-disk.c", "-ldl"]).status !== 0) {
    print("grants on a slow disk: not measured, since there is no C compiler");
    return;
  }
  const pool = await startChangingPool();
  const stateDir = join(folder, "grants-state");
  mkdirSync(stateDir, { mode: 0o700 });
  const slow = { LD_PRELOAD: shim, SLOW_DISK_DIR: stateDir, SLOW_DISK_MS: values["fsync-ms"] };
  const service = await startService(
    main,
    [
      `--endpoint-url=${pool.url}`,
      `--user-pool-id=${pool.poolId}`,
      "--rate=1000",
      "--health-check",
      "--health-check-port=0",
      "--provisioning",
      `--state-dir=${stateDir}`,
    ],
    { env: slow },
  );
  const client = grpcClient(service.address);
  try {
    const list = async (resourceTypeId: string) =>
      (await client.unary(ResourcesService.method.listResources, { resourceTypeId })).answer?.list ?? [];
    const [people, groups] = [await list("user"), await list("group")];
    const asking = startAsking(service, () => "grants on a slow disk");
    const codes = new Map<string, number>();
    const begun = performance.now();
    const grant = async (index: number) => {
      const [principal, resource] = [people[index], groups[index % groups.length]];
      const entitlement = {
        id: `group:${resource?.id?.resource ?? ""}:member`,
        ...(resource && { resource }),
      };
      const { code } = await client.unary(
        GrantManagerService.method.grant,
        { entitlement, ...(principal && { principal }) },
        { timeoutMs: 120_000 },
      );
      codes.set(code, (codes.get(code) ?? 0) + 1);
    };
    // Four callers: the journal makes one commit at a time.
    const total = Number(values.grants);
    await Promise.all(
      [0, 1, 2, 3].map(async (caller) => {
        for (let index = caller; index < total; index += 4) await grant(index);
      }),
    );
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    const ownMs = await asking.stop();
    print(`${total} grants, ${values["fsync-ms"]} ms a sync: ${seconds} s, ${JSON.stringify([...codes])}`);
    if ((codes.get("OK") ?? 0) !== total) process.exitCode = 1;
    conclude(asking, ownMs, service, [{ name: "grants on a slow disk", isJudged: true }]);
  } finally {
    client.close();
    await service.stop();
    pool.stop();
  }
}

const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
print(
  `${values.program ?? `commit ${commit}`}; ${availableParallelism()} cores for service, pool and callers; load average ${loadavg()[0]?.toFixed(1)}`,
);
// Beside the checkout: /tmp may be memory, and then no write would wait for a disk.
mkdirSync(".cache", { recursive: true });
const main = values.program ?? compileProgram();
const folder = mkdtempSync(join(process.cwd(), ".cache", "latency-"));
try {
  print(HEAD);
  await measureGrants(main, folder);
  if (users > 0) {
    const groups = Math.max(1, Math.round(users / 2000));
    const pool = await startScriptedServer({ users, groups, memberships: 2 * users });
    try {
      await measureReading(main, pool, join(folder, "reading"));
      await measureSync(main, pool, folder);
    } finally {
      pool.stop();
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
