import { GovernanceError } from "../../../core/errors.ts";
import { isLoopbackHost } from "../../../core/listen-address.ts";
import { Secret } from "../../../core/secret.ts";
import { PARAMETERS, type Parameter, type ParameterName } from "./parameters.ts";
import { type PostgresUrl, readPostgresUrl } from "./url.ts";

/** As libpq has them, the weakest first. */
export const SSL_MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;

export type SslMode = (typeof SSL_MODES)[number];

const SESSION_KINDS = ["any", "read-write", "read-only", "primary", "standby", "prefer-standby"] as const;

/** What a session must be for one of several hosts to be taken. */
export type SessionKind = (typeof SESSION_KINDS)[number];

const TLS_VERSIONS = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const;

export type TlsVersion = (typeof TLS_VERSIONS)[number];

/** One server to try. */
export interface PostgresHost {
  /** A name, an IP address, or the folder of a Unix socket; "": the usual sockets of this machine. */
  readonly host: string;
  /** Where to connect to, if that is not where the name leads. */
  readonly address: string | undefined;
  readonly port: number;
}

/** A database, and how to reach it. */
export interface PostgresAccess {
  readonly hosts: readonly PostgresHost[];
  readonly database: string;
  readonly user: string;
  readonly password: Secret | undefined;
  /** Read where there is no password. */
  readonly passFile: string | undefined;
  /** The folder of libpq's own certificates and keys; undefined without a home. */
  readonly ownFolder: string | undefined;
  /** Undefined: `verify-full`, and on this machine `prefer`. */
  readonly sslMode: SslMode | undefined;
  readonly directTls: boolean;
  readonly sslRootCert: string | undefined;
  readonly sslCert: string | undefined;
  readonly sslKey: string | undefined;
  readonly sslCrl: string | undefined;
  readonly minTls: TlsVersion;
  readonly maxTls: TlsVersion;
  readonly channelBinding: boolean;
  readonly sessionKind: SessionKind;
  readonly connectTimeoutMs: number;
  /** Undefined: no keepalives. */
  readonly keepAliveMs: number | undefined;
  readonly options: string | undefined;
  readonly applicationName: string;
}

/** What counts where the URL is silent. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string | undefined;
  /** The user of the operating system. */
  readonly user: string;
  /** From a setting; counts more than PGPASSWORD. */
  readonly password?: Secret | undefined;
}

const DEFAULT_PORT = 5432;
const CONNECT_SECONDS = 10;
const KEEP_ALIVE_SECONDS = 30;

/** The place that a `postgres://` URL names. Throws `invalid-argument`, without a part of the URL that may be secret. */
export function postgresAccess(text: string, around: Surroundings): PostgresAccess {
  const read = readPostgresUrl(text);
  if ("problem" in read)
    throw new GovernanceError("invalid-argument", `the URL of the inventory ${read.problem}`);
  const { value: url } = read;
  const of = (name: ParameterName) => parameter(name, url, around.env);
  const user = url.user ?? of("user") ?? around.user;
  const encoding = of("client_encoding") ?? "UTF8";
  if (!/^(?:utf-?8|auto)$/i.test(encoding)) throw refused("client_encoding", "UTF8, the only one that fits");
  const home = around.home;
  const keepAlive = whole("keepalives", of("keepalives"), 1) !== 0;
  const keepAliveSeconds = whole("keepalives_idle", of("keepalives_idle"), 0) || KEEP_ALIVE_SECONDS;
  const connectSeconds = whole("connect_timeout", of("connect_timeout"), CONNECT_SECONDS);
  const place: PostgresAccess = {
    hosts: hostsOf(url, of),
    database: url.database ?? of("dbname") ?? user,
    user,
    password: secret(url.password) ?? around.password ?? secret(around.env["PGPASSWORD"]),
    passFile: of("passfile") ?? (home === undefined ? undefined : `${home}/.pgpass`),
    ownFolder: home === undefined ? undefined : `${home}/.postgresql`,
    sslMode: oneOf("sslmode", of("sslmode"), SSL_MODES),
    directTls: oneOf("sslnegotiation", of("sslnegotiation"), ["postgres", "direct"]) === "direct",
    sslRootCert: of("sslrootcert"),
    sslCert: of("sslcert"),
    sslKey: of("sslkey"),
    sslCrl: of("sslcrl"),
    minTls: oneOf("ssl_min_protocol_version", of("ssl_min_protocol_version"), TLS_VERSIONS) ?? "TLSv1.2",
    maxTls: oneOf("ssl_max_protocol_version", of("ssl_max_protocol_version"), TLS_VERSIONS) ?? "TLSv1.3",
    channelBinding: oneOf("channel_binding", of("channel_binding"), ["disable", "prefer"]) !== "disable",
    sessionKind: oneOf("target_session_attrs", of("target_session_attrs"), SESSION_KINDS) ?? "any",
    // Of libpq: 0 is no limit. A sync that waits for ever helps nobody.
    connectTimeoutMs: (connectSeconds === 0 ? CONNECT_SECONDS : connectSeconds) * 1000,
    keepAliveMs: keepAlive ? keepAliveSeconds * 1000 : undefined,
    options: of("options"),
    applicationName: of("application_name") ?? of("fallback_application_name") ?? "connector",
  };
  requireVerification(place);
  return place;
}

