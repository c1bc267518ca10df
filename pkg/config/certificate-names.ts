import { isIP } from "node:net";
import type { Parsed } from "./setting.ts";

/**
 * `ci.example.com,ops@example.com,spiffe://example.com/c1` becomes the names. They are compared whole with the subject
 * alternative names of a certificate, so a pattern or an IP address, which would never match, is refused.
 */
export function parseCertificateNames(given: string): Parsed<readonly string[]> {
  const names = given.split(",").map((piece) => piece.trim());
  for (const name of names) {
    if (name === "") return { problem: `${SHAPE}: a name is empty` };
    if (name.includes("*")) {
      return { problem: `${SHAPE}: "${name}" is a pattern, and names are compared whole` };
    }
    if (!isCertificateName(name)) return { problem: `${SHAPE}: "${name}" is none of them` };
  }
  return { value: [...new Set(names)] };
}

const SHAPE =
  "must be DNS names, e-mail addresses or spiffe:// URIs with commas between them, such as ci.example.com,spiffe://example.com/c1";

const LABEL = "[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9])?";
const DNS_NAME = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*$`);
const EMAIL_LOCAL_PART = /^[\w.!#$%&'/=?^`{|}~+-]{1,64}$/;
// The SPIFFE standard: a trust domain in lower case, segments that are neither empty nor dots.
const SPIFFE_ID = /^spiffe:\/\/[a-z0-9._-]{1,255}(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+)*$/;

function isCertificateName(name: string): boolean {
  if (name.includes("://")) return SPIFFE_ID.test(name);
  const at = name.lastIndexOf("@");
  if (at >= 0 && !EMAIL_LOCAL_PART.test(name.slice(0, at))) return false;
  const host = name.slice(at + 1);
  return DNS_NAME.test(host) && isIP(host) === 0;
}
