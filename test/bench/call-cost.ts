// Measures the CPU of `connector serve` for a call of the callers of callers.ts: so many calls, however long they take, so that
// two versions do the same work on a machine that others use too.
//   node test/bench/call-cost.ts [--calls 1500] [--warm-up 600] [--callers 60] [--seed 8]
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type BenchPool, startBenchPool } from "./bench-pool.ts";
import { metric } from "./call-tally.ts";
import { createCaller } from "./caller.ts";
import { compileProgram, type ServiceProcess, startService } from "./service-process.ts";
import { firstGroups } from "./standing.ts";

const { values } = parseArgs({
  options: {
    calls: { type: "string", default: "1500" },
    /** Calls before these, which compile the program. */
    "warm-up": { type: "string", default: "600" },
    callers: { type: "string", default: "60" },
    seed: { type: "string", default: "8" },
  },
});
const callerCount = Number(values.callers);
const THINK_MS = 5;
const LATENCY_MS = "5";
/** The pool's process leaves the service the cores. */
const POOL_NICENESS = 10;

async function measure(service: ServiceProcess, pool: BenchPool): Promise<void> {
  let left = 0;
  let made = 0;
  let writes = 0;
  let stop = new AbortController();
  const callers = pool.subs.slice(0, callerCount).map((sub, index) =>
    createCaller({
      address: service.address,
      sub,
      groups: pool.groups,
      joined: firstGroups(pool.groups, index),
      seed: Number(values.seed) + index,
      meanThinkMs: THINK_MS,
      token: undefined,
      seen({ sort }) {
        made += 1;
        if (sort === "write") writes += 1;
        if (made >= left) stop.abort();
      },
    }),
  );
  await Promise.all(callers.map((caller) => caller.connect()));
  async function make(calls: number): Promise<void> {
    stop = new AbortController();
    [left, made, writes] = [calls, 0, 0];
    await Promise.all(callers.map((caller) => caller.work(stop.signal)));
  }
  const callsToAws = async () =>
    metric(await (await fetch(`${String(service.http)}/metrics`)).text(), "connector_aws_calls_total");

  await make(Number(values["warm-up"]));
  const awsBefore = await callsToAws();
  const cpuBefore = service.cpuSeconds();
  await make(Number(values.calls));
  const cpuMs = 1000 * (service.cpuSeconds() - cpuBefore);
  const aws = (await callsToAws()) - awsBefore;
  const wrong = callers.flatMap((caller) => caller.wrong);
  for (const caller of callers) caller.close();
  process.stdout.write(
    `${(cpuMs / made).toFixed(2)} ms of CPU a call: ${made} calls, ${writes} of them writes, ${aws} calls to AWS, ${wrong.length} wrong answers\n`,
  );
  if (wrong.length > 0) process.exitCode = 1;
}

const main = compileProgram();
const folder = mkdtempSync(join(process.cwd(), ".cache", "call-cost-"));
const pool = await startBenchPool(callerCount, LATENCY_MS, POOL_NICENESS);
try {
  const service = await startService(main, [
    `--endpoint-url=${pool.url}`,
    `--user-pool-id=${pool.poolId}`,
    "--rate=100",
    "--provisioning",
    `--state-dir=${join(folder, "state")}`,
    "--max-disables-per-hour=1000000",
    "--health-check",
    "--health-check-port=0",
  ]);
  await measure(service, pool);
  await service.stop();
} finally {
  pool.stop();
  rmSync(folder, { recursive: true, force: true });
}
