import { isIP } from "node:net";
import type { Parsed } from "../setting.ts";

/**
 * `ci.example.com,ops@example.com,spiffe://example.com/c1` becomes the names, DNS names in lower case. They are
 * compared whole with the subject alternative names of a certificate, so a pattern or an IP address, which would never
 * match, is refused. The kind in front, as `DNS:`, `email:` or `URI:`, may be left out and is taken off.
 */
export function parseCertificateNames(given: string): Parsed<readonly string[]> {
  const names = new Set<string>();
  for (const piece of given.split(",").map((each) => each.trim())) {
    if (piece === "") return { problem: `${SHAPE}: a name is empty` };
    if (piece.includes("*")) {
      return { problem: `${SHAPE}: "${piece}" is a pattern, and names are compared whole` };
    }
    const name = plainName(piece);
    if (name === undefined) return { problem: `${SHAPE}: "${piece}" is none of them` };
    names.add(name);
  }
  return { value: [...names] };
}

const SHAPE =
  "must be DNS names, e-mail addresses or spiffe:// URIs with commas between them, such as ci.example.com,spiffe://example.com/c1";

const LABEL = "[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9])?";
const DNS_NAME = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*$`);
const EMAIL_LOCAL_PART = /^[\w.!#$%&'/=?^`{|}~+-]{1,64}$/;
// The SPIFFE standard: a trust domain in lower case, segments that are neither empty nor dots.
const SPIFFE_ID = /^spiffe:\/\/[a-z0-9._-]{1,255}(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+)*$/;

type Kind = "DNS" | "email" | "URI";

function plainName(piece: string): string | undefined {
  const [, said, rest] = /^(DNS|email|URI):(.*)$/.exec(piece) ?? [];
  const name = rest ?? piece;
  const kind = kindOf(name);
  if (kind === undefined || (said !== undefined && said !== kind)) return undefined;
  return kind === "DNS" ? name.toLowerCase() : name;
}

function kindOf(name: string): Kind | undefined {
  if (name.includes("://")) return SPIFFE_ID.test(name) ? "URI" : undefined;
  const at = name.lastIndexOf("@");
  const host = name.slice(at + 1);
  if (!DNS_NAME.test(host) || isIP(host) !== 0) return undefined;
  if (at < 0) return "DNS";
  return EMAIL_LOCAL_PART.test(name.slice(0, at)) ? "email" : undefined;
}
