import { Counter, Histogram, type Registry } from "prom-client";
import type { AheadOutcome, AwsCallEvent } from "../../core/events.ts";
import type { Category } from "../../core/operations.ts";
import { createCategoryMetrics } from "./category-metrics.ts";
import { awsOperationLabel, awsOutcomeLabel } from "./closed-labels.ts";
import type { PageEvent, QuotaWaitEvent } from "./events.ts";
import { createSharingMetrics } from "./sharing-metrics.ts";
import type { Sources } from "./sources.ts";

export interface AwsMetrics {
  awsCall(event: Omit<AwsCallEvent, "requestId">): void;
  page(event: PageEvent): void;
  wait(event: QuotaWaitEvent): void;
  /** A page that was read ahead was served, or was read for nothing. */
  pageAhead(outcome: AheadOutcome): void;
}

export function createAwsMetrics(registry: Registry, sources: Sources): AwsMetrics {
  const registers = [registry];
  const calls = new Counter({
    name: "connector_aws_calls_total",
    help: "Attempts to call AWS, by operation and outcome: ok, or the name of the error.",
    labelNames: ["operation", "outcome"],
    registers,
  });
  const retries = new Counter({
    name: "connector_aws_retries_total",
    help: "Attempts to call AWS that repeat a failed attempt.",
    labelNames: ["operation"],
    registers,
  });
  const latency = new Histogram({
    name: "connector_aws_call_duration_seconds",
    help: "Duration of one attempt to call AWS, without the wait for its turn.",
    labelNames: ["operation"],
    buckets: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const pages = new Histogram({
    name: "connector_page_duration_seconds",
    help: "Duration of reading one page of a listing, including waits for turns and retries.",
    labelNames: ["listing", "outcome"],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300],
    registers,
  });
  const ahead = new Counter({
    name: "connector_pages_read_ahead_total",
    help: "Pages read before a caller asked for them, by what became of them: used, dropped, or failed.",
    labelNames: ["outcome"],
    registers,
  });
  const waits = new Histogram({
    name: "connector_quota_wait_seconds",
    help: "Time that a call waited for its turn, by quota category and priority.",
    labelNames: ["category", "priority"],
    buckets: [0.001, 0.01, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300],
    registers,
  });
  createQuotaMetrics(registry, sources);
  createSharingMetrics(registry, sources);

  return {
    awsCall({ operation, outcome, attempt, latencyMs }) {
      const label = awsOperationLabel(operation);
      calls.inc({ operation: label, outcome: awsOutcomeLabel(outcome) });
      if (attempt > 1) retries.inc({ operation: label });
      latency.observe({ operation: label }, latencyMs / 1000);
    },
    page: ({ listing, outcome, durationMs }) => pages.observe({ listing, outcome }, durationMs / 1000),
    pageAhead: (outcome) => ahead.inc({ outcome }),
    wait: ({ category, priority, durationMs }) => waits.observe({ category, priority }, durationMs / 1000),
  };
}

/** These are read from the limiter at each scrape. */
function createQuotaMetrics(registry: Registry, sources: Sources): void {
  const { gauge, counter } = createCategoryMetrics(registry, () => sources.read("quota", (quota) => quota()));
  const used = (category: Category): number | undefined =>
    sources.read("usedPerSecond", (usedPerSecond) => usedPerSecond(category));

  gauge(
    "connector_quota_set_per_second",
    "Calls per second that the settings allow in a quota category.",
    (status) => status.setPerSecond,
  );
  gauge(
    "connector_quota_granted_per_second",
    "Calls per second that are allowed now: less than the set rate after AWS throttled calls.",
    (status) => status.currentPerSecond,
  );
  gauge("connector_quota_used_per_second", "Calls per second that were sent in the last seconds.", (status) =>
    used(status.category),
  );
  gauge("connector_quota_waiting", "Calls that wait for their turn.", (status) => status.waiting);
  counter("connector_quota_turns_total", "Turns to call AWS that were granted.", (status) => status.granted);
  counter("connector_quota_throttles_total", "Calls that AWS throttled.", (status) => status.throttles);
  counter(
    "connector_quota_refused_total",
    "Calls of callers that were refused because too many waited for their turn.",
    (status) => status.refused,
  );
  counter(
    "connector_quota_restarts_total",
    "Times that no turn came although calls waited, and the pacing was started again.",
    (status) => status.restarts,
  );
}
