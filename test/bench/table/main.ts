// One table: what a sync costs and how long it takes, for our sync, the official Go syncer through our service, and the
// programs that people write. Pools are computed by the server, of any size. Runs with the limiter open measure processor and
// memory; a part of a run at each rate and latency measures the speed, from which the seconds of the whole are calculated.
//   node test/bench/table/main.ts                                  prints the table; about 40 minutes on two idle cores
//   node test/bench/table/main.ts --write                          and writes docs/performance.json; then `make charts`
//   node test/bench/table/main.ts --sizes 10000 --rates 30 --latencies 200 --ways 'connector sync' --minutes 5
// `--whole` names the sizes that are read to the end with the limiter open, `--whole-at 30` rates at which the smallest is.
// With `--write`, runs that the file has and this command does not make stay in it.
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { compileProgram } from "../service-process.ts";
import { printTable } from "./print.ts";
import { RAW_FILE, type Raw, type RawRun, readRaw, type Size } from "./raw.ts";
import { runTask, type Task } from "./run.ts";
import { WAYS } from "./ways.ts";

const { values } = parseArgs({
  options: {
    sizes: { type: "string", default: "10000,100000,1000000,10000000" },
    whole: { type: "string", default: "10000,100000" },
    rates: { type: "string", default: "1,5,30" },
    latencies: { type: "string", default: "20,200,800" },
    ways: { type: "string" },
    minutes: { type: "string", default: "40" },
    "part-seconds": { type: "string", default: "30" },
    "whole-at": { type: "string", default: "30" },
    /** Parts that run side by side: they wait nearly all the time. */
    "at-once": { type: "string", default: "4" },
    write: { type: "boolean", default: false },
    /** The file of `--write`. */
    into: { type: "string", default: RAW_FILE },
  },
});

const numbers = (list: string): readonly number[] => list.split(",").filter(Boolean).map(Number);
const GROUPS = new Map([
  [10_000, 50],
  [100_000, 200],
  [1_000_000, 500],
]);
/** `users`, or `users:groups:memberships`. */
function sizesOf(list: string): readonly Size[] {
  return list
    .split(",")
    .filter(Boolean)
    .map((one) => {
      const [users = 0, groups = GROUPS.get(users) ?? 1000, memberships = 2 * users] = one
        .split(":")
        .map(Number);
      return { users, groups, memberships };
    });
}

const sizes = sizesOf(values.sizes);
const ways = WAYS.filter(({ name }) => values.ways?.split(";").includes(name) ?? true).filter((way) => {
  const missing = way.missing();
  if (missing !== undefined) process.stderr.write(`${way.name} is left out, which needs ${missing}\n`);
  return missing === undefined;
});
const endsAtMs = performance.now() + Number(values.minutes) * 60_000;
const main = compileProgram();
const started: Pick<Raw, "date" | "machine" | "load" | "commit" | "command"> = {
  date: new Date().toISOString().slice(0, 10),
  machine: `${cpus().length} cores, ${cpus()[0]?.model ?? "unknown"}`,
  load: loadavg()
    .map((one) => one.toFixed(1))
    .join(", "),
  commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim(),
  command: ["node test/bench/table/main.ts", ...process.argv.slice(2)].join(" "),
};

const PART: Size = { users: 1_000_000, groups: 500, memberships: 2_000_000 };
const ALONE: Size = { users: 1_000_000, groups: 0, memberships: 0 };
const runs: RawRun[] = [];

function open(size: Size): readonly Task[] {
  return ways.map((way) => ({
    way,
    size,
    rate: undefined,
    latencyMs: 0,
    partSeconds: undefined,
    mostSeconds: 0,
    main,
  }));
}

function limited(): readonly Task[] {
  const partSeconds = Number(values["part-seconds"]);
  return numbers(values.rates).flatMap((rate) =>
    numbers(values.latencies).flatMap((latencyMs) =>
      ways.flatMap((way) => {
        const part = { way, rate, latencyMs, partSeconds, mostSeconds: 0, main };
        const whole =
          numbers(values["whole-at"]).includes(rate) && way.perUser !== true ? sizes.slice(0, 1) : [];
        return [
          { ...part, size: PART },
          ...(way.sideBySide === true ? [{ ...part, size: ALONE }] : []),
          ...whole.map((size) => ({ ...part, size, partSeconds: undefined })),
        ];
      }),
    ),
  );
}

async function perform(tasks: readonly Task[], atOnce: number): Promise<void> {
  const waiting = [...tasks];
  const next = async (): Promise<void> => {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
      const leftSeconds = (endsAtMs - performance.now()) / 1000;
      if (leftSeconds < (task.partSeconds ?? 1)) continue;
      const run = await runTask({ ...task, mostSeconds: leftSeconds });
      runs.push(run);
      process.stderr.write(`${JSON.stringify(run)}\n`);
      if (values.write) keep();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, next));
}

const key = ({ way, users, groups, memberships, rate, latencyMs, steady }: RawRun): string =>
  JSON.stringify([way, users, groups, memberships, rate, latencyMs, steady !== undefined]);

function collected(): Raw {
  const before = values.write && existsSync(values.into) ? readRaw(values.into) : undefined;
  const mine = new Set(runs.map(key));
  const kept = (before?.runs ?? []).filter((run) => !mine.has(key(run)));
  return {
    ...started,
    sizes: before?.sizes ?? sizes,
    rates: before?.rates ?? numbers(values.rates),
    latencies: before?.latencies ?? numbers(values.latencies),
    runs: [...kept, ...runs],
  };
}

function keep(): void {
  writeFileSync(values.into, `${JSON.stringify(collected(), undefined, 1)}\n`);
}

for (const size of sizesOf(values.whole)) await perform(open(size), 1);
await perform(limited(), Number(values["at-once"]));
process.stdout.write(printTable(collected()));
