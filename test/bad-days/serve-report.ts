import type { DayReport } from "./serve-day.ts";
import { linesOf } from "./serve-plan.ts";

/** What a failing day prints: the first difference, how it is repeated, what happened, and all that differs. */
export function textOfFailure({ day, differences }: DayReport): string {
  const more = [...(day.redis ? ["--redis"] : []), ...(day.postgres ? ["--postgres"] : [])].join(" ");
  return [
    `seed ${day.seed} differs from the truth: ${differences[0] ?? ""}`,
    `again: node test/bad-days/serve-main.ts --seed ${day.seed} ${more}`.trim(),
    ...linesOf(day).map((line) => `  ${line}`),
    "what differs:",
    ...differences.map((line) => `  ${line}`),
  ].join("\n");
}

/** Throws what a failing day prints: the first line of a test's message is shown at the end of `make test`. */
export function refuseDifferences(report: DayReport): void {
  if (report.differences.length > 0) throw new Error(textOfFailure(report));
}

export interface Tally {
  add(report: DayReport): void;
  line(report: DayReport): string;
  table(): string;
}

const add = (map: Map<string, number>, key: string, by: number): void =>
  void map.set(key, (map.get(key) ?? 0) + by);

export function tallyOf(): Tally {
  const faults = new Map<string, number>();
  const changes = new Map<string, number>();
  const sums = new Map<string, number>();
  const longest = new Map<string, number>();
  const syncs = new Map<string, number>();
  return {
    add({ met, ledger, requests, processes, differences, tookMs }) {
      for (const [kind, times] of met) add(faults, kind, times);
      for (const { said } of ledger.changes) add(changes, said, 1);
      add(sums, "days", 1);
      add(sums, "changes asked for", ledger.changes.length);
      add(sums, "listings and syncs that were finished and judged", ledger.readings.length);
      for (const { what, cover } of ledger.readings) {
        if (cover === "pool" || cover === "inventory") add(syncs, what, 1);
      }
      add(sums, "pages and syncs that failed", ledger.refusals.length);
      add(sums, "requests at the server", requests);
      add(sums, "processes", processes);
      add(sums, "seconds", Math.round(tookMs / 1000));
      add(sums, "differences", differences.length);
      for (const [what, ms] of ledger.longestMs) longest.set(what, Math.max(ms, longest.get(what) ?? 0));
    },
    line({ day, met, ledger, differences, tookMs, processes, requests }) {
      const kinds = [...met].map(([kind, times]) => `${kind} ${times}`).join(", ");
      const verdict = differences.length === 0 ? "ok" : `${differences.length} differences`;
      const counts = `${ledger.changes.length} changes, ${ledger.readings.length} readings, ${requests} requests, ${processes} processes`;
      return `seed ${day.seed}: ${verdict}, ${(tookMs / 1000).toFixed(1)} s, ${counts}; ${kinds}`;
    },
    table() {
      const rows = (title: string, map: ReadonlyMap<string, number>): string[] => [
        title,
        ...[...map]
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, value]) => `  ${name.padEnd(50)} ${value}`),
      ];
      return [
        ...rows("sums", sums),
        ...rows("syncs that were judged", syncs),
        ...rows("changes by what was answered", changes),
        ...rows("faults that were met", faults),
        ...rows("longest, in milliseconds", longest),
      ].join("\n");
    },
  };
}
