import { resolve } from "node:path";
import { GovernanceError } from "../../core/errors.ts";
import { errnoOf } from "../../core/unknown.ts";
import { inAwsConfig } from "../sources/aws-config-file.ts";
import { readAtMost } from "../sources/read-at-most.ts";
import { originOf, type ProcessInfo, type Settings } from "../sources/read-settings.ts";

const MAX_BYTES = 16 * 1024 * 1024;

/** The CAs to trust at AWS. As other AWS tools have it, `ca_bundle` of the profile is before SSL_CERT_FILE, which is of OpenSSL. */
export function caBundleOf(settings: Settings, { env, cwd }: ProcessInfo): string | undefined {
  const { values } = settings;
  const own = values["ca-bundle"];
  const { label } = originOf("ca-bundle", settings);
  if (own !== undefined && label !== "SSL_CERT_FILE") return pemIn(resolve(cwd, own), label);
  const profile = values["aws-profile"] ?? (env["AWS_PROFILE"] || "default");
  const shared = inAwsConfig(env, profile, "ca_bundle");
  if (shared !== undefined) return pemIn(resolve(cwd, shared), `ca_bundle of the AWS profile ${profile}`);
  return own === undefined ? undefined : pemIn(resolve(cwd, own), label);
}

/**
 * The CAs to trust at the platform beside those of Node.js: those of AWS, and SSL_CERT_FILE also where another setting has
 * the CAs of AWS, since Go's runner reads it for the platform.
 */
export function platformCasOf(settings: Settings, info: ProcessInfo): readonly string[] {
  const bundle = caBundleOf(settings, info);
  const { label } = originOf("ca-bundle", settings);
  const system = info.env["SSL_CERT_FILE"] || undefined;
  const isRead = system === undefined || label === "SSL_CERT_FILE";
  const others = isRead ? [] : [pemIn(resolve(info.cwd, system), "SSL_CERT_FILE")];
  return bundle === undefined ? others : [bundle, ...others];
}

/** The text of a PEM file of CAs. */
export function pemFile(path: string, cwd: string, label: string): string {
  return pemIn(resolve(cwd, path), label);
}

function pemIn(path: string, label: string): string {
  let text: string | undefined;
  try {
    text = readAtMost(path, MAX_BYTES)?.toString();
  } catch (error) {
    throw new GovernanceError(
      "invalid-argument",
      `${label}: ${path} cannot be read (${errnoOf(error) || "unknown reason"}); name a PEM file of CA certificates, or leave it out`,
      { cause: error },
    );
  }
  if (text?.includes("-----BEGIN") === true) return text;
  const problem = text === undefined ? "is longer than 16 MiB" : "has no certificate";
  throw new GovernanceError(
    "invalid-argument",
    `${label}: ${path} ${problem}; name a PEM file of CA certificates, or leave it out`,
  );
}
