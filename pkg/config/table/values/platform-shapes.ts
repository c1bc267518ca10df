import type { Parsed } from "../setting.ts";

/** `<name>@<host>[:port]/<rest>`. */
export function clientId(given: string): Parsed<string> {
  const match = /^[^@\s]+@(?<address>[^/@\s]+)\/\S+$/.exec(given);
  return match !== null && isHost(match.groups?.["address"] ?? "")
    ? { value: given }
    : {
        problem:
          "must be a client id such as cool-name@tenant.conductor.one/abc; copy all of it from the platform",
      };
}

/** A host name or address with an optional port, as it is before the path of a URL. */
export function hostWithPort(given: string): Parsed<string> {
  return isHost(given)
    ? { value: given }
    : { problem: "must be a host with an optional port, such as tenant.conductor.one or 127.0.0.1:8443" };
}

/** The platform takes 1 to 256 characters. */
export function hostId(given: string): Parsed<string> {
  return given.length <= 256 && !/\p{Cc}/u.test(given)
    ? { value: given }
    : { problem: "must be at most 256 characters without line breaks and other control characters" };
}

function isHost(text: string): boolean {
  if (/[/?#@\s]/.test(text)) return false;
  return URL.canParse(`https://${text}/`);
}
