import { dirname, resolve } from "node:path";
import { GovernanceError } from "../core/errors.ts";
import { regionOfPool } from "../core/pool.ts";
import type { Config, KeySettings, OutputFormat, ProvisioningSettings, RoleSettings } from "./config.ts";
import { formatListenAddress, isLoopback, type ListenAddress } from "./listen-address.ts";
import { aboveQuota } from "./rate.ts";
import { originOf, type Settings, type Surroundings } from "./read-settings.ts";
import { checkRules } from "./rules.ts";
import { envName } from "./settings.ts";

/** Checks what no single setting can tell, derives the rest, and freezes. Rejects with `invalid-argument`. */
export function buildConfig(settings: Settings, surroundings: Surroundings): Config {
  const { values } = settings;
  checkRules(settings);
  const poolId = requirePool(settings);
  // What a command does not read has its default: for all but sync the directory of `file` is the current one.
  const stateDir = values["state-dir"] ?? dirname(values.file);
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
      stateDir,
      acceptShrink: values["accept-shrink"],
    },
    stateDir: resolve(surroundings.cwd, stateDir),
    provisioning: provisioningOf(settings),
    clientSecret: values["client-secret"],
    serve: {
      listen: formatListenAddress(checkedAddress(settings, surroundings.cwd)),
    },
    output: outputFormat(settings, surroundings),
    log: {
      level: values["log-level"],
      format: values["log-format"] ?? (surroundings.stderrIsTerminal ? "console" : "json"),
    },
  });
}

/** The form of the results: for people only on a terminal. */
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

// The ceiling is AWS's own; an emulator, a benchmark or a VPC endpoint under test has another.
function checkedRates(settings: Settings): Config["rates"] {
  const { values } = settings;
  const problem = values["endpoint-url"] === undefined ? aboveQuota(values.rate) : undefined;
  if (problem === undefined) return values.rate;
  throw new GovernanceError("invalid-argument", `${originOf("rate", settings).label}: ${problem}`);
}

function checkedAddress(settings: Settings, cwd: string): ListenAddress {
  const address = settings.values.listen;
  if (!isLoopback(address)) {
    throw new GovernanceError(
      "invalid-argument",
      `${originOf("listen", settings).label}: ${formatListenAddress(address)} can be reached from other machines, and the service has no TLS; listen on 127.0.0.1, [::1], localhost or unix:/path`,
    );
  }
  return address.kind === "unix" ? { kind: "unix", path: resolve(cwd, address.path) } : address;
}

function provisioningOf({ values }: Settings): ProvisioningSettings {
  return {
    enabled: values.provisioning,
    dryRun: values["dry-run"],
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
