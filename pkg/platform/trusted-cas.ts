import { getCACertificates } from "node:tls";

/** The CAs of Node.js and some more, as PEM; undefined where there are no more. */
export function trustedCas(extra: readonly string[]): string | undefined {
  return extra.length === 0 ? undefined : [...getCACertificates("default"), ...extra].join("\n");
}
