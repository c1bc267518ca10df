// Measures the official Go syncer through our server against a slow Cognito: seconds against the calls that the pool needs
// divided by the rate, and how many calls were made beside those.
//   node test/bench/go-syncer.ts                                20,000 people, 100 groups, 30 a second, 200 ms a call
//   node test/bench/go-syncer.ts --program other/dist/cmd/connector/main.js --serve=--list-shards=1
// Needs `test/conformance/build.sh`. Ends with exit code 1 when it takes more than 1.3 times as long as the rate allows.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { generatedGroups } from "../cognito/generated-groups.ts";
import { member } from "./bench-pool.ts";
import { readAheadOutcomes } from "./call-tally.ts";
import { exitCode, startScriptedServer } from "./scripted-server.ts";
import { compileProgram, startService } from "./service-process.ts";

const { values } = parseArgs({
  options: {
    users: { type: "string", default: "20000" },
    groups: { type: "string", default: "100" },
    memberships: { type: "string", default: "40000" },
    rate: { type: "string", default: "30" },
    "latency-ms": { type: "string", default: "200" },
    engine: { type: "string", default: "pebble" },
    /** Prints how many calls came in each second. */
    timeline: { type: "boolean", default: false },
    /** A compiled `main.js`; that of the checkout unless given. */
    program: { type: "string" },
    /** More arguments of `connector serve`. */
    serve: { type: "string", multiple: true, default: [] },
  },
});

const MOST = 1.3;
const rate = Number(values.rate);
const main = values.program ?? compileProgram();
const folder = mkdtempSync(join(tmpdir(), "connector-go-syncer-"));
const pool = await startScriptedServer({
  users: Number(values.users),
  groups: Number(values.groups),
  memberships: Number(values.memberships),
  "latency-ms": Number(values["latency-ms"]),
});
const service = await startService(main, [
  `--endpoint-url=${pool.url}`,
  `--user-pool-id=${pool.poolId}`,
  `--rate=${rate}`,
  `--state-dir=${join(folder, "state")}`,
  "--health-check",
  "--health-check-port=0",
  ...values.serve,
]);
try {
  const before = await listCalls();
  const seen = [before.calls];
  const timer = setInterval(() => void listCalls().then(({ calls }) => seen.push(calls)), 1000);
  const summary = await goSync();
  clearInterval(timer);
  if (values.timeline)
    print(
      seen
        .slice(1)
        .map((calls, at) => calls - (seen[at] ?? 0))
        .join(" "),
    );
  const after = await listCalls();
  const seconds = Number(member(summary, "elapsed_ms")) / 1000;
  const made = after.calls - before.calls;
  const needed = pagesNeeded();
  const limit = needed / rate;
  const calls = member(summary, "calls");
  const answers =
    typeof calls === "object" && calls !== null
      ? Object.values(calls).reduce<number>((sum, count) => sum + Number(count), 0)
      : 0;
  print(`rows            ${JSON.stringify(member(summary, "counts"))}`);
  print(
    `seconds         ${seconds.toFixed(1)}; the rate allows ${limit.toFixed(1)}: ${(seconds / limit).toFixed(2)} times`,
  );
  print(`calls to AWS    ${made}; pages of users and members in the pool: at least ${needed}`);
  print(`calls a second  ${(made / seconds).toFixed(1)} of ${rate}; most in one second ${after.most}`);
  print(`gRPC calls      ${answers}`);
  print(
    `service         ${service.cpuSeconds().toFixed(1)} CPU seconds; RSS ${(service.rssBytes() / 2 ** 20).toFixed(0)} MiB`,
  );
  if (service.http !== undefined) await printAhead(service.http);
  for (const line of service.complaints.slice(0, 5)) print(`   ${line}`);
  if (seconds > limit * MOST) process.exitCode = 1;
} finally {
  await service.stop();
  pool.stop();
  rmSync(folder, { recursive: true, force: true });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The pages of users, and of the members of each group, as one cursor reads them; without the two or three of groups. */
function pagesNeeded(): number {
  const [users, groups, memberships] = [values.users, values.groups, values.memberships].map(Number);
  const crowd = generatedGroups(1, { users: users ?? 0, groups: groups ?? 0, memberships: memberships ?? 0 });
  const ofMembers = crowd.groups.map(({ name }) => Math.max(1, Math.ceil(crowd.sizeOf(name) / 60)));
  return Math.ceil((users ?? 0) / 60) + ofMembers.reduce((sum, pages) => sum + pages, 0);
}

async function goSync(): Promise<unknown> {
  const judge = ".cache/conformance/conformance";
  const file = join(folder, "go.c1z");
  const args = [
    "sync",
    "--address",
    service.address,
    "--file",
    file,
    "--engine",
    values.engine,
    "--timeout=10m",
  ];
  const program = spawn(judge, args, { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  program.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  const code = await exitCode(program);
  if (code !== 0) throw new Error(`the Go syncer ended with ${String(code)}`);
  return JSON.parse(text);
}

async function printAhead(http: string): Promise<void> {
  const text = await (await fetch(`${http}/metrics`)).text();
  print(`read ahead      ${readAheadOutcomes(text)}`);
}

async function listCalls(): Promise<{ readonly calls: number; readonly most: number }> {
  const stats: unknown = await (await fetch(`${pool.url}/-/stats`)).json();
  const list = member(member(stats, "rates"), "UserList");
  return { calls: Number(member(list, "calls") ?? 0), most: Number(member(list, "maxInOneSecond") ?? 0) };
}
