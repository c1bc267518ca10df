// The parameters that a postgres:// URL may have, by the names of libpq, and the variable of the environment that each has
// there.

export interface Parameter {
  readonly name: string;
  /** The variable that counts where the URL is silent. */
  readonly variable?: string;
}

/** Those that have an effect here. */
export const PARAMETERS = [
  { name: "host", variable: "PGHOST" },
  { name: "hostaddr", variable: "PGHOSTADDR" },
  { name: "port", variable: "PGPORT" },
  { name: "dbname", variable: "PGDATABASE" },
  { name: "user", variable: "PGUSER" },
  { name: "passfile", variable: "PGPASSFILE" },
  { name: "connect_timeout", variable: "PGCONNECT_TIMEOUT" },
  { name: "options", variable: "PGOPTIONS" },
  { name: "application_name", variable: "PGAPPNAME" },
  { name: "client_encoding", variable: "PGCLIENTENCODING" },
  { name: "fallback_application_name" },
  { name: "keepalives" },
  { name: "keepalives_idle" },
  { name: "sslmode", variable: "PGSSLMODE" },
  { name: "sslnegotiation", variable: "PGSSLNEGOTIATION" },
  { name: "sslrootcert", variable: "PGSSLROOTCERT" },
  { name: "sslcert", variable: "PGSSLCERT" },
  { name: "sslkey", variable: "PGSSLKEY" },
  { name: "sslcrl", variable: "PGSSLCRL" },
  { name: "ssl_min_protocol_version", variable: "PGSSLMINPROTOCOLVERSION" },
  { name: "ssl_max_protocol_version", variable: "PGSSLMAXPROTOCOLVERSION" },
  { name: "channel_binding", variable: "PGCHANNELBINDING" },
  { name: "target_session_attrs", variable: "PGTARGETSESSIONATTRS" },
] as const satisfies readonly Parameter[];

export type ParameterName = (typeof PARAMETERS)[number]["name"];

/** Those of libpq that are refused, since leaving them out would be less than was asked for. */
const REFUSED: ReadonlySet<string> = new Set([
  "gssdelegation",
  "gssencmode",
  "gsslib",
  "keepalives_count",
  "keepalives_interval",
  "krbsrvname",
  "load_balance_hosts",
  "max_protocol_version",
  "min_protocol_version",
  "replication",
  "require_auth",
  "requirepeer",
  "requiressl",
  "service",
  "servicefile",
  "sslcertmode",
  "sslcompression",
  "sslcrldir",
  "sslkeylogfile",
  "sslpassword",
  "sslsni",
  "tcp_user_timeout",
]);

export function isUnsupported(name: string): boolean {
  return REFUSED.has(name);
}

export function parameterOf(name: string): ParameterName | undefined {
  return PARAMETERS.find((one) => one.name === name)?.name;
}
