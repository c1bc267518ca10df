// One bad day of whole processes: real SIGKILL, real sockets, a real limit on the size of files. Faults come by the number of
// the call, since time is real here and differs from one machine to another.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ScriptedCognito, startScriptedCognito } from "../cognito/server.ts";
import { type CliResult, runCli, startCli, startCliWithFileSize } from "../support/connector-cli.ts";
import { EFFECTS } from "./faults.ts";
import { recordHistory } from "./history.ts";
import { changePool, DAY_POOL, poolOfDay } from "./pool-of-day.ts";
import { CHANGES, drawing, type PoolChange, type PoolPlan, TARGETS } from "./schedule.ts";
import { TargetsOfDay } from "./targets-of-day.ts";

const CALL_FAULTS = [
  "throttling-storm",
  "server-errors",
  "reset-before",
  "reset-mid-body",
  "lost-answer",
  "malformed-answer",
  "expired-credentials",
] as const;

export interface ProcessPlan extends PoolPlan {
  readonly targets: (typeof TARGETS)[number];
  readonly pageItems: number;
  /** By the number of the call of the day. */
  readonly faults: readonly {
    readonly kind: (typeof CALL_FAULTS)[number];
    readonly from: number;
    readonly to: number;
  }[];
  readonly changes: readonly (Omit<PoolChange, "atMs"> & { readonly call: number })[];
  /** For each process in turn. */
  readonly ends: readonly ProcessEnd[];
}

type ProcessEnd =
  | { readonly kind: "own" }
  /** So many calls after its start, and so many milliseconds. */
  | { readonly kind: "kill"; readonly calls: number; readonly ms: number }
  | { readonly kind: "full-disk"; readonly kib: number }
  | { readonly kind: "second-sync"; readonly calls: number };

export interface ProcessDayReport {
  readonly broken: readonly string[];
  readonly story: readonly string[];
}

export function drawProcessDay(seed: number): ProcessPlan {
  const { random, below, pick, many } = drawing(seed ^ 0x27d4eb2f);
  return {
    seed,
    users: 20 + below(60),
    groups: 2 + below(6),
    memberChance: 0.2 + random() * 0.4,
    pageItems: 3 + below(8),
    targets: pick(TARGETS),
    faults: many(below(4), () => {
      const from = below(60);
      return { kind: pick(CALL_FAULTS), from, to: from + 1 + below(6) };
    }),
    changes: many(below(20), () => ({ kind: pick(CHANGES), call: 1 + below(80), choice: random() })),
    ends: many(3, () =>
      pick<ProcessEnd>([
        { kind: "kill", calls: below(25), ms: below(pick([1, 20, 200])) },
        { kind: "kill", calls: below(25), ms: below(pick([1, 20, 200])) },
        { kind: "full-disk", kib: pick([0, 16, 64, 128]) },
        { kind: "second-sync", calls: 2 + below(10) },
      ]),
    ),
  };
}

/** Far more than the faults of any plan use up. */
const MOST_PROCESSES = 12;
const PER_SECOND = 200;

export async function processDay(plan: ProcessPlan): Promise<ProcessDayReport> {
  const folder = mkdtempSync(join(tmpdir(), "bad-process-day-"));
  const startedMs = Date.now();
  const elapsed = (): number => Date.now() - startedMs;
  const pool = poolOfDay(plan);
  const server = await startScriptedCognito({ pools: [pool] });
  const history = recordHistory(pool, elapsed);
  const ids = { beganMs: (runId: string) => secondsOf(runId) * 1_000 - startedMs };
  const targets = new TargetsOfDay({ plan, folder, time: { elapsed }, ids, history });
  const story: string[] = [];
  const broken: string[] = [];

  server.script({ shortPage: plan.pageItems });
  for (const { kind, from, to } of plan.faults) server.script({ overall: { from, to }, ...EFFECTS[kind] });
  plan.changes.forEach((change, number) => {
    server.script({
      overall: change.call,
      run: () => void changePool({ pool, history, nowMs: Date.now() }, { ...change, atMs: 0 }, number),
    });
  });
  const state = join(folder, "state");
  mkdirSync(state);
  const where = ["--user-pool-id", DAY_POOL, "--endpoint-url", server.url, "--state-dir", state];
  const args = ["sync", ...targets.flags, ...where, "--rate", String(PER_SECOND), "--output", "json"];
  try {
    let acceptsShrink = false;
    for (let at = 0; ; at += 1) {
      if (at === MOST_PROCESSES) {
        broken.push(`a sync is not finished after ${MOST_PROCESSES} processes`);
        break;
      }
      const end = plan.ends[at] ?? { kind: "own" };
      const own = acceptsShrink ? [...args, "--accept-shrink"] : args;
      const result = await runTo(end, { server, args: own, broken });
      const judged = await targets.judge({ summary: result.stdout, acceptsShrink });
      broken.push(...judged.broken, ...faultsOf(result, end));
      story.push(
        `process ${at + 1}, ${JSON.stringify(end)}: exit ${result.code} ${result.stderr.trim().slice(0, 200)}`,
      );
      acceptsShrink = result.code === 21;
      if (result.code === 0 && at >= plan.ends.length) break;
    }
    return { broken, story };
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Run {
  readonly server: ScriptedCognito;
  readonly args: readonly string[];
  readonly broken: string[];
}

async function runTo(end: ProcessEnd, { server, args, broken }: Run): Promise<CliResult> {
  if (end.kind === "own") return await runCli(args);
  if (end.kind === "full-disk") return await startCliWithFileSize(end.kib, args).result;
  const running = startCli(args);
  const atCall = server.stats.count() + 1 + end.calls;
  const rule = server.script({
    overall: atCall,
    async run() {
      if (end.kind === "kill") setTimeout(() => running.process.kill("SIGKILL"), end.ms);
      // The first waits for its answer, and so has its target until the second has ended.
      else await trySecond();
    },
  });

  async function trySecond(): Promise<void> {
    const { code, stderr } = await runCli(args);
    // The first may have failed meanwhile, in another listing.
    const isBeside = running.process.exitCode === null;
    if (isBeside && !(code === 9 && stderr.includes("another sync")))
      broken.push(`a second sync of the same target ends with ${code}: ${stderr}`);
  }

  const result = await running.result;
  rule.remove();
  return result;
}

/** Nothing is wrong with a process that was killed, or that names its cause in one line. */
function faultsOf({ code, stderr }: CliResult, end: ProcessEnd): readonly string[] {
  if (code === 0 || code === null) return [];
  const lines = stderr.trim().split("\n");
  const last = lines.at(-1) ?? "";
  // SQLite calls a file that may not grow an input/output error.
  if (end.kind === "full-disk" && last.includes("input/output error")) return [];
  const isUnexplained = last.length < 20 || code === 13 || code === 2;
  return isUnexplained ? [`a sync ends with ${code}, which no fault explains: ${last}`] : [];
}

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const KSUID_EPOCH_SECONDS = 1_400_000_000;

/** When the run of this id began, in whole seconds. */
function secondsOf(runId: string): number {
  let value = 0n;
  for (const digit of runId) value = value * 62n + BigInt(BASE62.indexOf(digit));
  return Number(value >> 128n) + KSUID_EPOCH_SECONDS;
}
