import type { Raw } from "./raw.ts";
import { type Cell, type Row, tableRows } from "./rows.ts";

const HEAD = [
  "way",
  "users",
  "groups",
  "memberships",
  "rate",
  "latency ms",
  "calls",
  "seconds",
  "rows/s",
  "CPU s",
  "peak RSS MiB",
  "rate used %",
  "seconds are",
];

/** Calculated cells have a ~ before them. */
export function printTable(raw: Raw): string {
  const lines = [HEAD, ...tableRows(raw).map(columns)];
  const widths = HEAD.map((_, at) => Math.max(...lines.map((line) => (line[at] ?? "").length)));
  const pad = (text: string, at: number) =>
    at === 0 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0);
  return lines.map((line) => `${line.map(pad).join("  ")}\n`).join("");
}

function columns(row: Row): readonly string[] {
  const { seconds } = row;
  const rows = row.users + row.groups + row.memberships;
  const [time, speed, how] =
    typeof seconds === "object"
      ? [shown(seconds), grouped(rows / seconds.value), seconds.isMeasured ? "measured" : "calculated"]
      : ["–", "–", seconds ?? "not measured"];
  return [
    row.way,
    grouped(row.users),
    grouped(row.groups),
    grouped(row.memberships),
    row.rate === undefined ? "open" : String(row.rate),
    String(row.latencyMs),
    shown(row.calls),
    time,
    speed,
    shown(row.cpuSeconds),
    shown(row.peakRssMiB),
    row.usedPercent === undefined ? "–" : row.usedPercent.toFixed(1),
    how,
  ];
}

export function shown(cell: Cell | undefined): string {
  if (cell === undefined) return "–";
  return `${cell.isMeasured ? "" : "~"}${grouped(cell.value)}`;
}

export const grouped = (value: number): string =>
  value < 100 && !Number.isInteger(value) ? value.toFixed(1) : Math.round(value).toLocaleString("en-US");
