import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/**
 * When the first of the certificates in a PEM file expires, in milliseconds since the epoch. Read anew each time, since
 * the file is replaced under the running service; throws when it cannot be read or holds none.
 */
export function certificateExpiryMs(path: string): number {
  const ends = (readFileSync(path, "utf8").match(PEM) ?? []).map((pem) =>
    Date.parse(new X509Certificate(pem).validTo),
  );
  if (ends.length === 0) throw new TypeError("the file holds no certificate");
  return Math.min(...ends);
}
