import { dirname, resolve } from "node:path";
import { GovernanceError } from "../../core/errors.ts";
import { regionOfPool } from "../../core/pool.ts";
import type { ProvisioningSettings } from "../../core/provisioning-settings.ts";
import type { Config, KeySettings, OutputFormat, RoleSettings } from "../config.ts";
import { originOf, type Settings, type Surroundings } from "../sources/read-settings.ts";
import { envName } from "../table/settings.ts";
import { aboveQuota } from "../table/values/rate.ts";
import { healthOf, otelOf, scheduleOf, serviceOf } from "./build-service.ts";
import { checkRules } from "./rules.ts";

/** Checks what depends on several settings, derives the rest, and freezes the result. Throws `invalid-argument`. */
export function buildConfig(settings: Settings, surroundings: Surroundings): Config {
  const { values } = settings;
  checkRules(settings);
  const poolId = requirePool(settings);
  return deepFreeze<Config>({
    poolId,
    region: regionOf(poolId, settings),
    userIdKind: values["user-id"],
    rates: checkedRates(settings),
    keys: keysOf(settings),
    assumeRole: roleOf(settings),
    network: {
      endpointUrl: values["endpoint-url"],
      fips: values["use-fips-endpoint"],
      dualStack: values["use-dualstack-endpoint"],
      httpsProxy: values["https-proxy"],
      httpProxy: values["http-proxy"],
      noProxy: values["no-proxy"],
      httpTimeoutMs: values["http-timeout-seconds"] * 1000,
    },
    sync: {
      file: values.file,
      stateDir: values["state-dir"] ?? dirname(values.file),
      acceptShrink: values["accept-shrink"],
    },
    // Not the directory of the sync file: serve, recover and audit must find the same journal, and only serve reads `file`.
    stateDir: resolve(surroundings.cwd, values["state-dir"] ?? "."),
    provisioning: provisioningOf(settings),
    dryRun: values["dry-run"],
    clientSecret: values["client-secret"],
    service: serviceOf(settings, surroundings.cwd),
    health: healthOf(settings),
    otel: otelOf(settings, surroundings.cwd),
    schedule: scheduleOf(settings),
    output: outputFormat(settings, surroundings),
    log: {
      level: values["log-level"],
      format: values["log-format"] ?? (surroundings.stderrIsTerminal ? "console" : "json"),
      debugExpiresAt: values["log-level-debug-expires-at"],
    },
  });
}

/** The format of the results: a table only on a terminal. */
export function outputFormat(
  { values }: Settings,
  { stdoutIsTerminal }: Pick<Surroundings, "stdoutIsTerminal">,
): OutputFormat {
  return values.output ?? (stdoutIsTerminal ? "table" : "jsonl");
}

function requirePool({ values }: Settings): string {
  const poolId = values["user-pool-id"];
  if (poolId !== undefined) return poolId;
  throw new GovernanceError(
    "invalid-argument",
    `user-pool-id: missing; give --user-pool-id, ${envName("user-pool-id")} or the key user-pool-id in a configuration file`,
  );
}

function regionOf(poolId: string, settings: Settings): string {
  const region = regionOfPool(poolId);
  const named = settings.values.region;
  if (named === undefined || named === region) return region;
  throw new GovernanceError(
    "invalid-argument",
    `${originOf("region", settings).label}: ${named} is not the Region of the pool ${poolId}; leave it out, it is read from the pool id`,
  );
}

// The ceiling is AWS's quota. Behind another endpoint, an emulator for example, it does not apply.
function checkedRates(settings: Settings): Config["rates"] {
  const { values } = settings;
  const problem = values["endpoint-url"] === undefined ? aboveQuota(values.rate) : undefined;
  if (problem === undefined) return values.rate;
  throw new GovernanceError("invalid-argument", `${originOf("rate", settings).label}: ${problem}`);
}

function provisioningOf({ values }: Settings): ProvisioningSettings {
  return {
    enabled: values.provisioning,
    groupsAllow: values["groups-allow"] ?? [],
    groupsDeny: values["groups-deny"] ?? [],
    allowRoleGroups: values["allow-role-groups"],
    allowFederatedWrites: values["allow-federated-writes"],
    deleteRequiresDisabled: values["delete-requires-disabled"],
    maxDeletionsPerHour: values["max-deletions-per-hour"],
    maxDisablesPerHour: values["max-disables-per-hour"],
    maxInvitationsPerHour: values["max-invitations-per-hour"],
    maxGroupsPerUser: values["max-groups-per-user"],
  };
}

function keysOf({ values }: Settings): KeySettings {
  const accessKeyId = values["aws-access-key-id"];
  const secretAccessKey = values["aws-secret-access-key"];
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    return { kind: "default", profile: values["aws-profile"] };
  }
  return { kind: "static", accessKeyId, secretAccessKey, sessionToken: values["aws-session-token"] };
}

function roleOf({ values }: Settings): RoleSettings | undefined {
  const roleArn = values["aws-assume-role-arn"];
  if (roleArn === undefined) return undefined;
  return {
    roleArn,
    externalId: values["aws-assume-role-external-id"],
    sessionName: values["aws-assume-role-session-name"],
    durationSeconds: values["aws-assume-role-duration-seconds"],
  };
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value) as readonly unknown[]) {
    if (typeof inner === "object" && inner !== null) deepFreeze(inner);
  }
  return Object.freeze(value);
}
