// Where a server listens, and whether other machines can reach it. The answer decides whether plaintext is allowed, so
// there is one parser and one answer: a host counts as loopback only when no resolver can take it for anything else.

export interface TcpAddress {
  readonly kind: "tcp";
  /** A name or an IP address, IPv6 without brackets. */
  readonly host: string;
  /** 0: the system chooses one. */
  readonly port: number;
}

export interface UnixAddress {
  readonly kind: "unix";
  readonly path: string;
}

export type ListenAddress = TcpAddress | UnixAddress;

const SHAPE = "must be host:port, [ipv6]:port or unix:/path, such as 127.0.0.1:50051";

/** sockaddr_un has 108 bytes for the path on Linux and 104 on macOS, the closing zero included. */
const MAX_SOCKET_PATH_BYTES = 103;

/** Reads `host:port`, `[::1]:port`, `unix:/path` or `unix:///path`; or says what is wrong, without the value. */
export function parseListenAddress(
  text: string,
): { readonly value: ListenAddress } | { readonly problem: string } {
  if (text.startsWith("unix:")) {
    const path = text.slice("unix:".length).replace(/^\/\/(?=\/)/, "");
    const problem = socketPathProblem(path);
    return problem === undefined ? { value: { kind: "unix", path } } : { problem };
  }
  const [, hostText = "", portText = ""] = /^(\[.*\]|[^:]*):(\d{1,5})$/.exec(text) ?? [];
  const host = parseHost(hostText);
  const port = Number(portText);
  if (host === undefined || port > 65_535) return { problem: SHAPE };
  // Brackets belong to IPv6 alone.
  if (hostText.startsWith("[") !== host.includes(":")) return { problem: SHAPE };
  return { value: { kind: "tcp", host, port } };
}

/** What is wrong with the path of a Unix socket; undefined when nothing is. */
export function socketPathProblem(path: string): string | undefined {
  if (path === "" || path.includes("\0")) return SHAPE;
  return new TextEncoder().encode(path).byteLength > MAX_SOCKET_PATH_BYTES
    ? `names a socket path longer than ${MAX_SOCKET_PATH_BYTES} bytes, which no system takes; choose a shorter one`
    : undefined;
}

/**
 * The name or IP address of a host, with the brackets of IPv6 taken off. Undefined for what is neither, and for numbers
 * such as `127.1`, `0177.0.0.1` or `2130706433`, which some resolvers take for an address.
 */
export function parseHost(text: string): string | undefined {
  const host = withoutBrackets(text);
  if (host.includes(":")) {
    const [address = "", ...zone] = host.split("%");
    const zoneFits = zone.length === 0 || (zone.length === 1 && /^[\w.-]+$/.test(zone[0] ?? ""));
    return zoneFits && canonicalIpv6(address) !== undefined ? host : undefined;
  }
  if (host !== text) return undefined;
  if (ENDS_IN_NUMBER.test(host)) return IPV4.test(host) ? host : undefined;
  return HOST_NAME.test(host) ? host : undefined;
}

export function formatListenAddress(address: ListenAddress): string {
  if (address.kind === "unix") return `unix:${address.path}`;
  const { host, port } = address;
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Whether only this machine can reach the address. */
export function isLoopback(address: ListenAddress): boolean {
  return address.kind === "unix" || isLoopbackHost(address.host);
}

/**
 * Whether the host, IPv6 with or without brackets, is this machine and nothing else: 127.0.0.0/8, ::1 in any spelling,
 * the IPv4-mapped form of either, or `localhost`. Every other name may resolve to another machine, `localhost.` and
 * `x.localhost` included.
 */
export function isLoopbackHost(text: string): boolean {
  const host = withoutBrackets(text);
  if (IPV4.test(host)) return host.startsWith("127.");
  if (!host.includes(":")) return host.toLowerCase() === "localhost";
  const address = canonicalIpv6(host);
  return address !== undefined && (address === "::1" || /^::ffff:7f[0-9a-f]{2}:/.test(address));
}

/** Whether what is sent to the URL can be neither read nor changed on its way: https, or http on this machine. */
export function isProtectedUrl(url: URL): boolean {
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopbackHost(url.hostname));
}

/**
 * The host to connect to where a server listens on `host`: for every interface it is this machine, since systems differ on
 * what a connection to 0.0.0.0 does.
 */
export function dialableHost(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  return canonicalIpv6(host) === "::" ? "::1" : host;
}

function withoutBrackets(text: string): string {
  return /^\[(.*)\]$/.exec(text)?.[1] ?? text;
}

/** The one spelling of RFC 5952 for the many that an address has; undefined for any other text than an IPv6 address. */
function canonicalIpv6(host: string): string | undefined {
  const url = /^[0-9a-fA-F:.]+$/.test(host) && host.includes(":") ? URL.parse(`http://[${host}]/`) : null;
  return url?.hostname.slice(1, -1);
}

const OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);
/** By the rule of the URL standard, such a host is read as an IPv4 address. */
const ENDS_IN_NUMBER = /(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$/i;
const LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?";
const HOST_NAME = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*$`);
