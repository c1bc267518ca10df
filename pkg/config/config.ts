import type { ClientId } from "../core/client-id.ts";
import type { ClientMetadata } from "../core/client-metadata.ts";
import type { InventorySetting } from "../core/inventory-setting.ts";
import type { ListenAddress, TcpAddress } from "../core/listen-address.ts";
import type { LogLevel } from "../core/log-level.ts";
import type { ProvisioningSettings } from "../core/provisioning-settings.ts";
import type { RedisSettings } from "../core/redis-settings.ts";
import type { ScimSettings } from "../core/scim-settings.ts";
import type { JwtSettings, TlsSettings } from "../core/security-settings.ts";
import type { ReadMembers } from "../core/sync-plan.ts";
import type { SyncChoice } from "../core/sync-scope.ts";
import type { UserFact } from "../core/user-facts.ts";
import type { ListShards } from "../core/user-shards.ts";
import type { Rates } from "./table/values/rate.ts";

/** `csv-raw`: CSV whose cells are as they are, also those that a spreadsheet would run. */
export type OutputFormat = "table" | "json" | "jsonl" | "csv" | "csv-raw";
type LogFormat = "console" | "json";

/** Where the AWS credentials come from. `default` is the AWS SDK's own chain, optionally with one profile. */
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

/** The gRPC service. With neither client CA nor tokens nor JWTs every caller is served. */
export interface ServiceSettings {
  /**
   * The path of a Unix socket is absolute. Where other machines can reach it, there is `tls` or `insecure` is set.
   * Undefined: the daemon of `connector` without a command, which has no gRPC port unless one is named.
   */
  readonly listen: ListenAddress | undefined;
  readonly insecure: boolean;
  /** Paths are absolute; no name is in both lists. */
  readonly tls: TlsSettings | undefined;
  /** Absolute. */
  readonly tokensFile: string | undefined;
  readonly jwt: JwtSettings | undefined;
  readonly graceMs: number;
  readonly maxConnections: number;
  readonly maxQueueSeconds: number;
  /** Under way at a time. */
  readonly maxCalls: number;
  readonly reflection: boolean;
}

/** The governance platform whose tasks are done. `clientSecret` of the Config is set. */
export interface PlatformSettings {
  readonly clientId: ClientId;
  /** So many tasks are done at once. */
  readonly concurrency: number;
  /** Undefined: the name of the machine. */
  readonly hostId: string | undefined;
  /** Replaces the host of the client id. */
  readonly apiHost: string | undefined;
  /** Asks for several tasks in one call. */
  readonly severalTasks: boolean;
  /** PEM: trusted at the platform beside the CAs of Node.js. */
  readonly extraCas: readonly string[];
}

/** The HTTP endpoint of health and metrics. */
export interface HealthSettings {
  readonly enabled: boolean;
  /** 0: the system chooses. */
  readonly port: number;
  /** IP address or name, IPv6 without brackets. */
  readonly bindAddress: string;
}

export interface OtelSettings {
  readonly collector: TcpAddress;
  /** Without TLS. */
  readonly plaintext: boolean;
  /** PEM, absolute; undefined: the CAs of Node.js. */
  readonly caFile: string | undefined;
  /** PEM, instead of a file. */
  readonly caText?: string | undefined;
}

export interface ScheduleSettings {
  /** From a minute to a week. */
  readonly everyMs: number;
  /** Share of `everyMs` that a sync may be early or late, from 0 to 0.5. */
  readonly jitter: number;
}

/** What is read into the inventory user by user. */
export interface EnrichSettings {
  readonly facts: readonly UserFact[];
  /** Calls in an hour, of all processes together. */
  readonly perHour: number;
}

export interface SharedQuotaSettings {
  readonly redis: RedisSettings;
  /** Undefined: the pool is asked for it. */
  readonly accountId: string | undefined;
}

/** How errors name a setting that only its adapter can check: as it was given, such as `--listen`, or by its name. */
export type SettingLabels = Readonly<
  Record<"listen" | "scim-listen" | "health-check-port" | "health-check-bind-address", string>
>;

/** All settings, checked and frozen. */
export interface Config {
  readonly labels: SettingLabels;
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
    /** PEM; undefined: the CAs of Node.js. */
    readonly caBundle: string | undefined;
    readonly httpTimeoutMs: number;
    /** How long one call is repeated before it fails; undefined: what suits the command. */
    readonly patienceMs: number | undefined;
  };
  /** The quota that instances share; undefined: each has its rates for itself. */
  readonly sharedQuota: SharedQuotaSettings | undefined;
  readonly sync: {
    /** Undefined: only the inventory is written. */
    readonly file: string | undefined;
    /** Undefined: only the file is written. */
    readonly inventory: InventorySetting | undefined;
    readonly acceptShrink: boolean;
    /** What is read. */
    readonly choice: SyncChoice;
    /** Nothing is read. */
    readonly skipped: boolean;
    /** How many parts of the users are read side by side. */
    readonly listShards: ListShards;
    /** As the members of each group, or as the groups of each user. */
    readonly readMembers: ReadMembers;
  };
  /** Absolute; the one home of what is kept for the pool. "" when there is no home directory to derive it from. */
  readonly stateDir: string;
  /** Whether a setting names it. False: it is the default. */
  readonly stateDirNamed: boolean;
  readonly provisioning: ProvisioningSettings;
  /** True: changes are planned and reported, and none is made. */
  readonly dryRun: boolean;
  /** Why the change of this command line is made. */
  readonly justification: string | undefined;
  /** For the Lambda triggers of the pool. Its values are not shown. */
  readonly clientMetadata: ClientMetadata | undefined;
  /** In Baton's format. Its key decrypts the passwords that the platform sends, and signs in at the platform. */
  readonly clientSecret: string | undefined;
  readonly service: ServiceSettings;
  /** Undefined: SCIM is not served. */
  readonly scim: ScimSettings | undefined;
  /** Undefined: no tasks of a platform are done. */
  readonly platform: PlatformSettings | undefined;
  readonly health: HealthSettings;
  /** Undefined: no traces are sent. */
  readonly otel: OtelSettings | undefined;
  /** Undefined: `serve` syncs only when asked to. */
  readonly schedule: ScheduleSettings | undefined;
  readonly enrich: EnrichSettings | undefined;
  readonly output: OutputFormat;
  readonly log: {
    readonly level: LogLevel;
    readonly format: LogFormat;
    /** Milliseconds since the epoch, when a level of debug becomes info; undefined: never. */
    readonly debugExpiresAt: number | undefined;
    /** Absolute. They get the log beside stderr. */
    readonly files: readonly string[];
  };
}
