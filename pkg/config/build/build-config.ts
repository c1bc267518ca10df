import type { Config } from "../config.ts";
import type { ProcessInfo, Settings } from "../sources/read-settings.ts";
import { buildAws } from "./build-aws.ts";
import { buildHealth } from "./build-health.ts";
import { buildLabels } from "./build-labels.ts";
import { buildNetwork } from "./build-network.ts";
import { buildOutput } from "./build-output.ts";
import { buildPlatform } from "./build-platform.ts";
import { buildPool } from "./build-pool.ts";
import { buildProvisioning } from "./build-provisioning.ts";
import { buildScim } from "./build-scim.ts";
import { buildService } from "./build-service.ts";
import { buildSharedQuota } from "./build-shared-quota.ts";
import { buildSync } from "./build-sync.ts";
import { checkRules } from "./rules.ts";
import { buildStateDirectory } from "./state-directory.ts";

/** Checks what depends on several settings, derives the rest, and freezes the result. Throws `invalid-argument`. */
export function buildConfig(settings: Settings, info: ProcessInfo): Config {
  checkRules(settings);
  const pool = buildPool(settings);
  return deepFreeze<Config>({
    ...pool,
    ...buildAws(settings),
    ...buildNetwork(settings, info),
    ...buildSharedQuota(settings, info),
    ...buildSync(settings),
    ...buildProvisioning(settings),
    ...buildService(settings, info.cwd),
    ...buildScim(settings, info.cwd),
    ...buildPlatform(settings, info),
    ...buildHealth(settings, info.cwd),
    ...buildOutput(settings, info),
    ...buildLabels(settings),
    ...buildStateDirectory(settings, info, pool.poolId),
  });
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value) as readonly unknown[]) {
    if (typeof inner === "object" && inner !== null) deepFreeze(inner);
  }
  return Object.freeze(value);
}
