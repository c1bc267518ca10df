// node test/bad-days/main.ts [--days 1000] [--seed n]: plays bad days, prints a table, fails when a promise was broken.

import { parseArgs } from "node:util";
import { drawDay, type FaultKind } from "./schedule.ts";
import { syncDay } from "./sync-day.ts";

const { values } = parseArgs({ options: { days: { type: "string" }, seed: { type: "string" } } });
const first = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
const days = Number(values.days ?? (values.seed === undefined ? 100 : 1));
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const totals = { finished: 0, unfinished: 0, resumed: 0, calls: 0, broken: 0 };
const met = new Map<FaultKind, number>();
const startedMs = performance.now();

say(`${days} days, seeds ${first} to ${first + days - 1}`);
for (let seed = first; seed < first + days; seed += 1) {
  const report = await syncDay(drawDay(seed));
  totals.finished += report.finished;
  totals.unfinished += report.unfinished;
  totals.resumed += report.resumed;
  totals.calls += report.calls;
  totals.broken += report.broken.length;
  for (const [kind, times] of report.met.times) met.set(kind, (met.get(kind) ?? 0) + times);
  if (report.broken.length === 0 && days > 1) continue;
  say(`seed ${seed}:`);
  for (const line of report.broken.slice(0, 10)) say(`  ${line}`);
  for (const line of report.story) say(`  ${line}`);
  say(`  repeat with: node test/bad-days/main.ts --seed ${seed}`);
}

const row = (name: string, value: number | string): void => say(`  ${name.padEnd(26)} ${value}`);
row("days", days);
row("seconds", ((performance.now() - startedMs) / 1000).toFixed(0));
for (const [name, value] of Object.entries(totals)) row(name, value);
for (const [kind, times] of [...met].toSorted(([a], [b]) => a.localeCompare(b))) row(`met: ${kind}`, times);
process.exitCode = totals.broken > 0 ? 1 : 0;
