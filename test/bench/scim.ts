// Measures what SCIM clients wait: 50 of them at once, each with its next request as soon as the last one is answered (or
// after --pause-ms on average), on a pool of a million people that the service has read into its own inventory. Service, pool
// and clients share the machine.
//   node test/bench/scim.ts                                 1,000,000 people
//   node test/bench/scim.ts --users 2000 --seconds 1        a small pool
//   node test/bench/scim.ts --folder /some/folder           keeps the inventory there, for the next time
// Ends with exit code 1 when a request failed, or when 99 of 100 of a question took longer than 100 ms. The filter is answered
// by the pool itself: its limit does not count, and the rate is so high that no request waits for a turn.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { join, resolve } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { member } from "./bench-pool.ts";
import { type ScimAnswer, type ScimClient, scimClient } from "./scim-client.ts";
import { startScriptedServer } from "./scripted-server.ts";
import { compileProgram, type ServiceProcess, startService } from "./service-process.ts";

const { values } = parseArgs({
  options: {
    users: { type: "string", default: "1000000" },
    clients: { type: "string", default: "50" },
    /** Of each question. */
    seconds: { type: "string", default: "20" },
    /** A compiled `main.js`; that of the checkout unless given. */
    program: { type: "string" },
    /** What a client does with its answer before it asks again, on average. */
    "pause-ms": { type: "string", default: "0" },
    folder: { type: "string" },
    /** Only the questions whose title has this in it. */
    only: { type: "string", default: "" },
    /** Writes there what the service spends its CPU time on. */
    profile: { type: "string" },
  },
});
const users = Number(values.users);
const clients = Number(values.clients);
const pauseMs = Number(values["pause-ms"]);
const seconds = Number(values.seconds);
const groups = Math.max(20, Math.round(users / 2000));

const P99_MS = 100;
const PAGE = 100;
/** Names for the filter, from pages all over the pool. */
const SAMPLED_PAGES = 20;
const TURNS_WITHOUT_WAITING = 100_000;

