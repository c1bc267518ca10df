import { isIP } from "node:net";
import type { Parsed } from "../setting.ts";
import { isLoopback, parseListenAddress } from "./listen-address.ts";
import { httpUrl } from "./shapes.ts";

/** Who can change the keys on their way can sign any token: https, or http that stays on this machine. */
export function jwksUrl(given: string): Parsed<string> {
  const parsed = httpUrl(given);
  if ("problem" in parsed && given.includes("@")) return parsed;
  const url = URL.parse(given);
  const safe =
    "value" in parsed && url !== null && (url.protocol === "https:" || isLoopbackHost(url.hostname));
  return safe
    ? parsed
    : {
        problem: "must be an https:// URL, or http:// of this machine, such as https://idp.example.com/jwks",
      };
}

function isLoopbackHost(hostname: string): boolean {
  return isLoopback({ kind: "tcp", host: hostname.replace(/^\[(.*)\]$/, "$1"), port: 0 });
}

/** An http or https URL, or `host:port` as Baton takes it. */
export function collectorEndpoint(given: string): Parsed<string> {
  if (given.includes("://")) return httpUrl(given);
  const parsed = given.startsWith("unix:") ? undefined : parseListenAddress(given);
  return parsed !== undefined && "value" in parsed
    ? { value: given }
    : { problem: "must be an http:// or https:// URL or host:port, such as http://127.0.0.1:4318" };
}

/** The name or the address of an interface; brackets around IPv6 are taken off. */
export function bindHost(given: string): Parsed<string> {
  const host = /^\[(.*)\]$/.exec(given)?.[1] ?? given;
  const parsed = parseListenAddress(isIP(host) === 6 ? `[${host}]:0` : `${host}:0`);
  return "value" in parsed && parsed.value.kind === "tcp"
    ? { value: parsed.value.host }
    : { problem: "must be an IP address or a host name without a port, such as 127.0.0.1 or 0.0.0.0" };
}

/** What a token says of itself is compared whole, so a stray space would refuse every token. */
export function tokenText(given: string): Parsed<string> {
  return /^[\x21-\x7e]{1,1024}$/.test(given)
    ? { value: given }
    : { problem: "must be printable ASCII without spaces, as it stands in the tokens" };
}
