import { constants, X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import { GovernanceError } from "../core/errors.ts";
import type { TlsSettings } from "../core/security-settings.ts";
import type { ReloadEvent } from "./watched-files.ts";
import { type WatchedFiles, watchFiles } from "./watched-files.ts";

/** The server's certificate with its key; each pair in force was tried first. Throws `failed-precondition` with the path. */
export function watchCertificate(
  { certFile, keyFile }: Pick<TlsSettings, "certFile" | "keyFile">,
  onReload: (event: ReloadEvent) => void,
): WatchedFiles<SecureContextOptions> {
  return watchFiles({
    subject: "the TLS certificate",
    paths: [certFile, keyFile],
    load: ([cert, key]) => ({
      value: secureContext({ certFile, keyFile }, String(cert), String(key)),
      flaw: undefined,
    }),
    onReload,
  });
}

/** The authorities of client certificates. None: no client certificate is accepted. */
export type Authorities = readonly X509Certificate[];

/** Its own piece, so that a wrong server certificate does not keep an authority that was removed. */
export function watchAuthorities(
  path: string,
  onReload: (event: ReloadEvent) => void,
): WatchedFiles<Authorities> {
  return watchFiles({
    subject: "the client authority",
    paths: [path],
    load([content]) {
      const found = pemCertificates(String(content));
      const good = found.filter((certificate) => certificate !== undefined);
      const broken = found.length - good.length;
      const flaw =
        found.length === 0
          ? `${path}: holds no PEM certificate, so no client certificate is accepted; name a file with one`
          : `${path}: holds a broken PEM certificate; replace it`;
      return { value: good, flaw: found.length > 0 && broken === 0 ? undefined : flaw };
    },
    onReload,
  });
}

function secureContext(
  { certFile, keyFile }: Pick<TlsSettings, "certFile" | "keyFile">,
  cert: string,
  key: string,
): SecureContextOptions {
  const found = pemCertificates(cert);
  if (found.includes(undefined)) {
    throw new GovernanceError(
      "failed-precondition",
      `${certFile}: holds a broken PEM certificate; replace it`,
    );
  }
  if (found.length === 0) {
    throw new GovernanceError(
      "failed-precondition",
      `${certFile}: holds no PEM certificate; name a file with one`,
    );
  }
  const options: SecureContextOptions = {
    cert,
    key,
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

/** The certificate of the server with those between it and the root. */
export function chainOf({ cert }: SecureContextOptions): readonly X509Certificate[] {
  return pemCertificates(String(cert)).filter((certificate) => certificate !== undefined);
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Undefined for one that is broken. */
function pemCertificates(pem: string): readonly (X509Certificate | undefined)[] {
  return (pem.match(PEM_CERTIFICATE) ?? []).map((certificate) => {
    try {
      return new X509Certificate(certificate);
    } catch {
      return undefined;
    }
  });
}
