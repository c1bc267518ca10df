import type { Buffer } from "node:buffer";
import { constants, X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import { GovernanceError } from "../core/errors.ts";
import type { TlsSettings } from "../core/security-settings.ts";
import type { ReloadEvent } from "./watched-files.ts";
import { type WatchedFiles, watchFiles } from "./watched-files.ts";

/** The TLS context of the files; each one in force was tried first. Throws `failed-precondition` with the path. */
export function watchTlsFiles(
  files: TlsSettings,
  onReload: (event: ReloadEvent) => void,
): WatchedFiles<SecureContextOptions> {
  const { certFile, keyFile, clientCaFile } = files;
  return watchFiles({
    subject: "the TLS certificate",
    paths: [certFile, keyFile, ...(clientCaFile === undefined ? [] : [clientCaFile])],
    load: ([cert, key, ca]) => secureContext(files, cert?.toString(), key?.toString(), ca),
    onReload,
  });
}

function secureContext(
  { certFile, keyFile, clientCaFile = "" }: TlsSettings,
  cert = "",
  key = "",
  ca: Buffer | undefined,
): SecureContextOptions {
  requireCertificates(certFile, cert);
  // With an empty list of authorities Node trusts every authority that the system knows.
  if (ca !== undefined) requireCertificates(clientCaFile, ca.toString());
  const options: SecureContextOptions = {
    cert,
    key,
    ...(ca === undefined ? {} : { ca: ca.toString() }),
    minVersion: "TLSv1.3",
    // In a resumed session the client certificate is not checked again, although its authority may have been removed.
    secureOptions: constants.SSL_OP_NO_TICKET,
  };
  try {
    createSecureContext(options);
  } catch (error) {
    throw new GovernanceError(
      "failed-precondition",
      `${keyFile}: is not the unencrypted PEM key of the certificate in ${certFile}; install the two that belong together`,
      { cause: error },
    );
  }
  return options;
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function requireCertificates(path: string, pem: string): void {
  const found = pem.match(PEM_CERTIFICATE) ?? [];
  try {
    for (const certificate of found) void new X509Certificate(certificate);
  } catch (error) {
    throw new GovernanceError("failed-precondition", `${path}: holds a broken PEM certificate; replace it`, {
      cause: error,
    });
  }
  if (found.length === 0) {
    throw new GovernanceError(
      "failed-precondition",
      `${path}: holds no PEM certificate; name a file with one`,
    );
  }
}
