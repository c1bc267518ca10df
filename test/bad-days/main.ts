// node test/bad-days/main.ts [--days 1000] [--seed n] [--shorten]: plays bad days of `connector sync` in virtual time, prints
// a table, and fails when a promise was broken.

import { cpuUsage } from "node:process";
import { parseArgs } from "node:util";
import { textOfDay } from "./day-text.ts";
import { type DayPlan, drawDay, type FaultKind } from "./schedule.ts";
import { shorten } from "./shorten.ts";
import { type DayReport, syncDay } from "./sync-day.ts";

const { values } = parseArgs({
  options: { days: { type: "string" }, seed: { type: "string" }, shorten: { type: "boolean" } },
});
const first = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
const days = Number(values.days ?? (values.seed === undefined ? 100 : 1));

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const sayAll = (lines: readonly string[]): void => {
  for (const line of lines) say(`  ${line}`);
};

const totals = {
  "syncs finished": 0,
  "processes unfinished": 0,
  "runs gone on with": 0,
  calls: 0,
  differences: 0,
};
const met = new Map<FaultKind, number>();
const startedMs = performance.now();
let longestMs = 0;

function add(report: DayReport): void {
  totals["syncs finished"] += report.finished;
  totals["processes unfinished"] += report.unfinished;
  totals["runs gone on with"] += report.resumed;
  totals.calls += report.calls;
  totals.differences += report.broken.length;
  for (const [kind, times] of report.met.times) met.set(kind, (met.get(kind) ?? 0) + times);
}

async function explain(plan: DayPlan, { broken, story }: DayReport): Promise<void> {
  say(`seed ${plan.seed}; repeat with: make bad-days SEED=${plan.seed}`);
  sayAll(textOfDay(plan));
  say("what happened:");
  sayAll(story);
  if (broken.length === 0) return;
  say(`what differs (${broken.length}):`);
  sayAll(broken.slice(0, 12));
  if (values.shorten === false || totals.differences > broken.length) return;
  const shortest = await shorten(plan, async (shorter) => (await syncDay(shorter)).broken.length > 0);
  say("the shortest day that was found:");
  sayAll(textOfDay(shortest));
  sayAll((await syncDay(shortest)).broken.slice(0, 3));
}

say(`${days} bad days of a sync, seeds ${first} to ${first + days - 1}`);
for (let seed = first; seed < first + days; seed += 1) {
  const plan = drawDay(seed);
  const dayMs = performance.now();
  const report = await syncDay(plan);
  longestMs = Math.max(longestMs, performance.now() - dayMs);
  add(report);
  if (report.broken.length > 0 || days === 1) await explain(plan, report);
}

const row = (name: string, value: number | string): void => say(`  ${name.padEnd(28)} ${value}`);
const { user, system } = cpuUsage();
row("days", days);
row("seconds", ((performance.now() - startedMs) / 1000).toFixed(0));
row("CPU seconds", ((user + system) / 1e6).toFixed(0));
row("the longest day, seconds", (longestMs / 1000).toFixed(1));
for (const [name, value] of Object.entries(totals)) row(name, value);
say("  faults met:");
for (const [kind, times] of [...met].toSorted(([a], [b]) => a.localeCompare(b))) row(`  ${kind}`, times);
process.exitCode = totals.differences > 0 ? 1 : 0;
