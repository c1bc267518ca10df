import { type CertificateName, parseCertificateName } from "../../../core/certificate-name.ts";
import type { Parsed } from "../setting.ts";

/** Reads `ci.example.com,ops@example.com,spiffe://example.com/c1`; each name is there once. */
export function parseCertificateNames(given: string): Parsed<readonly CertificateName[]> {
  const names = new Set<CertificateName>();
  for (const piece of given.split(",").map((each) => each.trim())) {
    if (piece === "") return { problem: `${SHAPE}: a name is empty` };
    if (piece.includes("*")) {
      return { problem: `${SHAPE}: "${piece}" is a pattern, and names are compared whole` };
    }
    const name = parseCertificateName(piece);
    if (name === undefined) return { problem: `${SHAPE}: "${piece}" is neither` };
    names.add(name);
  }
  return { value: [...names] };
}

const SHAPE =
  "must be DNS names, e-mail addresses or spiffe:// URIs with commas between them, such as ci.example.com,spiffe://example.com/c1";
