import { isProtectedUrl, parseHost, parseListenAddress } from "../../../core/listen-address.ts";
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
