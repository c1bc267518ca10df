// What a failure of the connection means before the server has said anything.
import { CUT, type FailureLine } from "./failure-line.ts";

const UNTRUSTED: ReadonlySet<string> = new Set([
  "CERT_CHAIN_TOO_LONG",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_REJECTED",
  "CERT_REVOKED",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "INVALID_CA",
  "INVALID_PURPOSE",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_CRL",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

function untrusted(reason: string): FailureLine {
  const why =
    reason === "CERT_HAS_EXPIRED" || reason === "CERT_NOT_YET_VALID" || reason === "CERT_REVOKED"
      ? "its certificate is not valid now"
      : "its certificate is of no authority that is trusted here";
  return {
    code: "failed-precondition",
    why: `${why} (${reason})`,
    cure: "name the PEM file of its authority by sslrootcert in the URL",
  };
}

const OTHER_NAME: FailureLine = {
  code: "failed-precondition",
  why: "its certificate is of another host name",
  cure: "use the name that the certificate has; another server may have answered",
};

function noHandshake(reason: string): FailureLine {
  return {
    code: "failed-precondition",
    why: `the TLS handshake failed (${reason})`,
    cure: "check sslcert, sslkey and the TLS versions of both sides",
  };
}

const NO_SERVER = "check host, port, and that the server runs";

const BY_ERRNO: Readonly<Record<string, FailureLine>> = {
  ECONNREFUSED: { code: "unavailable", why: "no server listens there", cure: NO_SERVER },
  ENOENT: { code: "unavailable", why: "there is no socket of a server", cure: NO_SERVER },
  EACCES: {
    code: "permission-denied",
    why: "this user may not use the socket",
    cure: "let this user into its folder, or name a host",
  },
  ENOTFOUND: { code: "unavailable", why: "the host name is not known", cure: "correct the host in the URL" },
  EAI_AGAIN: { code: "unavailable", why: "the name service does not answer", cure: "try again in a moment" },
  ETIMEDOUT: { code: "unavailable", why: "the server does not answer", cure: NO_SERVER },
  EHOSTUNREACH: { code: "unavailable", why: "there is no way to the host", cure: NO_SERVER },
  ENETUNREACH: { code: "unavailable", why: "there is no way to the host", cure: NO_SERVER },
  ECONNRESET: CUT,
  EPIPE: CUT,
};

/** By the system's name of the failure; undefined if it says nothing. */
export function lineOfErrno(errno: string): FailureLine | undefined {
  if (UNTRUSTED.has(errno)) return untrusted(errno);
  if (errno === "ERR_TLS_CERT_ALTNAME_INVALID") return OTHER_NAME;
  return BY_ERRNO[errno] ?? (/^ERR_(?:SSL|TLS)/.test(errno) ? noHandshake(errno) : undefined);
}
