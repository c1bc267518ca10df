// Where passwords, personal data and the proof of who we are go: said when it is not to AWS, refused in plain text.
import { isAwsHost } from "../../core/aws-host.ts";
import { GovernanceError } from "../../core/errors.ts";
import {
  formatListenAddress,
  isLoopback,
  isLoopbackHost,
  isProtectedUrl,
} from "../../core/listen-address.ts";
import type { Config } from "../config.ts";
import { originOf, type Settings, settingProblem } from "../sources/read-settings.ts";

/** Whether the connection to the proxy is TLS. Node.js can do that, grpc-js cannot. */
export function isTlsProxy({ httpsProxy }: Pick<Config["network"], "httpsProxy">): boolean {
  return URL.parse(httpsProxy ?? "")?.protocol === "https:";
}

/** Whether the endpoint of AWS's calls is in plain text and beyond this machine. */
function isExposedEndpoint({ values }: Settings): boolean {
  const url = URL.parse(values["endpoint-url"] ?? "");
  return url !== null && !isProtectedUrl(url);
}

/** Throws `invalid-argument` for an endpoint that needs `--insecure`, and for an `--insecure` that contradicts TLS. */
export function checkEndpoint(settings: Settings): void {
  const { values, given } = settings;
  if (isExposedEndpoint(settings)) {
    if (values.insecure) return;
    throw settingProblem(
      "endpoint-url",
      settings,
      `${values["endpoint-url"]} is http and not on this machine, so passwords and personal data could be read on their way; give an https URL, or add --insecure`,
    );
  }
  if (!values.insecure || !given.has("tls-cert-file")) return;
  const [insecure, tls] = [originOf("insecure", settings).label, originOf("tls-cert-file", settings).label];
  throw new GovernanceError("invalid-argument", `${insecure} and ${tls} exclude each other; keep one`);
}

/** One line for each place beyond AWS to which something is sent that others should not read. */
export function endpointWarnings({ network, otel, platform }: Config, settings: Settings): readonly string[] {
  const warnings: string[] = [];
  const endpoint = URL.parse(network.endpointUrl ?? "");
  // Also on this machine: a variable of an earlier try, or a tunnel of another user, can name it.
  if (endpoint !== null && !isAwsHost(endpoint.hostname)) {
    const plain = isProtectedUrl(endpoint) ? "" : ", in plain text";
    warnings.push(
      `${originOf("endpoint-url", settings).label}: ${endpoint.origin} is not an endpoint of AWS; all requests, with passwords and personal data, go there${plain}`,
    );
  }
  for (const name of ["https-proxy", "http-proxy"] as const) {
    const proxy = URL.parse(settings.values[name] ?? "");
    if (proxy === null || proxy.password === "" || proxy.protocol === "https:") continue;
    if (isLoopbackHost(proxy.hostname)) continue;
    const cure =
      name === "https-proxy" && platform !== undefined ? "" : "; name the proxy with https:// if it has TLS";
    warnings.push(
      `${originOf(name, settings).label}: the password of the proxy goes to ${proxy.host} in plain text${cure}`,
    );
  }
  if (platform !== undefined && isTlsProxy(network)) {
    warnings.push(
      `${originOf("https-proxy", settings).label}: gRPC cannot use a proxy with https://, so tasks and uploads go to the platform without the proxy; give the http:// URL of a proxy`,
    );
  }
  const acknowledged = settings.values["otel-collector-endpoint-tls-insecure"];
  if (otel?.plaintext === true && !acknowledged && !isLoopback(otel.collector)) {
    warnings.push(
      `${originOf("otel-collector-endpoint", settings).label}: traces go to ${formatListenAddress(otel.collector)} in plain text; give an https URL, or otel-collector-endpoint-tls-insecure if that is meant`,
    );
  }
  return warnings;
}
