// What an operator can ask for. Two independent layers, and a caller must pass every one that is configured:
//
//   certificate  with `clientCaFile` TLS admits nobody whose certificate that authority has not signed; with `readers` or
//                `provisioners` the certificate must also have a name of one of the two lists
//   bearer       with `tokensFile` or `jwt` each call needs a token that one of the two accepts
//
// The role is the lesser of what the layers give. With neither, whoever can connect is a provisioner.

export interface ServerSecurity {
  readonly tls?: TlsSecurity | undefined;
  /** A file of hashed tokens (token-file.ts). */
  readonly tokensFile?: string | undefined;
  readonly jwt?: JwtSecurity | undefined;
}

/** PEM files; TLS 1.3 only. */
export interface TlsSecurity {
  /** The server's certificate, followed by the intermediate ones. */
  readonly certFile: string;
  readonly keyFile: string;
  /** Who signs the certificates of clients; given, every client must have one. */
  readonly clientCaFile?: string | undefined;
  /**
   * Subject alternative names, compared whole: `DNS:ci.example.org`, `email:a@example.org`, `URI:spiffe://example.org/a`;
   * the kind may be left out where it shows. Both lists empty: any certificate of the authority is a provisioner's.
   */
  readonly readers?: readonly string[] | undefined;
  readonly provisioners?: readonly string[] | undefined;
}

export interface JwtSecurity {
  /** A URL must be https, or http on this machine. */
  readonly jwks:
    | { readonly kind: "url"; readonly url: string }
    | { readonly kind: "file"; readonly path: string };
  readonly issuer: string;
  readonly audience: string;
  /** The claim with `connector:read` or `connector:provision`, in an array or separated by spaces. */
  readonly roleClaim: string;
}

/** What a caller may do. A provisioner may read, too. */
export type Role = "read" | "provision";

/** Who calls, and what he may do. */
export interface AuthenticatedCaller {
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
