import type { Config } from "../config.ts";
import { checkModeOf, type Holds, type Uid } from "../sources/file-trust.ts";
import { originOf, type Settings } from "../sources/read-settings.ts";
import type { SettingName } from "../table/settings.ts";

/** Warnings about files of keys and tokens whose mode lets others at them. Throws when anybody may write one. */
export function exposedFiles({ service, otel }: Config, settings: Settings, uid: Uid): readonly string[] {
  const { tls, tokensFile, jwt } = service;
  const files: readonly (readonly [SettingName, string | undefined, Holds])[] = [
    ["tls-cert-file", tls?.certFile, "trust"],
    ["tls-key-file", tls?.keyFile, "secret"],
    ["tls-client-ca-file", tls?.clientCaFile, "trust"],
    ["auth-tokens-file", tokensFile, "trust"],
    ["jwt-jwks-file", jwt?.jwks.kind === "file" ? jwt.jwks.path : undefined, "trust"],
    ["otel-collector-endpoint-tls-cert-path", otel?.caFile, "trust"],
  ];
  const warnings: string[] = [];
  for (const [name, path, holds] of files) {
    if (path === undefined) continue;
    const warn = (line: string): void => void warnings.push(line);
    checkModeOf(path, originOf(name, settings).label, holds, { uid, warn });
  }
  return warnings;
}
