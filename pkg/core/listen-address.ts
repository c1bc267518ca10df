import { GovernanceError } from "./errors.ts";

/** Where to listen. `target` is the form that gRPC clients dial, port 0 apart. */
export type ListenAddress =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number; readonly target: string }
  | { readonly kind: "unix"; readonly path: string; readonly target: string };

/** Linux stores a socket's path in 108 bytes, its end mark included; macOS in 104. */
const MAX_SOCKET_PATH_BYTES = 103;

/** Reads `host:port`, `[::1]:port` or `unix:/path`; port 0 lets the system choose. Anything else: `invalid-argument`. */
export function parseListenAddress(text: string): ListenAddress {
  if (text.startsWith("unix:")) return unixAddress(text);
  const parts = /^(?:\[(?<v6>[0-9a-fA-F:.]+)\]|(?<name>[^\s:/[\]]+)):(?<port>\d{1,5})$/.exec(text)?.groups;
  const host = parts?.["v6"] ?? parts?.["name"] ?? "";
  const port = Number(parts?.["port"] ?? Number.NaN);
  if (host === "" || !(port <= 65_535) || (parts?.["v6"] !== undefined && ipv6(host) === undefined)) {
    throw new GovernanceError(
      "invalid-argument",
      `listen: must be host:port, [::1]:port or unix:/path, got ${JSON.stringify(text)}`,
    );
  }
  return { kind: "tcp", host, port, target: text };
}

function unixAddress(text: string): ListenAddress {
  // Both unix:/path and unix:///path are in use.
  const path = text.replace(/^unix:(?:\/\/)?/, "");
  const bytes = new TextEncoder().encode(path).byteLength;
  if (!path.startsWith("/") || path.includes("\0") || bytes > MAX_SOCKET_PATH_BYTES) {
    throw new GovernanceError(
      "invalid-argument",
      `listen: unix:/path needs an absolute path of at most ${MAX_SOCKET_PATH_BYTES} bytes, got ${JSON.stringify(text)}`,
    );
  }
  return { kind: "unix", path, target: `unix:${path}` };
}

/** Whether only this machine can reach the address. */
export function isLocal(address: ListenAddress): boolean {
  return address.kind === "unix" || isLocalHost(address.host);
}

/** Whether the host, an IPv6 address with or without brackets, is this machine and nobody else's way to it. */
export function isLocalHost(text: string): boolean {
  const host = text.replace(/^\[(.*)\]$/, "$1");
  return /^127(?:\.\d{1,3}){3}$/.test(host) || ipv6(host) === "::1" || host.toLowerCase() === "localhost";
}

/** The one way of writing an IPv6 address, of the many there are; nothing for what is none. */
function ipv6(host: string): string | undefined {
  const url = host.includes(":") ? URL.parse(`http://[${host}]/`) : null;
  return url?.hostname.slice(1, -1);
}
