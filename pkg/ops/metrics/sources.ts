import { Counter, type Registry } from "prom-client";
import type { MetricSources } from "./events.ts";

type Name = keyof MetricSources;

const NAMES: Readonly<Record<Name, true>> = {
  quota: true,
  usedPerSecond: true,
  journal: true,
  budgets: true,
  auditSeq: true,
  ready: true,
  certificates: true,
};

/** The sources as far as they are known yet. */
export interface Sources {
  add(sources: Partial<MetricSources>): void;
  /** What the source says; undefined when it is not there, or failed, which is counted. */
  read<N extends Name, T>(name: N, ask: (source: MetricSources[N]) => T): T | undefined;
}

export function createSources(registry: Registry): Sources {
  let known: Partial<MetricSources> = {};
  const failures = new Counter({
    name: "connector_metrics_source_failures_total",
    help: "Metrics that could not be looked up, by what they are looked up in.",
    labelNames: ["source"],
    registers: [registry],
  });
  // From 0 on: an increase from nothing is none.
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
  };
}
