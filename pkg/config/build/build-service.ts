import { resolve } from "node:path";
import { GovernanceError } from "../../core/errors.ts";
import {
  formatListenAddress,
  isLoopback,
  type ListenAddress,
  socketPathProblem,
} from "../../core/listen-address.ts";
import type { JwtSettings, TlsSettings } from "../../core/security-settings.ts";
import type { Config, HealthSettings, OtelSettings, ScheduleSettings, ServiceSettings } from "../config.ts";
import { originOf, type Settings } from "../sources/read-settings.ts";
import type { SettingName } from "../table/settings.ts";

/** How the service is reached and by whom. Paths are absolute. Rejects with `invalid-argument`. */
export function serviceOf(settings: Settings, cwd: string): ServiceSettings {
  const { values } = settings;
  const tls = tlsOf(settings, cwd);
  return {
    listen: checkedAddress(settings, tls !== undefined, cwd),
    insecure: values.insecure,
    tls,
    tokensFile: absolutePath(values["auth-tokens-file"], cwd),
    jwt: jwtOf(settings, cwd),
    graceMs: values["grace-seconds"] * 1000,
    maxConnections: values["max-connections"],
    reflection: !values["disable-reflection"],
  };
}

function checkedAddress({ values, given }: Settings, hasTls: boolean, cwd: string): ListenAddress {
  const address = values.listen;
  if (!isLoopback(address) && !hasTls && !values.insecure) {
    throw invalidCombination(
      "listen",
      { given },
      `${formatListenAddress(address)} can be reached from other machines, and there is no TLS; give tls-cert-file and tls-key-file, or listen on 127.0.0.1, [::1], localhost or unix:/path (--insecure serves without)`,
    );
  }
  if (address.kind === "tcp") return address;
  const path = resolve(cwd, address.path);
  // A relative path is longer once it is absolute.
  const problem = socketPathProblem(path);
  if (problem !== undefined) throw invalidCombination("listen", { given }, problem);
  return { kind: "unix", path };
}

function tlsOf({ values, given }: Settings, cwd: string): TlsSettings | undefined {
  const certFile = absolutePath(values["tls-cert-file"], cwd);
  const keyFile = absolutePath(values["tls-key-file"], cwd);
  if (certFile === undefined || keyFile === undefined) return undefined;
  const readers = values["tls-readers"] ?? [];
  const provisioners = values["tls-provisioners"] ?? [];
  const both = readers.find((name) => provisioners.includes(name));
  if (both !== undefined) {
    throw invalidCombination(
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
  throw invalidCombination(
    "jwt-issuer",
    { given },
    "has no effect without the keys of the tokens; give jwt-jwks-url or jwt-jwks-file, or leave it out",
  );
}

export function healthOf({ values }: Settings): HealthSettings {
  return {
    enabled: values["health-check"],
    port: values["health-check-port"],
    bindAddress: values["health-check-bind-address"],
  };
}

/** Where traces are sent; undefined: no traces. Rejects with `invalid-argument`. */
export function otelOf({ values, given }: Settings, cwd: string): OtelSettings | undefined {
  const endpoint = values["otel-collector-endpoint"];
  if (endpoint === undefined) return undefined;
  const plain = values["otel-collector-endpoint-tls-insecure"];
  const caFile = absolutePath(values["otel-collector-endpoint-tls-cert-path"], cwd);
  const url = endpoint.includes("://") ? endpoint : `${plain ? "http" : "https"}://${endpoint}`;
  const isHttps = /^https:/i.test(url);
  if (plain && isHttps) {
    throw invalidCombination(
      "otel-collector-endpoint-tls-insecure",
      { given },
      "means without TLS, and the collector's URL is https; write http, or give otel-collector-endpoint-tls-cert-path for a CA of your own",
    );
  }
  if (caFile !== undefined && !isHttps) {
    throw invalidCombination(
      "otel-collector-endpoint-tls-cert-path",
      { given },
      "has no effect without TLS, and the collector's URL is http; write https or leave it out",
    );
  }
  return values["otel-tracing-disabled"] ? undefined : { endpoint: url, caFile };
}

export function scheduleOf({ values }: Settings): ScheduleSettings | undefined {
  const everyMs = values["sync-every"];
  return everyMs === undefined ? undefined : { everyMs, jitter: values["sync-jitter-percent"] / 100 };
}

/** Warnings about settings that are allowed but usually a mistake, one line each. */
export function exposureWarnings({ service }: Config): readonly string[] {
  const { listen, tls, tokensFile, jwt } = service;
  if (isLoopback(listen)) return [];
  const where = formatListenAddress(listen);
  const hasTokens = tokensFile !== undefined || jwt !== undefined;
  if (tls?.clientCaFile === undefined && !hasTokens) {
    return [
      `listen: every caller who can reach ${where} is served; give tls-client-ca-file, auth-tokens-file or jwt-jwks-url to ask who calls`,
    ];
  }
  return hasTokens && tls === undefined
    ? [`listen: without TLS the callers' tokens can be read on their way to ${where}; give tls-cert-file`]
    : [];
}

function absolutePath(path: string | undefined, cwd: string): string | undefined {
  return path === undefined ? undefined : resolve(cwd, path);
}

function invalidCombination(
  name: SettingName,
  settings: Pick<Settings, "given">,
  problem: string,
): GovernanceError {
  return new GovernanceError("invalid-argument", `${originOf(name, settings).label}: ${problem}`);
}
