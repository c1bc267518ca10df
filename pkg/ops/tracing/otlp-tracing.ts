// Spans over OpenTelemetry. Nothing is registered globally: every span gets its parent explicitly, from the call that the
// code runs for.

import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  type SpanAttributes,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import type { AwsCallEvent } from "../../core/events.ts";
import { CATEGORY_OF } from "../../core/operations.ts";
import { withLogScope } from "../logger-scope.ts";
import { createExporter, EXPORT_TIMEOUT_MS } from "./exporter.ts";
import { traceParent } from "./trace-parent.ts";
import type { IncomingRequest, RequestEvent, Tracing, TracingOptions } from "./tracing.ts";

const BATCH_DELAY_MS = 5_000;
const MAX_BATCH = 512;
const MAX_QUEUED = 4_096;

/** The codes that OpenTelemetry counts as errors of the server. All others are errors of the client. */
const SERVER_ERRORS: ReadonlySet<string> = new Set([
  "UNKNOWN",
  "DEADLINE_EXCEEDED",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
]);

/** The call that code runs for, as the parent of spans. */
interface OpenRequest {
  readonly context: Context;
  readonly span: Span;
  ended: boolean;
}

export function createOtlpTracing(options: TracingOptions): Tracing {
  const { serviceVersion, poolId, now, batchDelayMs, maxQueuedSpans = MAX_QUEUED } = options;
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      "service.name": "connector",
      "service.version": serviceVersion,
      "connector.pool": poolId,
    }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: createExporter(options),
        scheduledDelayMillis: batchDelayMs ?? BATCH_DELAY_MS,
        exportTimeoutMillis: EXPORT_TIMEOUT_MS,
        maxQueueSize: maxQueuedSpans,
        maxExportBatchSize: Math.min(MAX_BATCH, maxQueuedSpans),
      }),
    ],
  });
  const tracer = provider.getTracer("connector", serviceVersion);
  const requests = new AsyncLocalStorage<OpenRequest>();
  let closed: Promise<void> | undefined;

  function begin(incoming: IncomingRequest): OpenRequest {
    const { callId, front, service, method, traceparent, tracestate } = incoming;
    const parent = traceParent(traceparent, tracestate);
    const outer = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
    const attributes: SpanAttributes = {
      ...(front === "grpc"
        ? { "rpc.system": "grpc", "rpc.service": service, "rpc.method": method }
        : { "http.request.method": method, "http.route": service }),
      "connector.call_id": callId,
    };
    const span = tracer.startSpan(
      front === "grpc" ? `${service}/${method}` : `${method} ${service}`,
      { kind: SpanKind.SERVER, startTime: now(), attributes },
      outer,
    );
    return { context: trace.setSpan(outer, span), span, ended: false };
  }

  function end(request: OpenRequest): void {
    if (request.ended) return;
    request.ended = true;
    request.span.end(now());
  }

  return {
    async within(incoming, work) {
      const request = begin(incoming);
      const { traceId } = request.span.spanContext();
      try {
        return await requests.run(request, () => withLogScope({ callId: incoming.callId, traceId }, work));
      } finally {
        end(request);
      }
    },
    request({ code, requestBytes, answerBytes }: RequestEvent) {
      const request = requests.getStore();
      if (request === undefined) return;
      request.span.setAttributes({
        "rpc.response.status_code": code,
        "rpc.request.bytes": requestBytes,
        "rpc.response.bytes": answerBytes,
      });
      if (SERVER_ERRORS.has(code)) request.span.setStatus({ code: SpanStatusCode.ERROR, message: code });
      end(request);
    },
    scimRequest({ status, requestBytes, answerBytes }) {
      const request = requests.getStore();
      if (request === undefined) return;
      request.span.setAttributes({
        "http.response.status_code": status,
        "http.request.body.size": requestBytes,
        "http.response.body.size": answerBytes,
      });
      if (status >= 500) {
        request.span.setStatus({ code: SpanStatusCode.ERROR, message: String(status) });
      }
      end(request);
    },
    awsCall({ operation, outcome, attempt, latencyMs, requestId }: AwsCallEvent) {
      const endTime = now();
      const attributes: SpanAttributes = {
        "rpc.system": "aws-api",
        "rpc.service": "CognitoIdentityProvider",
        "rpc.method": operation,
        "connector.category": CATEGORY_OF[operation],
        "connector.attempt": attempt,
        "connector.outcome": outcome,
        ...(requestId === undefined ? {} : { "aws.request_id": requestId }),
      };
      const span = tracer.startSpan(
        operation,
        { kind: SpanKind.CLIENT, startTime: endTime - latencyMs, attributes },
        requests.getStore()?.context ?? ROOT_CONTEXT,
      );
      if (outcome !== "ok") span.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
      span.end(endTime);
    },
    close(graceMs) {
      closed ??= flushed(provider, graceMs);
      return closed;
    },
  };
}

/** The exporter has logged what could not be sent. */
async function flushed(provider: TracerProvider, graceMs: number): Promise<void> {
  const timer = new AbortController();
  const graceOver = sleep(graceMs, undefined, { signal: timer.signal }).catch(() => undefined);
  await Promise.race([provider.shutdown().catch(() => undefined), graceOver]);
  timer.abort();
}
