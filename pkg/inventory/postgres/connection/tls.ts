// TLS to PostgreSQL as libpq has it: which attempts a mode makes, and which certificates are trusted in each.
import { readFileSync, type Stats, statSync } from "node:fs";
import { type ConnectionOptions, getCACertificates } from "node:tls";
import { GovernanceError } from "../../../core/errors.ts";
import { errnoOf } from "../../../core/unknown.ts";
import { accessName, type PostgresAccess, type PostgresHost, type SslMode, sslModeFor } from "./access.ts";

/** How one attempt to connect is protected; false: not at all. */
export type Protection = ConnectionOptions | false;

const GROUP_OR_OTHERS = 0o077;
/** The key of a Kubernetes secret or of Debian's ssl-cert: root's, readable by a group. */
const OTHERS_OR_GROUP_WRITES = 0o037;

/** The attempts of the mode, in their order. */
export function protections(place: PostgresAccess, host: PostgresHost): readonly Protection[] {
  const mode = sslModeFor(place, host);
  if (mode === "disable") return [false];
  const tls = tlsOptions(place, host, mode);
  if (mode === "allow") return [false, tls];
  return mode === "prefer" && !place.directTls ? [tls, false] : [tls];
}

function tlsOptions(place: PostgresAccess, host: PostgresHost, mode: SslMode): ConnectionOptions {
  const own = (name: string) => ownFile(place, name);
  const roots = place.sslRootCert ?? (mode === "prefer" || mode === "allow" ? undefined : own("root.crt"));
  const cert = place.sslCert ?? own("postgresql.crt");
  const key = cert === undefined ? undefined : (place.sslKey ?? own("postgresql.key"));
  const crl = place.sslCrl;
  return {
    minVersion: place.minTls,
    maxVersion: place.maxTls,
    ...(host.host === "" || host.address === undefined ? {} : { servername: host.host }),
    ...trust(place, host, mode, roots),
    ...(cert === undefined ? {} : { cert: read(cert, "sslcert") }),
    ...(key === undefined ? {} : { key: readKey(key) }),
    ...(crl === undefined ? {} : { crl: read(crl, "sslcrl") }),
  };
}

function trust(
  place: PostgresAccess,
  host: PostgresHost,
  mode: SslMode,
  roots: string | undefined,
): ConnectionOptions {
  // As in libpq: `require` verifies where there is a file of authorities.
  const verifies = mode.startsWith("verify-") || (mode === "require" && roots !== undefined);
  if (!verifies) return { rejectUnauthorized: false };
  if (roots === undefined && mode === "verify-ca") {
    throw new GovernanceError(
      "invalid-argument",
      `${accessName(place, host)}: sslmode=verify-ca needs sslrootcert, since anybody can get a certificate of a public authority; name the file, or use verify-full`,
    );
  }
  const ca = roots === undefined || roots === "system" ? systemRoots() : read(roots, "sslrootcert");
  // Only verify-full compares the name; libpq's verify-ca takes every certificate of the authority.
  return {
    ca,
    rejectUnauthorized: true,
    ...(mode === "verify-full" ? {} : { checkServerIdentity: () => undefined }),
  };
}

/** What the machine trusts, and what Node.js brings for machines that trust nothing. */
function systemRoots(): string[] {
  return [...new Set([...getCACertificates("default"), ...getCACertificates("system")])];
}

function ownFile({ ownFolder }: PostgresAccess, name: string): string | undefined {
  if (ownFolder === undefined) return undefined;
  const path = `${ownFolder}/${name}`;
  return statIfThere(path)?.isFile() === true ? path : undefined;
}

function read(path: string, parameter: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw unreadable(path, parameter, error);
  }
}

/** libpq refuses a key that others can read. */
function readKey(path: string): string {
  const found = statIfThere(path);
  const open = found?.uid === 0 ? OTHERS_OR_GROUP_WRITES : GROUP_OR_OTHERS;
  if (found !== undefined && (found.mode & open) !== 0) {
    const mode = (found.mode & 0o7777).toString(8).padStart(4, "0");
    throw new GovernanceError(
      "invalid-argument",
      `sslkey: ${path} may be read by others (mode ${mode}), so it is not used; run chmod 0600 ${path}`,
    );
  }
  return read(path, "sslkey");
}

function statIfThere(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function unreadable(path: string, parameter: string, error: unknown): GovernanceError {
  return new GovernanceError(
    "invalid-argument",
    `${parameter}: ${path} cannot be read (${errnoOf(error) || "unknown reason"}); name a file of PEM that this user may read`,
    { cause: error },
  );
}
