// How a governance platform knows this connector, and where it is reached. One parser, so that the settings and the calls
// cannot understand a client id in two ways.

/** A client id of the platform: `<name>@<host>[:port]/<rest>`. */
export interface ClientId {
  /** The whole id. */
  readonly id: string;
  /** Goes into the user agent, so it is of visible ASCII characters. */
  readonly name: string;
  /** Without the port: the audience of an assertion never has one. */
  readonly host: string;
  /** Where the platform is reached by default: the host, with its port if the id has one. */
  readonly address: string;
}

/** `@` is the end of the name, so the name has none. */
const SHAPE = /^(?<name>[\x21-\x3f\x41-\x7e]+)@(?<address>[^/@\s]+)\/[\x21-\x7e]+$/;

/** The client id, or what is wrong with it, without the value. */
export function parseClientId(text: string): { readonly value: ClientId } | { readonly problem: string } {
  const { name = "", address = "" } = SHAPE.exec(text)?.groups ?? {};
  const url = urlOf(address);
  return url === undefined
    ? {
        problem:
          "must be a client id such as cool-name@tenant.conductor.one/abc; copy all of it from the platform",
      }
    : { value: { id: text, name, host: url.hostname, address } };
}

/** A host name or address with an optional port, or what is wrong with it. */
export function parseApiHost(text: string): { readonly value: string } | { readonly problem: string } {
  return urlOf(text) === undefined
    ? { problem: "must be a host with an optional port, such as tenant.conductor.one or 127.0.0.1:8443" }
    : { value: text };
}

/** `host:port` for a connection: 443 where the address, checked before, has no port. */
export function hostAndPort(address: string): string {
  const url = new URL(`https://${address}/`);
  return `${url.hostname}:${url.port === "" ? "443" : url.port}`;
}

/** Undefined for what is not only a host with an optional port. */
function urlOf(address: string): URL | undefined {
  if (/[/?#@\s\\]/.test(address)) return undefined;
  return URL.parse(`https://${address}/`) ?? undefined;
}
