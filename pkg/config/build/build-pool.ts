import { GovernanceError } from "../../core/errors.ts";
import { regionOfPool } from "../../core/pool.ts";
import type { Config } from "../config.ts";
import { type Settings, settingProblem } from "../sources/read-settings.ts";
import { envName } from "../table/settings.ts";
import { aboveQuota } from "../table/values/rate.ts";

export function buildPool(settings: Settings): Pick<Config, "poolId" | "region" | "userIdKind" | "rates"> {
  const poolId = requirePool(settings);
  return {
    poolId,
    region: regionOf(poolId, settings),
    userIdKind: settings.values["user-id"],
    rates: checkedRates(settings),
  };
}

function requirePool({ values }: Settings): string {
  const poolId = values["user-pool-id"];
  if (poolId !== undefined) return poolId;
  throw missingPool();
}

/** `hint` is another way on. */
export function missingPool(hint?: string): GovernanceError {
  const cure = `give --user-pool-id, ${envName("user-pool-id")} or the key user-pool-id in a configuration file`;
  return new GovernanceError(
    "invalid-argument",
    `user-pool-id: missing; ${cure}${hint === undefined ? "" : `; ${hint}`}`,
  );
}

function regionOf(poolId: string, settings: Settings): string {
  const region = regionOfPool(poolId);
  const named = settings.values.region;
  if (named === undefined || named === region) return region;
  throw settingProblem(
    "region",
    settings,
    `${named} is not the Region of the pool ${poolId}; leave it out, it is read from the pool id`,
  );
}

// The ceiling is AWS's quota. Behind another endpoint, an emulator for example, it does not apply.
function checkedRates(settings: Settings): Config["rates"] {
  const { values } = settings;
  const problem = values["endpoint-url"] === undefined ? aboveQuota(values.rate) : undefined;
  if (problem === undefined) return values.rate;
  throw settingProblem("rate", settings, problem);
}
