import { randomUUID } from "node:crypto";
import type { Config } from "../../../../pkg/config/config.ts";
import type { Clocks, EpochClock } from "../../../../pkg/core/clock.ts";
import type { GrpcCallEvent, ScimCallEvent } from "../../../../pkg/core/events.ts";
import type { WrapCall } from "../../../../pkg/grpc/interceptors.ts";
import { SERVED_METHODS } from "../../../../pkg/grpc/services/served-methods.ts";
import type { Logger } from "../../../../pkg/ops/logger.ts";
import { measuredListings, measuredThrottle } from "../../../../pkg/ops/metrics/measured.ts";
import type { Metrics } from "../../../../pkg/ops/metrics/metrics.ts";
import { createTracing } from "../../../../pkg/ops/tracing/create-tracing.ts";
import { NO_TRACING } from "../../../../pkg/ops/tracing/no-tracing.ts";
import type { Tracing } from "../../../../pkg/ops/tracing/tracing.ts";
import { TASK_KINDS } from "../../../../pkg/platform/task-kinds.ts";
import { SCIM_ENDPOINTS } from "../../../../pkg/scim/http/endpoints.ts";
import type { ScimFrontOptions } from "../../../../pkg/scim/http/front.ts";
import { packageVersion } from "../../process/version.ts";
import type { Telemetry } from "../telemetry.ts";

/** The metrics and traces of the service. */
export interface ServiceTelemetry extends Telemetry {
  /** Undefined when the HTTP endpoint, where they are scraped, is off. */
  readonly metrics: Metrics | undefined;
  /** Wraps the handling of one gRPC call, so that the AWS calls and log lines it causes can be attributed to it. */
  readonly wrapCall: WrapCall;
  /** The same for a SCIM request. */
  readonly wrapScimCall: NonNullable<ScimFrontOptions["wrapCall"]>;
  /** Takes a finished gRPC call. */
  grpcCall(event: GrpcCallEvent): void;
  /** Takes a finished SCIM request. */
  scimCall(event: ScimCallEvent): void;
  /** Sends the spans that wait, for no longer than this, and drops the rest. */
  close(timeoutMs: number): Promise<void>;
}

/** Loads metrics only when the HTTP endpoint is on, and tracing only when a collector is configured. */
export async function openTelemetry(
  config: Config,
  { now, monotonic }: Clocks,
  log: Logger,
): Promise<ServiceTelemetry> {
  const metrics = config.health.enabled ? await loadMetrics({ now, monotonic }) : undefined;
  const tracing = await openTracing(config, log, now);
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
    pageAhead: (outcome) => metrics?.pageAhead(outcome),
    wrapCall: (call, work) =>
      tracing.within(
        {
          callId: randomUUID(),
          front: "grpc",
          service: call.service,
          method: call.method,
          traceparent: call.header("traceparent"),
          tracestate: call.header("tracestate"),
        },
        work,
      ),
    wrapScimCall: (call, work) =>
      tracing.within(
        {
          callId: randomUUID(),
          front: "scim",
          service: call.endpoint,
          method: call.method,
          traceparent: call.header("traceparent"),
          tracestate: call.header("tracestate"),
        },
        work,
      ),
    scimCall(event) {
      metrics?.scimCall(event);
      tracing.scimRequest(event);
    },
    grpcCall(event) {
      metrics?.call(event);
      tracing.request(event);
    },
    close: (timeoutMs) => tracing.close(timeoutMs),
  };
}

async function loadMetrics({ now, monotonic }: Clocks): Promise<Metrics> {
  // The library takes 20 MB of memory.
  const { createMetrics } = await import("../../../../pkg/ops/metrics/metrics.ts");
  return createMetrics({
    now,
    monotonic,
    version: packageVersion(),
    nodeVersion: process.version,
    served: SERVED_METHODS,
    scimEndpoints: SCIM_ENDPOINTS,
    taskKinds: TASK_KINDS,
  });
}

async function openTracing({ otel, poolId }: Config, log: Logger, now: EpochClock): Promise<Tracing> {
  if (otel === undefined) return NO_TRACING;
  return await createTracing({ ...otel, serviceVersion: packageVersion(), poolId, log, now });
}
