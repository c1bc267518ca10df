// CPU of a row: the ways of the table by turns, with the limiter open, so that what else runs on the machine hits all of them.
//   node test/bench/row-cost.ts                                    the bare loop, the floors and `connector sync`
//   node test/bench/row-cost.ts --before DIR/cmd/connector/main.js --rounds 5
// `--before` is a compiled connector of another commit: `tsc -p tsconfig.build.json --outDir DIR`.
import { parseArgs } from "node:util";
import { compileProgram } from "./service-process.ts";
import { runTask } from "./table/run.ts";
import { WAYS, type Way } from "./table/ways.ts";

const { values } = parseArgs({
  options: {
    before: { type: "string" },
    rounds: { type: "string", default: "3" },
    size: { type: "string", default: "100000:200:200000" },
    ways: { type: "string", default: "paginator, JavaScript;floor;lasting floor;connector sync" },
  },
});
const [users = 0, groups = 0, memberships = 0] = values.size.split(":").map(Number);
const main = compileProgram();

interface Contender {
  readonly name: string;
  readonly way: Way;
  readonly main: string;
  readonly cpuSeconds: number[];
  readonly rssMiB: number[];
}

const contenders: Contender[] = values.ways.split(";").flatMap((name) => {
  const way = WAYS.find((one) => one.name === name);
  if (way === undefined) throw new RangeError(`no way is called ${name}`);
  const one = (label: string, program: string): Contender => ({
    name: label,
    way,
    main: program,
    cpuSeconds: [],
    rssMiB: [],
  });
  const isOurs = way.name === "connector sync" && values.before !== undefined;
  return [...(isOurs ? [one("before", values.before ?? "")] : []), one(name, main)];
});

for (let round = 0; round < Number(values.rounds); round += 1) {
  for (const { name, way, main: program, cpuSeconds, rssMiB } of contenders) {
    const run = await runTask({
      way,
      size: { users, groups, memberships },
      rate: undefined,
      latencyMs: 0,
      partSeconds: undefined,
      mostSeconds: 1800,
      main: program,
    });
    if (run.isWhole !== true) throw new Error(`${name} did not end well: ${JSON.stringify(run)}`);
    cpuSeconds.push(run.cpuSeconds ?? 0);
    rssMiB.push(run.peakRssMiB ?? 0);
    process.stderr.write(`${name}: ${run.cpuSeconds} CPU s, ${run.seconds} s, ${run.peakRssMiB} MiB\n`);
  }
}

const median = (list: readonly number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1] ?? 0;
const bare = median(contenders[0]?.cpuSeconds ?? []);
for (const { name, cpuSeconds, rssMiB } of contenders) {
  const cpu = median(cpuSeconds);
  process.stdout.write(
    `${name.padEnd(24)} ${cpu.toFixed(2).padStart(6)} CPU s  ${(cpu / bare).toFixed(2).padStart(5)} x  ${String(Math.max(...rssMiB)).padStart(5)} MiB\n`,
  );
}
