// What Prometheus scrapes. Each instance has a registry of its own, so that two can exist in one process. No label has a
// name, an address, an attribute or an id of a person, and each label has a closed set of values.

import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { EpochClock, MonotonicClock } from "../../core/clock.ts";
import { type AwsMetrics, createAwsMetrics } from "./aws-metrics.ts";
import type { MetricSources } from "./events.ts";
import { createGrpcMetrics, type GrpcMetrics, type ServedMethod } from "./grpc-metrics.ts";
import { createPlatformMetrics, type PlatformMetrics } from "./platform-metrics.ts";
import { createScimMetrics, type ScimMetrics } from "./scim-metrics.ts";
import { createSources } from "./sources.ts";
import { createStateMetrics } from "./state-metrics.ts";
import { createSyncMetrics, type SyncMetrics } from "./sync-metrics.ts";

interface MetricsOptions {
  /** Milliseconds since the epoch. */
  readonly now: EpochClock;
  readonly monotonic: MonotonicClock;
  /** The version of the package. */
  readonly version: string;
  readonly nodeVersion: string;
  /** The methods that may be label values. */
  readonly served: readonly ServedMethod[];
  /** The endpoints of SCIM that may be label values. */
  readonly scimEndpoints: readonly string[];
  /** The kinds of the platform's tasks that may be label values. */
  readonly taskKinds: readonly string[];
  /** Memory, CPU, event loop and garbage collection too. Default true. */
  readonly processMetrics?: boolean | undefined;
}

/** One metric, for documentation and tests. */
interface MetricDescription {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram" | "summary";
  readonly labels: readonly string[];
}

export interface Metrics extends GrpcMetrics, ScimMetrics, AwsMetrics, SyncMetrics, PlatformMetrics {
  /** Adds sources that are read at each scrape. A source of the same name replaces the earlier one. */
  watch(sources: Partial<MetricSources>): void;
  /** All metrics in the text format of Prometheus. */
  text(): Promise<string>;
  describe(): readonly MetricDescription[];
}

/** All metrics of the process. Counters count from the creation of this object. */
export function createMetrics(options: MetricsOptions): Metrics {
  const { now, version, nodeVersion, served, scimEndpoints, taskKinds, processMetrics = true } = options;
  const registry = new Registry();
  const sources = createSources(registry);
  const build = new Gauge({
    name: "connector_build_info",
    help: "Always 1; the labels have the versions of the connector and of Node.js.",
    labelNames: ["version", "node_version"],
    registers: [registry],
  });
  build.set({ version, node_version: nodeVersion }, 1);
  const grpc = createGrpcMetrics(registry, served);
  const scim = createScimMetrics(registry, scimEndpoints);
  const aws = createAwsMetrics(registry, sources);
  const sync = createSyncMetrics(registry, options);
  const platform = createPlatformMetrics(registry, sources, taskKinds);
  createStateMetrics(registry, sources, now);
  if (processMetrics) collectDefaultMetrics({ register: registry });

  return {
    ...grpc,
    ...scim,
    ...aws,
    ...sync,
    ...platform,
    watch: (more) => sources.add(more),
    // The library spells it "Nan", where the format has NaN (prom-client 15.1.3).
    text: async () => (await registry.metrics()).replace(/ Nan$/gm, " NaN"),
    describe: () => registry.getMetricsAsArray().map(describe),
  };
}

type Described = ReturnType<Registry["getMetricsAsArray"]>[number];

function describe(metric: Described): MetricDescription {
  // prom-client types the type as a number and does not type the label names; at run time they are a word and a list.
  const type = TYPES.find((word) => word === String(metric.type));
  const labels: unknown = "labelNames" in metric ? metric.labelNames : [];
  if (type === undefined || !Array.isArray(labels)) throw new TypeError(`${metric.name} has an unknown type`);
  return { name: metric.name, help: metric.help, type, labels: labels.map(String) };
}

const TYPES = ["counter", "gauge", "histogram", "summary"] as const;
