import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/**
 * The earliest expiry of the certificates in a PEM file, in milliseconds since the epoch. Reads the file each time, since
 * it may be replaced while the service runs. Throws if it cannot be read or contains no certificate.
 */
export function certificateExpiryMs(path: string): number {
  const ends = (readFileSync(path, "utf8").match(PEM) ?? []).map((pem) =>
    Date.parse(new X509Certificate(pem).validTo),
  );
  if (ends.length === 0) throw new TypeError("the file contains no certificate");
  return Math.min(...ends);
}