interface Question {
  readonly title: string;
  /** Answered by Cognito: its time has no limit here. */
  readonly asksAws?: true;
  path(): string;
  /** Whether the answer is what was asked for. */
  isRight(body: unknown): boolean;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const below = (limit: number): number => Math.floor(Math.random() * limit);

const listOf = (body: unknown): readonly unknown[] => {
  const list = member(body, "Resources");
  return Array.isArray(list) ? list : [];
};

async function readJson(client: ScimClient, path: string): Promise<unknown> {
  const { status, text } = await client.get(path);
  if (status !== 200) throw new Error(`${path}: ${status} ${text().slice(0, 300)}`);
  return JSON.parse(text());
}

/** Resolves when lists are answered, with the seconds that it took. */
async function untilRead(client: ScimClient, service: ServiceProcess): Promise<number> {
  const begun = performance.now();
  for (;;) {
    const { status, text, retryAfter } = await client.get("/Users?count=0");
    if (status === 200) return (performance.now() - begun) / 1000;
    const ended = service.ended();
    if (status !== 503 || retryAfter === undefined || ended !== undefined)
      throw new Error(`/Users?count=0: ${status} ${text().slice(0, 300)}; serve: ${ended ?? "runs"}`);
    await sleep(500);
  }
}

/** userNames from all over the pool. */
async function sampleNames(client: ScimClient): Promise<readonly string[]> {
  const names: string[] = [];
  for (let page = 0; page < SAMPLED_PAGES; page += 1) {
    const startIndex = 1 + below(Math.max(1, users - PAGE));
    const body = await readJson(client, `/Users?startIndex=${startIndex}&count=${PAGE}&attributes=userName`);
    names.push(...listOf(body).map((each) => String(member(each, "userName"))));
  }
  return names;
}

function questions(names: readonly string[]): readonly Question[] {
  return [
    {
      title: "groups without members",
      path: () => "/Groups?excludedAttributes=members",
      isRight: (body) => member(body, "totalResults") === groups && listOf(body).length > 0,
    },
    {
      title: "a page of 100 people",
      path: () => `/Users?startIndex=${1 + below(Math.max(1, users - PAGE))}&count=${PAGE}`,
      isRight: (body) => member(body, "totalResults") === users && listOf(body).length === PAGE,
    },
    {
      title: "one person by userName",
      asksAws: true,
      path: () =>
        `/Users?filter=${encodeURIComponent(`userName eq ${JSON.stringify(names[below(names.length)])}`)}`,
      isRight: (body) => member(body, "totalResults") === 1,
    },
  ];
}

interface Measured {
  readonly tookMs: number[];
  /** Of the service, all its threads. */
  readonly cpuSeconds: number;
  readonly failures: Map<string, number>;
}

/** Each client asks one question after the other until the time is over. One answer in 50 is read whole. */
async function measure(
  client: ScimClient,
  service: ServiceProcess,
  asked: readonly Question[],
): Promise<Measured> {
  const cpuBefore = service.cpuSeconds();
  const tookMs: number[] = [];
  const failures = new Map<string, number>();
  const until = performance.now() + seconds * 1000;
  const fail = (what: string) => failures.set(what, (failures.get(what) ?? 0) + 1);

  function judge(question: Question, answer: ScimAnswer, turn: number): void {
    if (answer.status !== 200) fail(`${answer.status} ${answer.text().slice(0, 200)}`);
    else if (turn % 50 === 0 && !question.isRight(JSON.parse(answer.text())))
      fail(`${question.title}: ${answer.text().slice(0, 200)}`);
  }

  const ask = async (turn: number): Promise<void> => {
    const question = asked[turn % asked.length];
    if (question === undefined) return;
    const begun = performance.now();
    const answer = await client.get(question.path());
    tookMs.push(performance.now() - begun);
    judge(question, answer, turn);
    if (pauseMs > 0) await sleep(Math.random() * 2 * pauseMs);
  };
  await Promise.all(
    Array.from({ length: clients }, async (_, first) => {
      for (let turn = first; performance.now() < until; turn += clients + 1) await ask(turn);
    }),
  );
  return { tookMs, failures, cpuSeconds: service.cpuSeconds() - cpuBefore };
}

function report(title: string, { tookMs, failures, cpuSeconds }: Measured, hasLimit: boolean): void {
  const sorted = tookMs.toSorted((a, b) => a - b);
  const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
  const failed = [...failures.values()].reduce((sum, count) => sum + count, 0);
  const columns = [
    title.padEnd(26),
    String(sorted.length).padStart(8),
    (sorted.length / seconds).toFixed(0).padStart(9),
    ...[at(0.5), at(0.95), at(0.99), at(1)].map((ms) => ms.toFixed(1).padStart(8)),
    ((cpuSeconds * 1000) / Math.max(1, sorted.length)).toFixed(2).padStart(9),
    String(failed).padStart(8),
  ];
  print(columns.join(" "));
  for (const [what, count] of [...failures].slice(0, 3)) print(`   ${count} times: ${what}`);
  if (failed > 0 || (hasLimit && at(0.99) > P99_MS)) process.exitCode = 1;
}

async function measureAll(service: ServiceProcess): Promise<void> {
  const client = scimClient(service.scim ?? "", clients);
  const mib = () => (service.rssBytes() / 2 ** 20).toFixed(0);
  try {
    print(
      `the first list is answered after ${(await untilRead(client, service)).toFixed(1)} s; RSS ${mib()} MiB`,
    );
    const all = questions(await sampleNames(client));
    print(
      "                           requests  a second      p50      p95      p99     most   CPU each  failed  (ms)",
    );
    const ownDelay = monitorEventLoopDelay({ resolution: 5 });
    ownDelay.enable();
    for (const question of all.filter(({ title }) => title.includes(values.only)))
      report(question.title, await measure(client, service, [question]), question.asksAws === undefined);
    const ours = all.filter(({ asksAws }) => asksAws === undefined);
    if (values.only === "") report("both lists, mixed", await measure(client, service, ours), true);
    print(
      `RSS ${mib()} MiB; ${service.complaints.length} complaints; own loop held for ${(ownDelay.max / 1e6).toFixed(0)} ms at most; load ${loadavg()[0]?.toFixed(1)}`,
    );
    for (const line of service.complaints.slice(0, 5)) print(`   ${line}`);
  } finally {
    client.close();
  }
}

const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
print(
  `${users} people, ${groups} groups, ${2 * users} memberships; ${clients} clients, ${pauseMs} ms between answer and question, ${seconds} s a question; ${availableParallelism()} cores for service, pool and clients; load average ${loadavg()[0]?.toFixed(1)}; ${values.program ?? `commit ${commit}`}`,
);
// Beside the checkout: /tmp may be memory, and then no read would wait for a disk.
mkdirSync(".cache", { recursive: true });
const folder = values.folder === undefined ? mkdtempSync(resolve(".cache", "scim-")) : resolve(values.folder);
if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
const main = values.program ?? compileProgram();
const pool = await startScriptedServer({ users, groups, memberships: 2 * users });
try {
  const service = await startService(
    main,
    [
      `--endpoint-url=${pool.url}`,
      `--user-pool-id=${pool.poolId}`,
      `--rate=${TURNS_WITHOUT_WAITING}`,
      `--state-dir=${join(folder, "state")}`,
      "--scim",
      "--scim-listen=127.0.0.1:0",
      `--scim-rate=${TURNS_WITHOUT_WAITING}`,
    ],
    { node: values.profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${values.profile}`] },
  );
  try {
    await measureAll(service);
  } finally {
    await service.stop();
  }
} finally {
  pool.stop();
  if (values.folder === undefined) rmSync(folder, { recursive: true, force: true });
}
