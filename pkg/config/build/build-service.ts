import { formatListenAddress, isLoopback, type ListenAddress } from "../../core/listen-address.ts";
import type { JwtSettings, TlsSettings } from "../../core/security-settings.ts";
import type { Config, ServiceSettings } from "../config.ts";
import { originOf, type Settings, settingProblem } from "../sources/read-settings.ts";
import { bothBeside } from "../sources/written-beside.ts";
import { absolutePath } from "./absolute-path.ts";
import { checkedAddress } from "./listen-addresses.ts";

/** The addresses of the service and its callers' credentials. Paths are absolute. Throws `invalid-argument`. */
export function buildService(settings: Settings, cwd: string): Pick<Config, "service"> {
  return { service: serviceOf(settings, cwd) };
}

function serviceOf(settings: Settings, cwd: string): ServiceSettings {
  const { values } = settings;
  const tls = tlsOf(settings, cwd);
  return {
    listen: checkedAddress("listen", settings, cwd),
    insecure: values.insecure,
    tls,
    tokensFile: absolutePath(values["auth-tokens-file"], cwd),
    jwt: jwtOf(settings, cwd),
    graceMs: values["grace-seconds"] * 1000,
    maxConnections: values["max-connections"],
    maxQueueSeconds: values["max-queue-seconds"],
    maxCalls: values["max-calls"],
    reflection: !values["disable-reflection"],
  };
}

function tlsOf({ values, given }: Settings, cwd: string): TlsSettings | undefined {
  const certFile = absolutePath(values["tls-cert-file"], cwd);
  const keyFile = absolutePath(values["tls-key-file"], cwd);
  if (certFile === undefined || keyFile === undefined) return undefined;
  const readers = values["tls-readers"] ?? [];
  const provisioners = values["tls-provisioners"] ?? [];
  const both = readers.find((name) => provisioners.includes(name));
  if (both !== undefined) {
    throw settingProblem(
      "tls-readers",
      { given },
      `${both} is among tls-provisioners too; keep it in one of them`,
    );
  }
  return {
    certFile,
    keyFile,
    clientCaFile: absolutePath(values["tls-client-ca-file"], cwd),
    readers,
    provisioners,
  };
}

function jwtOf({ values, given }: Settings, cwd: string): JwtSettings | undefined {
  const issuer = values["jwt-issuer"];
  const audience = values["jwt-audience"];
  // The rules of the table refuse one without the other, and keys without both.
  if (issuer === undefined || audience === undefined) return undefined;
  const url = values["jwt-jwks-url"];
  const path = absolutePath(values["jwt-jwks-file"], cwd);
  const common = { issuer, audience, roleClaim: values["jwt-role-claim"] };
  if (url !== undefined) return { jwks: { kind: "url", url }, ...common };
  if (path !== undefined) return { jwks: { kind: "file", path }, ...common };
  throw settingProblem(
    "jwt-issuer",
    { given },
    `has no effect without the keys of the tokens; give ${bothBeside(["jwt-jwks-url", "jwt-jwks-file"], "or", originOf("jwt-issuer", { given }))}, or leave it out`,
  );
}

/** Warnings about settings that are allowed but usually a mistake, one line each. */
export function exposureWarnings({ service, scim, labels }: Config): readonly string[] {
  return [
    ...exposureOf(labels.listen, service.listen, service),
    ...exposureOf(labels["scim-listen"], scim?.listen, service),
  ];
}

function exposureOf(
  label: string,
  listen: ListenAddress | undefined,
  { tls, tokensFile, jwt }: ServiceSettings,
): readonly string[] {
  if (listen === undefined || isLoopback(listen)) return [];
  const where = formatListenAddress(listen);
  const hasTokens = tokensFile !== undefined || jwt !== undefined;
  if (tls?.clientCaFile === undefined && !hasTokens) {
    return [
      `${label}: every caller who can reach ${where} is served; give tls-client-ca-file, auth-tokens-file or jwt-jwks-url to ask who calls`,
    ];
  }
  return hasTokens && tls === undefined
    ? [`${label}: without TLS the callers' tokens can be read on their way to ${where}; give tls-cert-file`]
    : [];
}
