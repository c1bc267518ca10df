import { GovernanceError } from "../core/errors.ts";

export const LATE = "Redis did not answer in time";

/** What an operator does about it. */
const CURES: Readonly<Record<string, string>> = {
  WRONGPASS: "the user name or the password is wrong: see redis-username and redis-password",
  NOAUTH: "it asks for a password: set redis-password",
  NOPERM: "its user needs more rights: docs/scale.md names them",
  READONLY: "it is a replica: name the master in redis-url, or the Sentinels that know it",
  OOM: "its memory is full: raise maxmemory, or let it evict keys",
  MISCONF: "it cannot write to its disk and so refuses writes",
  NOREPLICAS: "it has fewer replicas than min-replicas-to-write asks for, and so refuses writes",
  BUSY: "a script of another program does not end: SCRIPT KILL ends it",
  WRONGTYPE: "another program uses the same keys: set another redis-prefix",
  MOVED: "it is a node of a cluster: write redis+cluster in redis-url",
  CROSSSLOT: "it is a node of a cluster: write redis+cluster in redis-url",
  CLUSTERDOWN: "its cluster is down",
  ERR: "it does not know the commands that docs/scale.md names, or is a Sentinel: see redis-url",
  LOADING: "it is loading its data",
  ECONNREFUSED: "nothing listens at the address in redis-url",
  ENOTFOUND: "no such host: see redis-url",
  ETIMEDOUT: "no answer in time: see address and TLS in redis-url, firewalls, and the load of Redis",
  "wrong database": "it refuses the database that redis-url names",
  "no cluster": "it is no node of a cluster: write redis or rediss without +cluster in redis-url",
  "no Sentinel": "no Sentinel that redis-url names answers: see their addresses and redis-sentinel-password",
  "no master": "the Sentinels know no master of the name that redis-url ends with",
  "unexpected answer": "it does not answer as Redis does: see redis-url",
};

/** Failures whose only trace is their text. */
const KNOWN_TEXTS: readonly (readonly [RegExp, string])[] = [
  [/^ERR DB index is out of range/, "wrong database"],
  [/cluster support disabled/, "no cluster"],
  [/No such master with that name/, "no master"],
  [/^All sentinels are unreachable/, "no Sentinel"],
  [/^(?:Command timed out|Socket timeout)/, "ETIMEDOUT"],
  [/^Unknown RESP type/, "unexpected answer"],
];

/** What follows from another failure, which was reported before. */
const CONSEQUENCE = /^(?:Connection is closed|Stream isn't writeable)/;

/**
 * The code of a failure, such as `NOAUTH` or `ECONNREFUSED`: the rest of the text is of the other side. Undefined where the
 * failure follows from another one.
 */
export function redisTroubleOf(error: unknown): string | undefined {
  if (error instanceof GovernanceError) return codeOfOurs(error);
  if (!(error instanceof Error)) return "unknown";
  // A cluster reports the failure of its last node.
  if ("lastNodeError" in error && error.lastNodeError instanceof Error) {
    return redisTroubleOf(error.lastNodeError) ?? "ECONNREFUSED";
  }
  if ("code" in error && typeof error.code === "string" && /^[A-Z_]{3,40}$/.test(error.code))
    return error.code;
  if (CONSEQUENCE.test(error.message)) return undefined;
  const known = KNOWN_TEXTS.find(([text]) => text.test(error.message))?.[1];
  return known ?? /^[A-Z]{3,20}\b/.exec(error.message)?.[0] ?? "unknown";
}

function codeOfOurs({ code, message }: GovernanceError): string {
  return message === LATE || code === "deadline-exceeded" ? "ETIMEDOUT" : "unexpected answer";
}

/** The database that was asked for is refused: what follows on this connection would use another one. */
export function refusesDatabase(error: unknown): boolean {
  return (
    error instanceof Error &&
    "command" in error &&
    typeof error.command === "object" &&
    error.command !== null &&
    Reflect.get(error.command, "name") === "select"
  );
}

/** The code with what to do about it, for the log. */
export function describeTrouble(code: string): string {
  const cure = Object.hasOwn(CURES, code)
    ? CURES[code]
    : /CERT|SIGNATURE|^ERR_(?:TLS|SSL)/.test(code)
      ? CERTIFICATE
      : undefined;
  return cure === undefined ? code : `${code}: ${cure}`;
}

const CERTIFICATE = "its certificate is not trusted or not for this host: see redis-ca-file";
