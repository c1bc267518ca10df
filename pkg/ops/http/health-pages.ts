import type { EpochClock } from "../../core/clock.ts";
import type { Readiness } from "./readiness.ts";

/** The answer to a GET. */
export interface HealthPage {
  readonly status: number;
  readonly type: string;
  readonly body: string | Uint8Array;
}

/** What the pages show. */
export interface HealthSources {
  /** Whether the process works. Does not depend on AWS: a restart would not make AWS reachable. */
  readonly live: () => boolean;
  readonly ready: () => Promise<Readiness>;
  /** The metrics in the text format of Prometheus. */
  readonly metrics: () => Promise<Uint8Array>;
  /** Milliseconds since the epoch. */
  readonly now: EpochClock;
}

type PageHandler = (sources: HealthSources) => HealthPage | Promise<HealthPage>;

// The status words of the Baton SDK's health endpoint; Kubernetes reads only the HTTP status.
const READY = { good: "ready", bad: "not_ready" };
const HEALTHY = { good: "healthy", bad: "unhealthy" };

/** The pages by path: names of the Baton SDK and of Kubernetes. */
export const HEALTH_PAGES: ReadonlyMap<string, PageHandler> = new Map<string, PageHandler>([
  ["/livez", livePage],
  ["/live", livePage],
  ["/readyz", (sources) => readyPage(sources, READY)],
  ["/ready", (sources) => readyPage(sources, READY)],
  ["/health", (sources) => readyPage(sources, HEALTHY)],
  ["/metrics", metricsPage],
]);

function livePage({ live, now }: HealthSources): HealthPage {
  const alive = live();
  const status = alive ? "alive" : "not_alive";
  return json(alive ? 200 : 503, { status, timestamp: new Date(now()) });
}

async function readyPage(
  { ready, now }: HealthSources,
  words: { readonly good: string; readonly bad: string },
): Promise<HealthPage> {
  const { ready: isReady, reason, checkedAt, lastSync, syncFailure, sharedQuota } = await ready();
  return json(isReady ? 200 : 503, {
    status: isReady ? words.good : words.bad,
    timestamp: new Date(now()),
    checkedAt,
    reason,
    lastSync: lastSync ?? null,
    syncFailure: syncFailure ?? null,
    ...(sharedQuota !== undefined && { sharedQuota }),
    ...(words === HEALTHY && !isReady ? { details: { error: reason } } : {}),
  });
}

async function metricsPage({ metrics }: HealthSources): Promise<HealthPage> {
  return { status: 200, type: "text/plain; version=0.0.4; charset=utf-8", body: await metrics() };
}

/** An error as one line of JSON. */
export function errorPage(status: number, error: string): HealthPage {
  return json(status, { error });
}

function json(status: number, value: object): HealthPage {
  return { status, type: "application/json; charset=utf-8", body: `${JSON.stringify(value)}\n` };
}