/** Its name in messages: where the session is, or would be. */
export function accessName({ hosts, database }: PostgresAccess, host = hosts[0]): string {
  if (host === undefined) return database;
  const { host: name, port } = host;
  const shown = name === "" ? "localhost" : name.includes(":") ? `[${name}]` : name;
  return `${shown}${port === DEFAULT_PORT ? "" : `:${port}`}/${database}`;
}

export function isSocket({ host, address }: PostgresHost): boolean {
  return address === undefined && (host === "" || host.startsWith("/"));
}

/** How the connection to that host is protected. */
export function sslModeFor({ sslMode }: PostgresAccess, host: PostgresHost): SslMode {
  if (isSocket(host)) return "disable";
  return sslMode ?? (isLoopbackHost(host.address ?? host.host) ? "prefer" : "verify-full");
}

/** A line for each host of another machine whose connection others could read or answer. */
export function exposedHosts(place: PostgresAccess): readonly string[] {
  return place.hosts.flatMap((host) => {
    const mode = sslModeFor(place, host);
    if (isSocket(host) || isLoopbackHost(host.address ?? host.host) || mode.startsWith("verify-")) return [];
    const what =
      mode === "require"
        ? "another server in its place would not be noticed"
        : "the password and personal data may go there in plain text";
    return [`${accessName(place, host)}: with sslmode=${mode} ${what}; verify-full is the default`];
  });
}

function parameter(
  name: ParameterName,
  { parameters }: PostgresUrl,
  env: Surroundings["env"],
): string | undefined {
  const row: Parameter | undefined = PARAMETERS.find((one) => one.name === name);
  const fromEnv = row?.variable === undefined ? undefined : env[row.variable];
  return parameters.get(name) ?? (fromEnv === "" ? undefined : fromEnv);
}

function hostsOf(url: PostgresUrl, of: (name: ParameterName) => string | undefined): readonly PostgresHost[] {
  const given = url.parameters.has("host") || url.hosts.length === 0 ? list(of("host")) : undefined;
  const addresses = list(of("hostaddr")) ?? [];
  const names = given ?? (url.hosts.length > 0 ? url.hosts.map(({ host }) => host) : undefined);
  const hosts = names ?? addresses.map(() => "");
  const written = url.parameters.has("port") || url.hosts.every(({ port }) => port === "");
  const ports = written ? (list(of("port")) ?? []) : url.hosts.map(({ port }) => port);
  const count = Math.max(1, hosts.length);
  if (addresses.length > 0 && addresses.length !== count) {
    throw refused("hostaddr", "as many addresses as there are hosts");
  }
  if (ports.length > 1 && ports.length !== count) throw refused("port", "one port, or one for each host");
  return Array.from({ length: count }, (_, index) => ({
    host: hosts[index] ?? "",
    address: addresses[index] || undefined,
    port: portOf((ports.length === 1 ? ports[0] : ports[index]) ?? ""),
  }));
}

function list(text: string | undefined): readonly string[] | undefined {
  return text === undefined ? undefined : text.split(",").map((one) => one.trim());
}

function portOf(text: string): number {
  const port = text === "" ? DEFAULT_PORT : Number(text);
  if (/^\d*$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw refused("port", "a number from 1 to 65535");
}

function whole(name: ParameterName, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  if (!/^\d{1,6}$/.test(text)) throw refused(name, "a whole number");
  return Number(text);
}

function oneOf<T extends string>(
  name: ParameterName,
  text: string | undefined,
  values: readonly T[],
): T | undefined {
  if (text === undefined) return undefined;
  const found = values.find((value) => value === text);
  if (found === undefined) throw refused(name, `one of ${values.join(", ")}`);
  return found;
}

function secret(text: string | undefined): Secret | undefined {
  return text === undefined || text === "" ? undefined : new Secret(text);
}

function refused(name: string, what: string): GovernanceError {
  return new GovernanceError("invalid-argument", `the parameter ${name} of the inventory must be ${what}`);
}

function requireVerification({ sslMode, sslRootCert, directTls }: PostgresAccess): void {
  if (sslRootCert === "system" && sslMode !== undefined && sslMode !== "verify-full") {
    throw refused("sslmode", "verify-full, or left out, with sslrootcert=system");
  }
  if (directTls && (sslMode === "disable" || sslMode === "allow" || sslMode === "prefer")) {
    throw refused("sslmode", "require, verify-ca or verify-full with sslnegotiation=direct");
  }
}
