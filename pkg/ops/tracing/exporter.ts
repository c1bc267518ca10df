import { readFileSync } from "node:fs";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { createInsecureCredentials, createSslCredentials } from "@opentelemetry/otlp-grpc-exporter-base";
import type { SpanExporter } from "@opentelemetry/sdk-trace";
import type { EpochClock } from "../../core/clock.ts";
import { GovernanceError } from "../../core/errors.ts";
import { formatListenAddress, type TcpAddress } from "../../core/listen-address.ts";
import type { Logger } from "../logger.ts";

interface ExporterOptions {
  readonly collector: TcpAddress;
  /** Without TLS. */
  readonly plaintext: boolean;
  readonly caFile: string | undefined;
  readonly caText?: string | undefined;
  readonly log: Logger;
  readonly now: EpochClock;
}

/** One attempt to send a batch. */
export const EXPORT_TIMEOUT_MS = 5_000;
const HOUR_MS = 60 * 60 * 1000;

/** Sends spans to the collector. While it cannot, it logs once an hour, with the number of lost spans. */
export function createExporter(options: ExporterOptions): SpanExporter {
  const { collector, plaintext, log, now } = options;
  const host = formatListenAddress(collector);
  const url = `${plaintext ? "http" : "https"}://${host}`;
  const credentials = plaintext ? createInsecureCredentials() : createSslCredentials(readCa(options));
  const exporter = new OTLPTraceExporter({ url, credentials, timeoutMillis: EXPORT_TIMEOUT_MS });
  let lost = 0;
  let reportedAt = Number.NEGATIVE_INFINITY;
  let failing = false;

  function failed(spans: number, error: unknown): void {
    lost += spans;
    failing = true;
    if (now() - reportedAt < HOUR_MS) return;
    reportedAt = now();
    const why = new GovernanceError(
      "unavailable",
      `the collector at ${host} does not accept traces${codeOf(error)}`,
      {
        cause: error,
      },
    );
    log.failure("traces are lost; this is logged once an hour", why, { spans: lost });
    lost = 0;
  }

  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        // A failure always has its error. The enum of codes is in a package that we do not depend on.
        if (result.error !== undefined) failed(spans.length, result.error);
        else if (failing) {
          failing = false;
          log.info("the collector accepts traces again", { address: host, spans: lost });
          lost = 0;
        }
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush(),
  };
}

function readCa({ caFile, caText }: ExporterOptions): Buffer | undefined {
  if (caText !== undefined) return Buffer.from(caText);
  if (caFile === undefined) return undefined;
  try {
    return readFileSync(caFile);
  } catch (error) {
    throw new GovernanceError(
      "invalid-argument",
      `otel-collector-endpoint-tls-cert-path: ${caFile} cannot be read; give a PEM file that the connector may read`,
      { cause: error },
    );
  }
}

/** The code of a gRPC failure. Its text is not shown, since it comes from outside. */
function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "number"
    ? ` (gRPC code ${error.code})`
    : "";
}
