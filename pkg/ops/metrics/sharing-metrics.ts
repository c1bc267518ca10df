import type { Registry } from "prom-client";
import { createCategoryMetrics } from "./category-metrics.ts";
import type { Sources } from "./sources.ts";

/** The quota that instances share, read at each scrape. Absent where it is not shared. */
export function createSharingMetrics(registry: Registry, sources: Sources): void {
  const { gauge, counter } = createCategoryMetrics(registry, () =>
    sources.read("sharing", (sharing) => sharing()),
  );

  gauge(
    "connector_shared_quota_connected",
    "1 while turns come from the quota that instances share; 0 while this instance uses its own part.",
    ({ mode }) => Number(mode === "shared"),
  );
  gauge(
    "connector_shared_quota_silent",
    "1 while Redis answers and gives no turns in time although calls wait, so that this instance uses its own part.",
    ({ silent }) => Number(silent),
  );
  gauge(
    "connector_shared_quota_instances",
    "Instances that share the quota, this one among them, as it knew last.",
    ({ instances }) => instances,
  );
  gauge(
    "connector_shared_quota_set_per_second",
    "The lowest rate that is set for any of the instances, which holds for all.",
    ({ setPerSecond }) => setPerSecond,
  );
  gauge(
    "connector_shared_quota_part_per_second",
    "What this instance uses by itself while nothing is shared.",
    ({ localPerSecond }) => localPerSecond,
  );
  counter("connector_shared_quota_turns_total", "Turns that were taken of it.", ({ turns }) => turns);
  counter(
    "connector_shared_quota_waits_total",
    "Turns that had to be waited for, since others had theirs first.",
    ({ waits }) => waits,
  );
  counter(
    "connector_shared_quota_dropped_total",
    "Turns that came too late to be used.",
    ({ dropped }) => dropped,
  );
  counter(
    "connector_shared_quota_fallbacks_total",
    "Times that this instance fell back to its own part.",
    ({ fallbacks }) => fallbacks,
  );
}
