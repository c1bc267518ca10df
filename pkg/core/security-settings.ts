// Who may call. There are two layers, and a caller must pass each one that is configured:
//
//   certificate  with `clientCaFile` TLS accepts only clients whose certificate that authority signed; with `readers` or
//                `provisioners` the certificate must also have a name that is in one of the two lists
//   bearer       with `tokensFile` or `jwt` each call needs a token that one of the two accepts
//
// The role of a caller is the lesser of the roles that the layers give. Without any layer every caller is a provisioner.
import type { CertificateName } from "./certificate-name.ts";

export interface SecuritySettings {
  readonly tls?: TlsSettings | undefined;
  /** A file of hashed tokens (pkg/security/token-file.ts). */
  readonly tokensFile?: string | undefined;
  readonly jwt?: JwtSettings | undefined;
}

/** PEM files; TLS 1.3 only. */
export interface TlsSettings {
  /** The server's certificate, followed by the intermediate ones. */
  readonly certFile: string;
  readonly keyFile: string;
  /** The authority of the client certificates; with it every client must have one. */
  readonly clientCaFile?: string | undefined;
  /** With both lists empty every certificate of the authority is a provisioner's. */
  readonly readers?: readonly CertificateName[] | undefined;
  readonly provisioners?: readonly CertificateName[] | undefined;
}

export interface JwtSettings {
  /** A URL must be https, or http on this machine. */
  readonly jwks:
    | { readonly kind: "url"; readonly url: URL }
    | { readonly kind: "file"; readonly path: string };
  readonly issuer: string;
  readonly audience: string;
  /** The claim with `connector:read` or `connector:provision`, in an array or separated by spaces. */
  readonly roleClaim: string;
}
