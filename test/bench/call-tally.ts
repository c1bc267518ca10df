import type { Seen, Sort } from "./caller.ts";
import { countUp } from "./standing.ts";

/** What came of the calls of all callers. */
export interface CallTally {
  readonly byName: Map<string, number>;
  readonly tookMs: Readonly<Record<Sort, number[]>>;
  readonly failures: Map<string, number>;
  seen(call: Seen): void;
}

export function createCallTally(): CallTally {
  const byName = new Map<string, number>();
  const failures = new Map<string, number>();
  const tookMs: Record<Sort, number[]> = { plain: [], read: [], write: [] };
  return {
    byName,
    failures,
    tookMs,
    seen({ name, sort, tookMs: took, code, message }) {
      countUp(byName, name);
      tookMs[sort].push(took);
      if (code !== "OK") countUp(failures, `${name}: ${code} ${message}`);
    },
  };
}

export function quantileOf(tookMs: readonly number[], q: number): number {
  const sorted = tookMs.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
}

export function quantiles(tookMs: readonly number[]): string {
  const at = (q: number) => quantileOf(tookMs, q).toFixed(1);
  return `p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, p99.9 ${at(0.999)}, most ${at(1)} ms`;
}

/** A sample of Prometheus' text form, summed over its labels where they fit; its own window runs from scrape to scrape. */
export function metric(scraped: string, name: string, labels = /^/): number {
  let sum = 0;
  for (const line of scraped.split("\n")) {
    const [, found, labelled = "", value] = /^([a-z_0-9]+)(\{.*\})? (\S+)/.exec(line) ?? [];
    if (found === name && labels.test(labelled)) sum += Number(value);
  }
  return sum;
}

/** What became of the pages that were read ahead, such as `12 used, 3 dropped`. */
export function readAheadOutcomes(scraped: string): string {
  const outcomes = scraped.matchAll(/^connector_pages_read_ahead_total\{outcome="(\w+)"\} (\d+)/gm);
  return [...outcomes].map(([, outcome, count]) => `${count} ${outcome}`).join(", ");
}
