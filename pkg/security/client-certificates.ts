// TLS judges a client certificate once, at the handshake, and a connection lives for days. Here it is judged again while
// the connection is open: the authority may have been removed, or a certificate may have expired.
import type { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import type { EpochClock } from "../core/clock.ts";
import type { Authorities } from "./tls-context.ts";

/** The part of `tlsSocket.getPeerCertificate()` by which a front names the certificate of a call. */
export interface ClientCertificate {
  readonly subjectaltname?: string | undefined;
  readonly fingerprint256: string;
}

export interface ClientCertificates {
  /**
   * Remembers the certificate of a connection after its handshake. `end` is called once when the certificate is not
   * valid any more, so that the client connects again with one that is. A handshake that began under earlier authorities
   * must not come here.
   */
  add(socket: TLSSocket, end: () => void): void;
  /** Why the certificate is not valid now, to continue `the client certificate …`; undefined for one that is. */
  refusalOf(certificate: ClientCertificate): string | undefined;
  /** Ends the connections whose certificate is not valid any more. */
  sweep(): void;
}

interface Known {
  readonly certificate: X509Certificate;
  /** Those of the last handshake with this certificate, which OpenSSL has found a path to. */
  proof: Authorities;
  readonly ends: Map<TLSSocket, () => void>;
  verdict: Verdict | undefined;
}

/** Holds while proof and authorities are the same ones. */
interface Verdict {
  readonly proof: Authorities;
  readonly authorities: Authorities;
  /** Undefined: no path to an authority. */
  readonly valid: Period | undefined;
}

interface Period {
  readonly fromMs: number;
  readonly untilMs: number;
}

export function createClientCertificates(
  authorities: () => Authorities,
  now: EpochClock,
): ClientCertificates {
  const known = new Map<string, Known>();

  function refusalOf(one: Known): string | undefined {
    const { certificate, proof } = one;
    const trusted = authorities();
    if (one.verdict?.authorities !== trusted || one.verdict.proof !== proof) {
      one.verdict = { proof, authorities: trusted, valid: validityOf(certificate, proof, trusted) };
    }
    const { valid } = one.verdict;
    if (valid === undefined) return "is of an authority that is not accepted any more";
    if (now() > valid.untilMs) return "has expired";
    return now() < valid.fromMs ? "is not valid yet" : undefined;
  }

  return {
    add(socket, end) {
      const certificate = socket.getPeerX509Certificate();
      if (certificate === undefined) return;
      const key = certificate.fingerprint256;
      const one = known.get(key) ?? { certificate, proof: [], ends: new Map(), verdict: undefined };
      one.proof = authorities();
      known.set(key, one);
      one.ends.set(socket, end);
      socket.once("close", () => {
        one.ends.delete(socket);
        if (one.ends.size === 0 && known.get(key) === one) known.delete(key);
      });
    },
    refusalOf({ fingerprint256 }) {
      const one = known.get(fingerprint256);
      return one === undefined ? "is not the one of this connection" : refusalOf(one);
    },
    sweep() {
      for (const one of known.values()) {
        if (one.ends.size === 0 || refusalOf(one) === undefined) continue;
        const ends = [...one.ends.values()];
        for (const socket of one.ends.keys()) one.ends.set(socket, () => {});
        for (const end of ends) end();
      }
    },
  };
}

/**
 * The time in which the certificate and its authorities are valid. OpenSSL has checked purposes and constraints at the
 * handshake. Node does not give a server the certificates between, which only the client has: without a path the
 * authorities of the handshake must all be accepted still. A mistake here costs the client one connection, and OpenSSL
 * decides again.
 */
function validityOf(
  certificate: X509Certificate,
  proof: Authorities,
  authorities: Authorities,
): Period | undefined {
  const path = pathOf(certificate, authorities, new Set());
  if (path !== undefined) return path;
  const isProved = proof.length > 0 && proof.every((one) => isAmong(one, authorities));
  return isProved ? ownPeriod(certificate) : undefined;
}

/** The longest one of several paths. */
function pathOf(
  certificate: X509Certificate,
  authorities: Authorities,
  seen: Set<X509Certificate>,
): Period | undefined {
  const own = ownPeriod(certificate);
  // As for OpenSSL, a path ends at a certificate that is its own issuer.
  if (isIssuedBy(certificate, certificate)) return isAmong(certificate, authorities) ? own : undefined;
  let longest: Period | undefined;
  for (const issuer of authorities) {
    if (seen.has(issuer) || !issuer.ca || !isIssuedBy(certificate, issuer)) continue;
    seen.add(issuer);
    const path = pathOf(issuer, authorities, seen);
    if (path !== undefined && path.untilMs > (longest?.untilMs ?? 0)) longest = path;
  }
  if (longest === undefined) return undefined;
  return { fromMs: Math.max(own.fromMs, longest.fromMs), untilMs: Math.min(own.untilMs, longest.untilMs) };
}

function ownPeriod({ validFrom, validTo }: X509Certificate): Period {
  return { fromMs: Date.parse(validFrom), untilMs: Date.parse(validTo) };
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function isAmong({ fingerprint256 }: X509Certificate, certificates: Authorities): boolean {
  return certificates.some((other) => other.fingerprint256 === fingerprint256);
}
