// Measures `connector serve` under many callers at mixed load: latency, memory, and whether every write was done once.
//   node test/bench/callers.ts                                   200 callers, 10 minutes
//   node test/bench/callers.ts --minutes 1 --callers 200 --seed 7 --think-ms 1250 --latency-ms 20
//   node test/bench/callers.ts --hostile --minutes 1             beside one hostile peer of each kind (test/hostile)
//   node test/bench/callers.ts --hostile --kinds watch,refused   beside these
// Hostile peers and the pool would have machines of their own. Here they share the cores, so they run at lower priorities
// (nice 19 and 10), and what each peer did in a second is printed: the attack is as strong as the cores that are free. "loop
// held" is in CPU time of the service's main thread, which other programs do not add to; "own p99" is how late the callers'
// own process was, which is part of each time that it measures: the times are printed without it too. The first seconds, in
// which seven peers start beside a service that has compiled nothing yet, are printed apart.
// Ends with exit code 1 when a write was lost or doubled, or a call failed; times and memory are printed, not judged.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { makeRoomForFiles } from "../../cmd/connector/app/service/room-for-files.ts";
import { type BenchPool, startBenchPool } from "./bench-pool.ts";
import { createCallTally, metric, quantileOf, quantiles, readAheadOutcomes } from "./call-tally.ts";
import { type Caller, createCaller, type Seen, type Sort } from "./caller.ts";
import { CROWD, startHostileCrowd } from "./hostile-crowd.ts";
import { callerToken, PROVISION_TOKEN, READ_TOKEN, tokensSetting } from "./hostile-peer.ts";
import { readHeldLoop } from "./loop-probe.ts";
import { watchOwnLateness } from "./own-lateness.ts";
import { reconcileWrites } from "./reconcile-writes.ts";
import { compileProgram, PLAIN_ENV, startService } from "./service-process.ts";
import { firstGroups } from "./standing.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    callers: { type: "string", default: "200" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    /** Between an answer and the next call of the same caller, on average. */
    "think-ms": { type: "string", default: "1250" },
    /** The latency of the pool's server, for each call. */
    "latency-ms": { type: "string", default: "20" },
    /** Requests a second to AWS, each category. Beside hostile peers: the listings that are admitted are real work. */
    rate: { type: "string" },
    hostile: { type: "boolean", default: false },
    kinds: { type: "string", default: CROWD.join(",") },
    /** Writes a CPU profile of the service into this folder. */
    profile: { type: "string" },
  },
});
const minutes = Number(values.minutes);
const callerCount = Number(values.callers);
const seed = Number(values.seed);
const rate = Number(values.rate ?? (values.hostile ? 100 : 5000));
const thinkMs = Number(values["think-ms"]);
/** What the callers may wait for a call without an AWS turn beside hostile peers, 99 of 100. */
const MAX_PLAIN_P99_MS = 100;

const MINUTE_MS = 60_000;
/** So long the service and the peers start: what a call takes then is printed apart. */
const STARTING_MS = 5000;
const SORTS: readonly Sort[] = ["plain", "read", "write"];
const TITLES: Readonly<Record<Sort, string>> = {
  plain: "no AWS turn",
  read: "reads",
  write: "writes",
};

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);

/** Prints the cost of starting the service and of an idle service. */
async function measureIdle(main: string, fixed: readonly string[], folder: string): Promise<void> {
  const ways = [
    ["serve", []],
    ["serve --health-check", ["--health-check", "--health-check-port=0"]],
    ["serve --provisioning --health-check", provisioning(join(folder, "idle"))],
  ] as const;
  for (const [title, more] of ways) {
    const startedMs: number[] = [];
    let rssBytes = 0;
    for (let time = 0; time < 3; time += 1) {
      const service = await startService(main, [...fixed, ...more]);
      startedMs.push(service.startedMs);
      if (time === 2) {
        await sleep(10_000);
        rssBytes = service.rssBytes();
      }
      await service.stop();
    }
    const times = startedMs.map((ms) => ms.toFixed(0)).join(", ");
    print(`${title}: idle RSS ${mib(rssBytes)} MiB after 10 s; serving ${times} ms after its start`);
  }
}

const provisioning = (stateDir: string): readonly string[] => [
  "--health-check",
  "--health-check-port=0",
  "--provisioning",
  `--state-dir=${stateDir}`,
  "--max-disables-per-hour=1000000",
];

