import type { Rates } from "./rate.ts";

export type OutputFormat = "table" | "json" | "jsonl" | "csv";
export type LogLevel = "debug" | "info" | "warn" | "error";
export type LogFormat = "console" | "json";

/** Where the long-lived AWS keys come from. `default` is the AWS SDK's own chain, optionally bound to one profile. */
export type KeySettings =
  | { readonly kind: "default"; readonly profile: string | undefined }
  | {
      readonly kind: "static";
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken: string | undefined;
    };

export interface RoleSettings {
  readonly roleArn: string;
  readonly externalId: string | undefined;
  readonly sessionName: string;
  readonly durationSeconds: number;
}

/** Everything the program was told, checked, frozen, with nothing optional that matters. */
export interface Config {
  readonly poolId: string;
  readonly region: string;
  readonly userIdKind: "sub" | "username";
  readonly rates: Rates;
  readonly keys: KeySettings;
  readonly assumeRole: RoleSettings | undefined;
  readonly network: {
    /** Replaces AWS's own endpoint. */
    readonly endpointUrl: string | undefined;
    readonly fips: boolean;
    readonly dualStack: boolean;
    readonly httpsProxy: string | undefined;
    readonly httpProxy: string | undefined;
    readonly noProxy: string | undefined;
    readonly httpTimeoutMs: number;
  };
  readonly sync: {
    readonly file: string;
    readonly stateDir: string;
    readonly acceptShrink: boolean;
  };
  readonly serve: {
    /** `host:port`, `[::1]:port` or `unix:/path`, of this machine. */
    readonly listen: string;
    readonly provisioning: boolean;
  };
  readonly output: OutputFormat;
  readonly log: { readonly level: LogLevel; readonly format: LogFormat };
}
