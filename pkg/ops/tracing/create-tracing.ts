import type { Tracing, TracingOptions } from "./tracing.ts";

/**
 * Loads OpenTelemetry and sends to the collector from then on; a collector that is away costs its spans and a log line
 * an hour. `invalid-argument` when the endpoint is no URL of a host or the CA file cannot be read.
 */
export async function createTracing(options: TracingOptions): Promise<Tracing> {
  // Nothing of OpenTelemetry is read, let alone run, where no collector is configured.
  const { createOtlpTracing } = await import("./otlp-tracing.ts");
  return createOtlpTracing(options);
}
