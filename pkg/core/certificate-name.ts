/**
 * A subject alternative name by which the owner of a client certificate is known, compared whole. DNS names are in
 * lower case.
 */
export type CertificateName = `DNS:${string}` | `email:${string}` | `URI:${string}`;

export const CERTIFICATE_NAME_KINDS = ["DNS", "email", "URI"] as const;
export type CertificateNameKind = (typeof CERTIFICATE_NAME_KINDS)[number];

export function certificateName(kind: CertificateNameKind, value: string): CertificateName {
  return `${kind}:${kind === "DNS" ? value.toLowerCase() : value}`;
}

/**
 * Reads a DNS name, an e-mail address or a SPIFFE ID, with or without its kind in front. Undefined for everything else;
 * patterns and IP addresses, which no certificate names in this form, are among it.
 */
export function parseCertificateName(text: string): CertificateName | undefined {
  const [, given, rest] = /^(DNS|email|URI):(.*)$/.exec(text) ?? [];
  const value = rest ?? text;
  const kind = kindOf(value);
  return kind === undefined || (given !== undefined && given !== kind)
    ? undefined
    : certificateName(kind, value);
}

const LABEL = "[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9])?";
const DNS_NAME = new RegExp(`^(?=.{1,253}$)(?!\\d+(?:\\.\\d+){3}$)${LABEL}(?:\\.${LABEL})*$`);
const EMAIL_LOCAL_PART = /^[\w.!#$%&'/=?^`{|}~+-]{1,64}$/;
// The SPIFFE standard: a trust domain in lower case, segments that are neither empty nor dots.
const SPIFFE_ID = /^spiffe:\/\/[a-z0-9._-]{1,255}(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+)*$/;

function kindOf(value: string): CertificateNameKind | undefined {
  if (value.includes("://")) return SPIFFE_ID.test(value) ? "URI" : undefined;
  const at = value.lastIndexOf("@");
  if (!DNS_NAME.test(value.slice(at + 1))) return undefined;
  if (at < 0) return "DNS";
  return EMAIL_LOCAL_PART.test(value.slice(0, at)) ? "email" : undefined;
}
