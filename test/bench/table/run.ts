import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { member } from "../bench-pool.ts";
import { type Usage, watchUsage } from "../process-usage.ts";
import { type ScriptedServer, startScriptedServer } from "../scripted-server.ts";
import { groupsOfUserRate, type RawRun, type Size } from "./raw.ts";
import type { Way } from "./ways.ts";

export interface Task {
  readonly way: Way;
  readonly size: Size;
  /** Undefined opens the limiter. */
  readonly rate: number | undefined;
  readonly latencyMs: number;
  /** The run is stopped after so long; undefined lets it end. */
  readonly partSeconds: number | undefined;
  /** A run that is to end and takes longer is stopped, and its figures are of the part. */
  readonly mostSeconds: number;
  /** The compiled connector. */
  readonly main: string;
}

const OPEN = 100_000;
const LISTINGS = /^(ListUsers|ListUsersInGroup|ListGroups|AdminListGroupsForUser) ok$/;
const REFUSED = " TooManyRequestsException";

/** Runs one way against a server of its own. */
export async function runTask(task: Task): Promise<RawRun> {
  const { way, size, rate, latencyMs } = task;
  // Beside the checkout: /tmp may be in memory, and then the file would count as memory.
  mkdirSync(".cache", { recursive: true });
  const folder = mkdtempSync(join(process.cwd(), ".cache", "bench-"));
  const pool = await startScriptedServer({ ...size, "latency-ms": latencyMs, ...limits(way, rate) });
  try {
    const startedMs = performance.now();
    const work = await way.start({ pool, folder, perSecond: rate ?? OPEN, main: task.main });
    const usage = watchUsage(work.pids);
    const isPart = task.partSeconds !== undefined;
    const wait = new AbortController();
    const seen = isPart ? readSteady(pool, task.partSeconds, wait.signal) : undefined;
    const limit = pause((task.partSeconds ?? task.mostSeconds) * 1000, wait.signal);
    const code = await Promise.race([work.ended, limit]);
    const seconds = (performance.now() - startedMs) / 1000;
    wait.abort();
    const used = usage();
    const steady = await seen;
    const after = await look(pool);
    await work.stop();
    if (code !== undefined && code !== 0) return { ...facts(task), failedAfter: after.granted };
    return {
      ...facts(task),
      ...figures(used, seconds, after),
      isWhole: code === 0,
      ...(steady === undefined || code === 0 ? {} : { steady: between(steady, after) }),
    };
  } finally {
    pool.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const limits = ({ keepsRate }: Way, rate: number | undefined) =>
  rate === undefined || keepsRate === true
    ? {}
    : { rates: `UserList=${rate},UserResourceRead=${groupsOfUserRate(rate)}` };

const facts = ({ way, size, rate, latencyMs }: Task) => ({
  way: way.name,
  ...size,
  ...(rate === undefined ? {} : { rate }),
  latencyMs,
});

const figures = ({ cpuSeconds, peakRssBytes }: Usage, seconds: number, seen: Seen) => ({
  seconds: round(seconds, 1),
  cpuSeconds: round(cpuSeconds, 2),
  peakRssMiB: Math.round(peakRssBytes / 2 ** 20),
  calls: seen.granted,
  refused: seen.refused,
  serverRssMiB: Math.round(seen.rssBytes / 2 ** 20),
});

interface Seen {
  readonly atMs: number;
  readonly refused: number;
  readonly granted: number;
  readonly listUsers: number;
  readonly rssBytes: number;
}

/** The first third is the start of the program. */
async function readSteady(pool: ScriptedServer, seconds: number | undefined, stop: AbortSignal) {
  await pause(((seconds ?? 0) * 1000) / 3, stop);
  return look(pool);
}

function between(first: Seen, last: Seen): NonNullable<RawRun["steady"]> {
  const seconds = (last.atMs - first.atMs) / 1000;
  return {
    callsPerSecond: round((last.granted - first.granted) / seconds, 3),
    userPagesPerSecond: round((last.listUsers - first.listUsers) / seconds, 3),
  };
}

async function look(pool: ScriptedServer): Promise<Seen> {
  const stats: unknown = await (await fetch(`${pool.url}/-/stats`)).json();
  const outcomes = Object.entries(member(stats, "outcomes") ?? {}).map(
    ([key, count]) => [key, Number(count)] as const,
  );
  return {
    atMs: performance.now(),
    refused: outcomes.reduce((sum, [key, count]) => sum + (key.endsWith(REFUSED) ? count : 0), 0),
    granted: outcomes.reduce((sum, [key, count]) => sum + (LISTINGS.test(key) ? count : 0), 0),
    listUsers: outcomes.find(([key]) => key === "ListUsers ok")?.[1] ?? 0,
    rssBytes: Number(member(stats, "rssBytes")),
  };
}

function pause(ms: number, stop: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms, undefined);
    stop.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve(undefined);
    });
  });
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
