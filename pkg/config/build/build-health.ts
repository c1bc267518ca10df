import type { Config, OtelSettings } from "../config.ts";
import { type Settings, settingProblem } from "../sources/read-settings.ts";
import { absolutePath } from "./absolute-path.ts";

export function buildHealth(settings: Settings, cwd: string): Pick<Config, "health" | "otel"> {
  const { values } = settings;
  return {
    health: {
      enabled: values["health-check"],
      port: values["health-check-port"],
      bindAddress: values["health-check-bind-address"],
    },
    otel: otelOf(settings, cwd),
  };
}

/** Where traces are sent; undefined: no traces. Throws `invalid-argument`. */
function otelOf({ values, given }: Settings, cwd: string): OtelSettings | undefined {
  const endpoint = values["otel-collector-endpoint"];
  if (endpoint === undefined) return undefined;
  const plain = values["otel-collector-endpoint-tls-insecure"];
  const caFile = absolutePath(values["otel-collector-endpoint-tls-cert-path"], cwd);
  const isHttps = (endpoint.scheme ?? (plain ? "http" : "https")) === "https";
  if (plain && isHttps) {
    throw settingProblem(
      "otel-collector-endpoint-tls-insecure",
      { given },
      "switches TLS off, and the collector's URL is https; write http, or give otel-collector-endpoint-tls-cert-path for a CA of your own",
    );
  }
  if (caFile !== undefined && !isHttps) {
    throw settingProblem(
      "otel-collector-endpoint-tls-cert-path",
      { given },
      "has no effect without TLS, and the collector's URL is http; write https or leave it out",
    );
  }
  const caText = values["otel-collector-endpoint-tls-cert"];
  if (caText !== undefined && !isHttps) {
    throw settingProblem(
      "otel-collector-endpoint-tls-cert",
      { given },
      "has no effect without TLS, and the collector's URL is http; write https or leave it out",
    );
  }
  return values["otel-tracing-disabled"]
    ? undefined
    : { collector: endpoint.address, plaintext: !isHttps, caFile, caText };
}
