import { setTimeout } from "node:timers/promises";
import { Counter, type Registry } from "prom-client";
import type { MetricSources } from "./events.ts";

type Name = keyof MetricSources;

const NAMES: Readonly<Record<Name, true>> = {
  quota: true,
  sharing: true,
  usedPerSecond: true,
  journal: true,
  budgets: true,
  auditSeq: true,
  ready: true,
  syncProgress: true,
  certificates: true,
  platform: true,
  jwksAgeMs: true,
};

/** A scrape has ten seconds, and what waits for a lock of another process may take longer. */
const SOON_MS = 1_000;

/** The sources that were added so far. */
export interface Sources {
  add(sources: Partial<MetricSources>): void;
  /** The value of a source; undefined if there is none yet, or if it failed, which is counted. */
  read<N extends Name, T>(name: N, ask: (source: MetricSources[N]) => T): T | undefined;
  /** The same of a source that may wait for a disk or another process. It fails when it takes over a second. */
  readSoon<N extends Name, T>(name: N, ask: (source: MetricSources[N]) => Promise<T>): Promise<T | undefined>;
}

export function createSources(registry: Registry): Sources {
  let known: Partial<MetricSources> = {};
  const failures = new Counter({
    name: "connector_metrics_source_failures_total",
    help: "Metrics that could not be read, by their source.",
    labelNames: ["source"],
    registers: [registry],
  });
  // Starts at 0: without a first sample, Prometheus does not see the increase to 1.
  for (const source of Object.keys(NAMES)) failures.inc({ source }, 0);
  return {
    add(sources) {
      known = { ...known, ...sources };
    },
    read(name, ask) {
      const source = known[name];
      if (source === undefined) return undefined;
      try {
        return ask(source);
      } catch {
        failures.inc({ source: name });
        return undefined;
      }
    },
    async readSoon(name, ask) {
      const source = known[name];
      if (source === undefined) return undefined;
      const limit = new AbortController();
      try {
        const late = setTimeout(SOON_MS, undefined, { signal: limit.signal }).then(() => {
          throw new Error("it took too long");
        });
        return await Promise.race([ask(source), late]);
      } catch {
        failures.inc({ source: name });
        return undefined;
      } finally {
        limit.abort();
      }
    },
  };
}
