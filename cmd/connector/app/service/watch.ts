import { randomUUID } from "node:crypto";
import type { Config } from "../../../../pkg/config/config.ts";
import type { EpochClock } from "../../../../pkg/core/clock.ts";
import type { GrpcCallEvent } from "../../../../pkg/core/events.ts";
import type { WrapCall } from "../../../../pkg/grpc/interceptors.ts";
import { SERVED_METHODS } from "../../../../pkg/grpc/services/served-methods.ts";
import type { Logger } from "../../../../pkg/ops/logger.ts";
import { measuredListings, measuredThrottle } from "../../../../pkg/ops/metrics/measured.ts";
import type { Metrics } from "../../../../pkg/ops/metrics/metrics.ts";
import { createTracing } from "../../../../pkg/ops/tracing/create-tracing.ts";
import { NO_TRACING } from "../../../../pkg/ops/tracing/no-tracing.ts";
import type { Tracing } from "../../../../pkg/ops/tracing/tracing.ts";
import type { Context } from "../../process/context.ts";
import { packageVersion } from "../../process/version.ts";
import type { Watch } from "../runtime.ts";

/** What the service tells about itself while it runs. */
export interface ServiceWatch extends Watch {
  /** Undefined where nobody can scrape them. */
  readonly metrics: Metrics | undefined;
  readonly wrapCall: WrapCall;
  /** A gRPC call has its answer. */
  call(event: GrpcCallEvent): void;
}

/** Metrics where the HTTP endpoint is open, traces where there is a collector; neither is loaded or counted otherwise. */
export async function createServiceWatch(
  config: Config,
  { now, monotonic }: Context,
  log: Logger,
): Promise<ServiceWatch> {
  const metrics = config.health.enabled ? await loadMetrics(now) : undefined;
  const tracing = await tracingOf(config, log, now);
  return {
    metrics,
    throttle: (inner) =>
      metrics === undefined ? inner : measuredThrottle(inner, (event) => metrics.wait(event), monotonic),
    directory: (inner) =>
      metrics === undefined ? inner : measuredListings(inner, (event) => metrics.page(event), monotonic),
    awsCall(event) {
      metrics?.awsCall(event);
      tracing.awsCall(event);
    },
    wrapCall: (call, work) =>
      tracing.within(
        {
          callId: randomUUID(),
          service: call.service,
          method: call.method,
          traceparent: call.header("traceparent"),
          tracestate: call.header("tracestate"),
        },
        work,
      ),
    call(event) {
      metrics?.call(event);
      tracing.request(event);
    },
    close: (graceMs) => tracing.close(graceMs),
  };
}

async function loadMetrics(now: EpochClock): Promise<Metrics> {
  // The library for it takes 20 MB, so it is loaded where somebody can scrape.
  const { createMetrics } = await import("../../../../pkg/ops/metrics/metrics.ts");
  return createMetrics({
    now,
    version: packageVersion(),
    nodeVersion: process.version,
    served: SERVED_METHODS,
  });
}

async function tracingOf({ otel, poolId }: Config, log: Logger, now: EpochClock): Promise<Tracing> {
  if (otel === undefined) return NO_TRACING;
  return await createTracing({ ...otel, serviceVersion: packageVersion(), poolId, log, now });
}
