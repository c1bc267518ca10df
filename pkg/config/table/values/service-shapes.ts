import {
  formatListenAddress,
  isProtectedUrl,
  parseHost,
  parseListenAddress,
  type TcpAddress,
} from "../../../core/listen-address.ts";
import type { Parsed } from "../setting.ts";
import { httpUrl } from "./shapes.ts";

/** Anyone who can change the keys on their way can sign tokens, so plaintext is only for this machine. */
export function jwksUrl(given: string): Parsed<URL> {
  const parsed = httpUrl(given);
  if ("problem" in parsed && given.includes("@")) return parsed;
  const url = URL.parse(given);
  return "value" in parsed && url !== null && isProtectedUrl(url)
    ? { value: url }
    : {
        problem: "must be an https:// URL, or http:// of this machine, such as https://idp.example.com/jwks",
      };
}

export interface CollectorEndpoint {
  /** Undefined: `host:port`, for which another setting decides. */
  readonly scheme: "http" | "https" | undefined;
  readonly address: TcpAddress;
}

/** The gRPC port of OTLP. */
const OTLP_PORT = 4317;

/** An http or https URL, or `host:port` as in Baton. Of a URL only scheme, host and port count. */
export function collectorEndpoint(given: string): Parsed<CollectorEndpoint> {
  if (given.includes("://")) {
    const parsed = httpUrl(given);
    const url = URL.parse(given);
    if ("problem" in parsed || url === null)
      return { problem: "problem" in parsed ? parsed.problem : COLLECTOR_SHAPE };
    // URL drops a port that is the default of its scheme, so the port is read from the text.
    const port = /^https?:\/\/[^/?#]*:(\d+)(?:[/?#]|$)/i.exec(given.trim())?.[1] ?? OTLP_PORT;
    const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
    const scheme = url.protocol === "https:" ? "https" : "http";
    return { value: { scheme, address: { kind: "tcp", host, port: Number(port) } } };
  }
  const parsed = parseListenAddress(given);
  return "value" in parsed && parsed.value.kind === "tcp"
    ? { value: { scheme: undefined, address: parsed.value } }
    : { problem: COLLECTOR_SHAPE };
}

const COLLECTOR_SHAPE = "must be an http:// or https:// URL or host:port, such as http://127.0.0.1:4317";

export function formatCollectorEndpoint({ scheme, address }: CollectorEndpoint): string {
  return `${scheme === undefined ? "" : `${scheme}://`}${formatListenAddress(address)}`;
}

/** The name or the address of an interface; brackets around IPv6 are taken off. */
export function bindHost(given: string): Parsed<string> {
  const host = parseHost(given);
  return host === undefined
    ? { problem: "must be an IP address or a host name without a port, such as 127.0.0.1 or 0.0.0.0" }
    : { value: host };
}

/** Issuer and audience of a token are compared whole: with a stray space every token would be refused. */
export function tokenText(given: string): Parsed<string> {
  return /^[\x21-\x7e]{1,1024}$/.test(given)
    ? { value: given }
    : { problem: "must be printable ASCII without spaces, exactly as in the tokens" };
}

/** A certificate in PEM, whose line breaks may be written as \\n: variables of containers often have one line. */
export function pemCertificate(given: string): Parsed<string> {
  const text = given.replaceAll("\\n", "\n").trim();
  return /^-----BEGIN CERTIFICATE-----\n[^]+\n-----END CERTIFICATE-----$/.test(text.replaceAll("\r", ""))
    ? { value: `${text}\n` }
    : {
        problem:
          "must be a certificate in PEM, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----",
      };
}
