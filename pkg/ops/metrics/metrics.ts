// What Prometheus scrapes. Everything is in a registry of its own, so that two of these never meet. No name, address,
// attribute or id of anybody is a label, and each label has a closed set of values.

import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { EpochClock } from "../../core/clock.ts";
import { type AwsMetrics, createAwsMetrics } from "./aws-metrics.ts";
import type { MetricSources } from "./events.ts";
import { createGrpcMetrics, type GrpcMetrics, type ServedMethod } from "./grpc-metrics.ts";
import { createSources } from "./sources.ts";
import { createStateMetrics } from "./state-metrics.ts";
import { createSyncMetrics, type SyncMetrics } from "./sync-metrics.ts";

interface MetricsOptions {
  /** Milliseconds since the epoch. */
  readonly now: EpochClock;
  /** The version of the package. */
  readonly version: string;
  readonly nodeVersion: string;
  /** The methods that a label may name. */
  readonly served: readonly ServedMethod[];
  /** Memory, CPU, event loop and garbage collection too; by default, yes. */
  readonly processMetrics?: boolean | undefined;
}

/** One metric as its documentation has it. */
interface MetricDescription {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram" | "summary";
  readonly labels: readonly string[];
}

export interface Metrics extends GrpcMetrics, AwsMetrics, SyncMetrics {
  /** Adds what is looked up at each scrape, as soon as it is there. A source that is named again replaces the former. */
  watch(sources: Partial<MetricSources>): void;
  /** All of it in the text format of Prometheus. */
  text(): Promise<string>;
  describe(): readonly MetricDescription[];
}

/** All metrics of the process. They begin at nothing: counters say how many since this was made. */
export function createMetrics(options: MetricsOptions): Metrics {
  const { now, version, nodeVersion, served, processMetrics = true } = options;
  const registry = new Registry();
  const sources = createSources(registry);
  const build = new Gauge({
    name: "connector_build_info",
    help: "Always 1; the labels say what runs.",
    labelNames: ["version", "node_version"],
    registers: [registry],
  });
  build.set({ version, node_version: nodeVersion }, 1);
  const grpc = createGrpcMetrics(registry, served);
  const aws = createAwsMetrics(registry, sources);
  const sync = createSyncMetrics(registry, now);
  createStateMetrics(registry, sources, now);
  if (processMetrics) collectDefaultMetrics({ register: registry });

  return {
    ...grpc,
    ...aws,
    ...sync,
    watch: (more) => sources.add(more),
    // The library spells it "Nan", where the format has NaN (prom-client 15.1.3).
    text: async () => (await registry.metrics()).replace(/ Nan$/gm, " NaN"),
    describe: () => registry.getMetricsAsArray().map(describe),
  };
}

type Described = ReturnType<Registry["getMetricsAsArray"]>[number];

function describe(metric: Described): MetricDescription {
  // prom-client declares the type as a number and the label names not at all; it holds a word and a list.
  const type = TYPES.find((word) => word === String(metric.type));
  const labels: unknown = "labelNames" in metric ? metric.labelNames : [];
  if (type === undefined || !Array.isArray(labels)) throw new TypeError(`${metric.name} is of no known kind`);
  return { name: metric.name, help: metric.help, type, labels: labels.map(String) };
}

const TYPES = ["counter", "gauge", "histogram", "summary"] as const;
