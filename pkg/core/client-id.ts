import { GovernanceError } from "../core/errors.ts";

/** A client id of the platform: `<name>@<host>[:port]/<rest>`. */
export interface ClientId {
  /** The whole id. */
  readonly id: string;
  /** Goes into the user agent. */
  readonly name: string;
  /** Without the port: the audience of an assertion never has one. */
  readonly host: string;
  /** Where the platform is reached by default, with its port if the id has one. */
  readonly address: string;
}

/** Throws `invalid-argument` that names the setting. */
export function parseClientId(text: string): ClientId {
  const match = /^(?<name>[^@]+)@(?<address>[^/@\s]+)\/\S+$/.exec(text);
  const { name = "", address = "" } = match?.groups ?? {};
  if (match === null) {
    throw new GovernanceError(
      "invalid-argument",
      "client-id: must have the form name@host/path, such as cool-name@tenant.conductor.one/abc; copy it from the platform",
    );
  }
  return { id: text, name, ...parseApiHost("client-id", address) };
}

/** A host with an optional port, as `BATON_C1_API_HOST` has it. Throws `invalid-argument` that names the setting. */
export function parseApiHost(
  setting: string,
  address: string,
): { readonly host: string; readonly address: string } {
  let url: URL;
  try {
    url = new URL(`https://${address}/`);
  } catch {
    throw new GovernanceError(
      "invalid-argument",
      `${setting}: ${address} is not a host with an optional port`,
    );
  }
  if (url.pathname !== "/" || url.username !== "" || url.search !== "" || url.hash !== "") {
    throw new GovernanceError(
      "invalid-argument",
      `${setting}: ${address} is not a host with an optional port`,
    );
  }
  return { host: url.hostname, address };
}

/** `host:port` for a connection: 443 where the address has no port. */
export function hostAndPort(address: string): string {
  const url = new URL(`https://${address}/`);
  return `${url.hostname}:${url.port === "" ? "443" : url.port}`;
}
