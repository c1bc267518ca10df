import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { GovernanceError } from "../../core/errors.ts";
import { errnoOf } from "../../core/unknown.ts";
import type { Config } from "../config.ts";
import { inAwsConfig } from "../sources/aws-config-file.ts";
import { originOf, type ProcessInfo, type Settings } from "../sources/read-settings.ts";

export function buildNetwork(settings: Settings, info: ProcessInfo): Pick<Config, "network"> {
  const { values, given } = settings;
  return {
    network: {
      endpointUrl: values["endpoint-url"],
      fips: values["use-fips-endpoint"],
      dualStack: values["use-dualstack-endpoint"],
      httpsProxy: values["https-proxy"],
      httpProxy: values["http-proxy"],
      noProxy: values["no-proxy"],
      caBundle: caBundleOf(settings, info),
      httpTimeoutMs: values["http-timeout-seconds"] * 1000,
      patienceMs: given.has("patience-seconds") ? values["patience-seconds"] * 1000 : undefined,
    },
  };
}

/** As the other AWS tools have it: `ca_bundle` of the profile is before SSL_CERT_FILE, which is of OpenSSL. */
function caBundleOf(settings: Settings, { env, cwd }: ProcessInfo): string | undefined {
  const { values } = settings;
  const own = values["ca-bundle"];
  const { label } = originOf("ca-bundle", settings);
  if (own !== undefined && label !== "SSL_CERT_FILE") return pemIn(resolve(cwd, own), label);
  const profile = values["aws-profile"] ?? (env["AWS_PROFILE"] || "default");
  const shared = inAwsConfig(env, profile, "ca_bundle");
  if (shared !== undefined) return pemIn(resolve(cwd, shared), `ca_bundle of the AWS profile ${profile}`);
  return own === undefined ? undefined : pemIn(resolve(cwd, own), label);
}

function pemIn(path: string, label: string): string {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new GovernanceError(
      "invalid-argument",
      `${label}: ${path} cannot be read (${errnoOf(error) || "unknown reason"}); name a PEM file of CA certificates, or leave it out`,
      { cause: error },
    );
  }
  if (text.includes("-----BEGIN")) return text;
  throw new GovernanceError(
    "invalid-argument",
    `${label}: ${path} has no certificate; name a PEM file of CA certificates, or leave it out`,
  );
}
