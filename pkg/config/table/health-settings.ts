import {
  type CommandName,
  flagSetting,
  optionalTextSetting,
  type Setting,
  textSetting,
  wholeNumberSetting,
} from "./setting.ts";
import { bindHost, collectorEndpoint, pemCertificate } from "./values/service-shapes.ts";
import { plainText } from "./values/shapes.ts";

/** `health-check` asks the endpoint that `serve` opens. */
const ENDPOINT: readonly CommandName[] = ["serve", "health-check"];

const COMMON: {
  readonly group: "Health and metrics";
  readonly operators: true;
  readonly commands: readonly CommandName[];
} = { group: "Health and metrics", operators: true, commands: ["serve"] };

/** The rows of the group Health and metrics, all under Baton's names. */
export const HEALTH_SETTINGS = {
  "health-check": flagSetting({
    ...COMMON,
    description: "Open the HTTP endpoint for health and metrics",
  }),
  "health-check-port": wholeNumberSetting({
    ...COMMON,
    description: "Port of the health endpoint; 0 lets the system choose one",
    min: 0,
    max: 65_535,
    fallback: 8081,
    commands: ENDPOINT,
  }),
  "health-check-bind-address": textSetting({
    ...COMMON,
    description:
      "Address of the health endpoint, such as 0.0.0.0 for probes from other machines; it shows no personal data",
    example: "host",
    parse: bindHost,
    fallback: "127.0.0.1",
    fallbackText: "127.0.0.1",
    commands: ENDPOINT,
  }),
  "otel-collector-endpoint": optionalTextSetting({
    ...COMMON,
    description: "OpenTelemetry collector for traces: a URL, or host:port for https",
    example: "url",
    parse: collectorEndpoint,
    fallbackText: "no traces",
  }),
  "otel-collector-endpoint-tls-cert-path": optionalTextSetting({
    ...COMMON,
    description: "PEM file with the certificate of the collector or of its CA",
    example: "path",
    parse: plainText,
    fallbackText: "the CAs of Node.js",
  }),
  "otel-collector-endpoint-tls-cert": optionalTextSetting({
    ...COMMON,
    description: "The certificate itself as PEM text, instead of a file",
    example: "pem",
    parse: pemCertificate,
    discreet: true,
    fallbackText: "the CAs of Node.js",
  }),
  "otel-collector-endpoint-tls-insecure": flagSetting({
    ...COMMON,
    description: "Connect to host:port of the collector without TLS",
  }),
  "otel-tracing-disabled": flagSetting({
    ...COMMON,
    description: "Send no traces, even if a collector is set",
  }),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;