async function measureLoad(main: string, fixed: readonly string[], pool: BenchPool, folder: string) {
  const stateDir = join(folder, "state");
  const tokens = values.hostile ? [tokensSetting(join(folder, "tokens"), callerCount)] : [];
  const heldFile = join(folder, "held");
  const service = await startService(main, [...fixed, ...provisioning(stateDir), ...tokens], {
    node: [
      `--import=./test/bench/loop-probe.ts?file=${encodeURIComponent(heldFile)}`,
      ...(values.profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${values.profile}`]),
    ],
  });
  const whole = createCallTally();
  let minute = createCallTally();
  const own = watchOwnLateness();
  let begun = Number.POSITIVE_INFINITY;
  const starting: number[] = [];
  const settled = { seen: Array.of<number>(), without: Array.of<number>() };
  const seen = (call: Seen): void => {
    whole.seen(call);
    minute.seen(call);
    if (call.sort !== "plain") return;
    const from = call.atMs - call.tookMs;
    if (from < begun + STARTING_MS) starting.push(call.tookMs);
    else {
      settled.seen.push(call.tookMs);
      settled.without.push(call.tookMs - own.within(from, call.atMs));
    }
  };
  const callers = pool.subs.slice(0, callerCount).map((sub, index) =>
    createCaller({
      address: service.address,
      sub,
      groups: pool.groups,
      joined: firstGroups(pool.groups, index),
      seed: seed + index,
      meanThinkMs: thinkMs,
      token: values.hostile ? callerToken(index) : undefined,
      seen,
    }),
  );
  const connecting: number[] = [];
  const connectBegun = performance.now();
  const connect = async (caller: Caller) => {
    await caller.connect();
    connecting.push(performance.now() - connectBegun);
  };
  await Promise.all(callers.map(connect));
  print(`connecting and one call, all callers at once: ${quantiles(connecting)}`);
  const ownDelay = monitorEventLoopDelay({ resolution: 10 });
  ownDelay.enable();
  const scrape = async () => {
    const end = service.ended();
    if (end === undefined) return await (await fetch(`${String(service.http)}/metrics`)).text();
    throw new Error(
      `serve ended with ${end}: ${service.complaints.filter((line) => !line.startsWith("{")).join("\n")}`,
    );
  };
  await scrape();
  process.kill(service.pid, "SIGUSR1");

  const crowd = values.hostile
    ? startHostileCrowd(values.kinds.split(",").filter(Boolean), {
        address: service.address,
        scim: "",
        readToken: READ_TOKEN,
        provisionToken: PROVISION_TOKEN,
        sub: pool.subs[callerCount] ?? "",
        group: pool.groups[0] ?? "",
        pid: service.pid,
      })
    : undefined;
  const ending = new AbortController();
  begun = performance.now();
  const cpuAtBegin = service.cpuSeconds();
  const working = Promise.all(callers.map((caller) => caller.work(ending.signal)));
  print(
    "minute   calls  failed  p99 plain ms  RSS MiB  heap MiB  CPU %  loop p99/most ms  own p99 ms  load avg",
  );
  let cpuBefore = service.cpuSeconds();
  const rss: number[] = [];
  let scraped = "";
  for (let passed = 1; passed <= Math.ceil(minutes); passed += 1) {
    const from = performance.now();
    await sleep(begun + Math.min(passed, minutes) * MINUTE_MS - from);
    scraped = await scrape();
    const cpu = service.cpuSeconds();
    const done = minute;
    minute = createCallTally();
    rss.push(service.rssBytes());
    const p99 = quantileOf(done.tookMs.plain, 0.99);
    const loop = ["p99", "max"].map((of) =>
      (metric(scraped, `nodejs_eventloop_lag_${of}_seconds`) * 1000).toFixed(0),
    );
    const columns = [
      String(passed).padStart(6),
      String(SORTS.reduce((sum, sort) => sum + done.tookMs[sort].length, 0)).padStart(7),
      String([...done.failures.values()].reduce((sum, count) => sum + count, 0)).padStart(7),
      p99.toFixed(1).padStart(13),
      mib(service.rssBytes()).padStart(8),
      mib(metric(scraped, "nodejs_heap_size_used_bytes")).padStart(9),
      ((100_000 * (cpu - cpuBefore)) / (performance.now() - from)).toFixed(0).padStart(6),
      loop.join("/").padStart(17),
      (ownDelay.percentile(99) / 1e6).toFixed(0).padStart(11),
      (loadavg()[0] ?? 0).toFixed(1).padStart(9),
    ];
    print(columns.join(" "));
    cpuBefore = cpu;
    ownDelay.reset();
  }
  ending.abort();
  await working;
  for (const line of (await crowd?.stop()) ?? []) print(`hostile ${line}`);
  const seconds = (performance.now() - begun) / 1000;
  const cpuSeconds = service.cpuSeconds() - cpuAtBegin;
  scraped = await scrape();
  for (const caller of callers) caller.close();

  const total = SORTS.reduce((sum, sort) => sum + whole.tookMs[sort].length, 0);
  print(`\n${total} calls in ${seconds.toFixed(1)} s: ${(total / seconds).toFixed(1)} a second`);
  print([...whole.byName].map(([name, count]) => `${name} ${count}`).join(", "));
  for (const sort of SORTS) {
    const took = whole.tookMs[sort];
    print(`${TITLES[sort].padEnd(12)} ${String(took.length).padStart(6)} calls: ${quantiles(took)}`);
  }
  print(`of the first ${STARTING_MS / 1000} s:  ${quantiles(starting)}`);
  print(`after these:      ${quantiles(settled.seen)}`);
  print(`without the time in which the callers' own process was late: ${quantiles(settled.without)}`);
  own.stop();
  const plain = /method="(ListResourceTypes|ListEntitlements|Check|ListActionSchemas)"/;
  const inTime = metric(
    scraped,
    "connector_grpc_request_duration_seconds_bucket",
    new RegExp(`le="0.05".*${plain.source}|${plain.source}.*le="0.05"`),
  );
  const all = metric(scraped, "connector_grpc_request_duration_seconds_count", plain);
  print(`the same from when the service takes a call up: ${inTime} of ${all} within 50 ms`);
  print(
    `RSS after each minute: ${rss.map(mib).join(" ")} MiB; calls to AWS: ${metric(scraped, "connector_aws_calls_total")}`,
  );
  print(`pages read ahead: ${readAheadOutcomes(scraped)}`);
  await sleep(2000);
  print(`RSS two seconds after the last caller left: ${mib(service.rssBytes())} MiB`);
  print(
    `serve ended with ${String(await service.stop())}; ${service.complaints.length} complaints in its log`,
  );
  const held = readHeldLoop(heldFile);
  print(
    `CPU of the service: ${cpuSeconds.toFixed(1)} s, ${((100 * cpuSeconds) / seconds).toFixed(0)} % of a core, ${((1000 * cpuSeconds) / total).toFixed(2)} ms a call of the callers`,
  );
  print(
    `loop held, of the pieces of work over 5 ms of CPU time: p99 ${held?.p99.toFixed(0) ?? "?"}, longest ${held?.longest.toFixed(0) ?? "?"} ms`,
  );
  for (const line of service.complaints.slice(0, 10)) print(`   ${line}`);
  for (const [failure, count] of whole.failures) print(`failed ${count} times: ${failure}`);

  const problems = await reconcileWrites(callers, pool, stateDir, print);
  const verify = [
    "audit",
    "verify",
    "--output=table",
    `--user-pool-id=${pool.poolId}`,
    `--state-dir=${stateDir}`,
  ];
  const verified = spawnSync(process.execPath, [main, ...verify], { encoding: "utf8", env: PLAIN_ENV });
  print(`audit verify ended with ${String(verified.status)}: ${verified.stdout.split("\n")[0] ?? ""}`);
  if (verified.status !== 0) problems.push(`audit verify: ${verified.stderr}`);
  print(`${problems.length} problems${problems.length === 0 ? ": nothing lost, nothing doubled" : ""}`);
  for (const problem of problems.slice(0, 20)) print(`   ${problem}`);
  const plainP99 = quantileOf(settled.seen, 0.99);
  if (crowd !== undefined)
    print(
      `p99 without an AWS turn, once all have started: ${plainP99.toFixed(1)} of at most ${MAX_PLAIN_P99_MS} ms`,
    );
  if (crowd !== undefined && plainP99 > MAX_PLAIN_P99_MS) process.exitCode = 1;
  if (problems.length > 0 || whole.failures.size > 0) process.exitCode = 1;
}

const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
print(
  `${callerCount} callers, ${minutes} minutes, seed ${seed}, think time ${thinkMs} ms on average: ${((callerCount * 1000) / thinkMs).toFixed(0)} calls a second offered`,
);
print(
  `60 % no AWS turn, 30 % reads, 10 % writes; AWS answers after ${values["latency-ms"]} ms, ${rate} requests a second and category; ${availableParallelism()} cores for service, pool and callers; load average ${loadavg()[0]?.toFixed(1)}; commit ${commit}`,
);
const main = compileProgram();
// Beside the checkout: /tmp may be memory, and then no write would wait for a disk.
mkdirSync(".cache", { recursive: true });
const folder = mkdtempSync(join(process.cwd(), ".cache", "callers-"));
// Else the callers wait for the kernel while they connect, and their times are its times.
await makeRoomForFiles(4096);
const pool = await startBenchPool(callerCount + 1, values["latency-ms"], values.hostile ? 10 : 0);
try {
  const fixed = [`--endpoint-url=${pool.url}`, `--user-pool-id=${pool.poolId}`, `--rate=${rate}`];
  if (!values.hostile) await measureIdle(main, fixed, folder);
  await measureLoad(main, fixed, pool, folder);
} finally {
  pool.stop();
  rmSync(folder, { recursive: true, force: true });
}
