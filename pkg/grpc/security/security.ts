// What an operator can ask for. Two independent layers, and a caller must pass every one that is configured:
//
//   certificate  with `tls.clientCaFile` TLS admits nobody whose certificate that authority has not signed; with
//                `certificates` the certificate must also carry a name of one of the two lists
//   bearer       with `tokenFile` or `jwt` each call needs a token that one of them accepts
//
// The role is the lesser of what the layers give. With neither, whoever can connect is a provisioner.

export interface ServerSecurity {
  readonly tls?: TlsFiles | undefined;
  readonly callers?: CallerRules | undefined;
}

/** PEM files. TLS 1.3 only. */
export interface TlsFiles {
  /** The server's certificate, followed by the intermediate ones. */
  readonly certFile: string;
  readonly keyFile: string;
  /** Who signs the certificates of clients; given, every client must have one. */
  readonly clientCaFile?: string | undefined;
}

export interface CallerRules {
  readonly certificates?: CertificateNames | undefined;
  /** A file of hashed tokens (token-file.ts). */
  readonly tokenFile?: string | undefined;
  readonly jwt?: JwtRules | undefined;
}

/**
 * Subject alternative names, compared whole: `DNS:ci.example.org`, `email:a@example.org`, `URI:spiffe://example.org/a`;
 * the kind may be left out where it shows. Without both lists any certificate of the authority is a provisioner's.
 */
export interface CertificateNames {
  readonly readers: readonly string[];
  readonly provisioners: readonly string[];
}

export interface JwtRules {
  /** A path, or a URL: https, or http on this machine. */
  readonly jwks: string;
  readonly issuer: string;
  readonly audience: string;
  /** The claim with `connector:read` or `connector:provision`, as an array or separated by spaces. `scope` by default. */
  readonly roleClaim?: string | undefined;
}

/** What a caller may do. A provisioner may read, too. */
export type Role = "read" | "provision";

/** Who calls, and what he may do. */
export interface Caller {
  /** For the audit log: a certificate's name, a token's, or a JWT's subject. */
  readonly name: string;
  readonly role: Role;
}

/** What became of a file that was looked at again. */
export interface ReloadEvent {
  /** Such as `the TLS certificate`. */
  readonly subject: string;
  /** Why what was loaded before stays in force; undefined when the new content is in force. */
  readonly error: Error | undefined;
}
