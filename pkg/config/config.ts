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

/** What may be changed, and how much of it (D13). */
export interface ProvisioningSettings {
  /** False: the connector only reads. */
  readonly enabled: boolean;
  readonly dryRun: boolean;
  /** Patterns over whole names, case-sensitive, with `*` and `?`; none allows all. */
  readonly groupsAllow: readonly string[];
  /** As `groupsAllow`; beats it. */
  readonly groupsDeny: readonly string[];
  readonly allowRoleGroups: boolean;
  readonly allowFederatedWrites: boolean;
  readonly deleteRequiresDisabled: boolean;
  readonly maxDeletionsPerHour: number;
  readonly maxDisablesPerHour: number;
  readonly maxInvitationsPerHour: number;
  /** AWS's quota is 100; a site that was given more raises it. */
  readonly maxGroupsPerUser: number;
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
  /** Absolute; where the journal of changes and the audit log are. */
  readonly stateDir: string;
  readonly provisioning: ProvisioningSettings;
  /** Baton's, in its own form; the key in it opens the passwords that the platform sends. */
  readonly clientSecret: string | undefined;
  readonly serve: {
    /** `host:port`, `[::1]:port` or `unix:/path`, of this machine. */
    readonly listen: string;
  };
  readonly output: OutputFormat;
  readonly log: { readonly level: LogLevel; readonly format: LogFormat };
}
