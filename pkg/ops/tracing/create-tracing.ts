import type { Tracing, TracingOptions } from "./tracing.ts";

/**
 * Loads OpenTelemetry and sends spans to the collector. While the collector cannot be reached, spans are lost, with one
 * log line per hour. `invalid-argument` if the CA file cannot be read.
 */
export async function createTracing(options: TracingOptions): Promise<Tracing> {
  // A dynamic import: without a collector, OpenTelemetry is not loaded.
  const { createOtlpTracing } = await import("./otlp-tracing.ts");
  return createOtlpTracing(options);
}
