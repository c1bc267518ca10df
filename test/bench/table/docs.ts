// Draws the tables and charts of docs/performance.md from docs/performance.json.
//   node test/bench/table/docs.ts --write
import { readFileSync, writeFileSync } from "node:fs";
import { type Bar, type Chart, drawChart } from "./chart.ts";
import { grouped, shown } from "./print.ts";
import { RAW_FILE, type Raw, readRaw } from "./raw.ts";
import { type Cell, type Row, tableRows } from "./rows.ts";

export const DOCUMENT = "docs/performance.md";

/** What each file has to hold, by its path. */
export function performanceFiles(document: string, raw: Raw): ReadonlyMap<string, string> {
  const rows = tableRows(raw);
  const blocks = {
    "bench-cost": costTable(rows),
    "bench-seconds": secondsTable(raw, rows),
    "bench-machine": machine(raw),
  };
  let page = document;
  for (const [name, content] of Object.entries(blocks)) page = withBlock(page, name, content);
  return new Map([
    [DOCUMENT, page],
    ...Object.entries(charts(raw, rows)).map(
      ([name, chart]) => [`docs/performance/${name}.svg`, drawChart(chart)] as const,
    ),
  ]);
}

function withBlock(page: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new RangeError(`${DOCUMENT} has no block ${name}`);
  return `${page.slice(0, from + begin.length)}\n${content}${page.slice(to)}`;
}

function machine({ date, commit, load, machine: cores, command }: Raw): string {
  return `Measured on ${date} at commit ${commit}: ${cores}, load average ${load} at the start. The last runs come from\n\`${command}\`.\n`;
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const rule = head.map((_, at) => (at === 0 ? "---" : "--:"));
  return [head, rule, ...lines].map((line) => `| ${line.join(" | ")} |\n`).join("");
}

function costTable(rows: readonly Row[]): string {
  const head = [
    "way",
    "users",
    "groups",
    "memberships",
    "calls",
    "seconds",
    "rows a second",
    "CPU seconds",
    "peak RSS, MiB",
  ];
  const open = rows.filter(({ rate }) => rate === undefined);
  return table(
    head,
    open.map((row) => [
      row.way,
      ...[row.users, row.groups, row.memberships].map(grouped),
      shown(row.calls),
      duration(row.seconds),
      typeof row.seconds === "object" ? grouped(rowsOf(row) / row.seconds.value) : "–",
      shown(row.cpuSeconds),
      shown(row.peakRssMiB),
    ]),
  );
}

function secondsTable({ rates, latencies }: Raw, rows: readonly Row[]): string {
  const settings = rates.flatMap((rate) => latencies.map((latencyMs) => ({ rate, latencyMs })));
  const head = ["way", "users", ...settings.map(({ rate, latencyMs }) => `${rate}/s, ${latencyMs} ms`)];
  const open = rows.filter(({ rate }) => rate === undefined);
  return table(
    head,
    open.map((one) => [
      one.way,
      grouped(one.users),
      ...settings.map(({ rate, latencyMs }) => {
        const row = rowAt(rows, one, rate, latencyMs);
        const used = row?.usedPercent === undefined ? "" : ` (${row.usedPercent.toFixed(0)} %)`;
        return `${duration(row?.seconds)}${used}`;
      }),
    ]),
  );
}

function rowAt(
  rows: readonly Row[],
  { way, users }: Pick<Row, "way" | "users">,
  rate: number,
  latencyMs: number,
) {
  return rows.find(
    (row) => row.way === way && row.users === users && row.rate === rate && row.latencyMs === latencyMs,
  );
}

const rowsOf = ({ users, groups, memberships }: Row): number => users + groups + memberships;

/** A calculated duration has a ~ before it. */
function duration(seconds: Cell | string | undefined): string {
  if (typeof seconds !== "object") return seconds ?? "–";
  const { value, isMeasured } = seconds;
  const text =
    value < 600
      ? `${grouped(value)} s`
      : value < 36_000
        ? `${grouped(value / 60)} min`
        : `${grouped(value / 3600)} h`;
  return `${isMeasured ? "" : "~"}${text}`;
}

function charts(raw: Raw, rows: readonly Row[]): Readonly<Record<string, Chart>> {
  const ways = [...new Set(rows.map(({ way }) => way))];
  const open = (users: number) => rows.filter((row) => row.rate === undefined && row.users === users);
  const whole = raw.sizes.filter(({ users }) =>
    open(users).some(({ peakRssMiB }) => peakRssMiB !== undefined),
  );
  return {
    "seconds-at-30": {
      title: "Hours to read 1,000,000 people and 2,000,000 memberships at 30 requests a second",
      unit: "Hours, by the latency of a call",
      cutAt: 16,
      series: raw.latencies.map((latencyMs) => `${latencyMs} ms a call`),
      groups: ways.map((way) => ({
        name: way,
        bars: raw.latencies.map((latencyMs, series) => {
          const seconds = rowAt(rows, { way, users: 1_000_000 }, 30, latencyMs)?.seconds;
          const hours = typeof seconds === "object" ? seconds.value / 3600 : undefined;
          return { ...bar(series, hours, seconds), text: duration(seconds) };
        }),
      })),
    },
    cpu: {
      title: "CPU seconds for 100,000 people and 200,000 memberships, as fast as the cores allow",
      unit: "CPU seconds of all processes of the way",
      series: ["CPU seconds"],
      groups: open(100_000).map(({ way, cpuSeconds }) => ({
        name: way,
        bars: [{ ...bar(0, cpuSeconds?.value, cpuSeconds), text: shown(cpuSeconds) }],
      })),
    },
    memory: {
      title: "Peak memory by the number of people",
      unit: "MiB of all processes of the way",
      series: whole.map(({ users }) => `${grouped(users)} people`),
      groups: ways.map((way) => ({
        name: way,
        bars: whole.flatMap(({ users }, series): Bar[] => {
          const peak = open(users).find((row) => row.way === way)?.peakRssMiB;
          return peak === undefined ? [] : [{ ...bar(series, peak.value, peak), text: shown(peak) }];
        }),
      })),
    },
  };
}

const bar = (series: number, value: number | undefined, cell: Cell | string | undefined) => ({
  series,
  value,
  isMeasured: typeof cell === "object" && cell.isMeasured,
});

if (process.argv.includes("--write")) {
  for (const [file, content] of performanceFiles(readFileSync(DOCUMENT, "utf8"), readRaw(RAW_FILE))) {
    writeFileSync(file, content);
  }
}
