import type { X509Certificate } from "node:crypto";
import type { EpochClock } from "../core/clock.ts";

/** A file of PEM certificates and what is in force of it. */
export interface DatedCertificates {
  readonly path: string;
  /** Such as `the server certificate`. */
  readonly subject: string;
  /** What follows for clients while one is out of its dates. */
  readonly effect: string;
  readonly certificates: () => readonly X509Certificate[];
}

/**
 * Reports each file that holds a certificate out of its dates: once, and again when that changes. OpenSSL loads such a
 * certificate without a word, and each client then ends its handshake.
 */
export function createDateCheck(
  files: readonly DatedCertificates[],
  now: EpochClock,
  report: (line: string) => void,
): () => void {
  const reported = new Map<string, string | undefined>();
  return () => {
    for (const file of files) {
      const line = outOfDates(file, now());
      if (line !== undefined && line !== reported.get(file.path)) report(line);
      reported.set(file.path, line);
    }
  };
}

function outOfDates(
  { path, subject, effect, certificates }: DatedCertificates,
  at: number,
): string | undefined {
  for (const { validFromDate, validToDate } of certificates()) {
    if (at > validToDate.getTime()) {
      return `${path}: ${subject} expired at ${validToDate.toISOString()}, so ${effect}; replace the file, it is read again without a restart`;
    }
    if (at < validFromDate.getTime()) {
      return `${path}: ${subject} is not valid before ${validFromDate.toISOString()}, so ${effect}; check the clock of this machine, or replace the file`;
    }
  }
  return undefined;
}
