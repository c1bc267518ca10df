// Which inventory the lists of SCIM are read from, and what keeps it up to date.

import { join } from "node:path";
import type { Config } from "../../../../pkg/config/config.ts";
import { isWholePool } from "../../../../pkg/core/sync-scope.ts";
import type { SqlitePlace } from "../../../../pkg/inventory/place.ts";
import { chooseScope } from "../../../../pkg/sync/choose-scope.ts";
import { inventoryPlace } from "../inventory/inventory-target.ts";
import type { ScheduledConfig } from "../scheduled-sync.ts";
import type { SyncContext } from "../sync-config.ts";

type Places = Pick<SyncContext, "env" | "user">;

/** Every hour, where no schedule is set. */
const EVERY_MS = 3_600_000;
const JITTER = 0.1;

/** The inventory of the settings where it is in SQLite, else one in the state directory that SCIM alone uses. */
export function listedInventory(
  config: Pick<Config, "sync" | "stateDir" | "poolId">,
  context: Places,
): SqlitePlace {
  const place = inventoryPlace(config.sync, context);
  if (place?.engine === "sqlite") return place;
  return { engine: "sqlite", name: join(config.stateDir, `${config.poolId}.scim-inventory.db`) };
}

/** One schedule, and the inventory that its runs fill beside the targets of its settings. */
export interface ScheduledRuns {
  readonly config: ScheduledConfig;
  readonly ownInventory: SqlitePlace | undefined;
}

/** The schedules of the service: that of the settings, and one for SCIM's lists where it does not fill their inventory. */
export function scheduledRuns(config: Config, context: Places): readonly ScheduledRuns[] {
  const { schedule, scim, sync } = config;
  const asked = schedule === undefined ? [] : [{ config: { ...config, schedule }, ownInventory: undefined }];
  if (scim === undefined) return asked;
  const place = listedInventory(config, context);
  const isOwn = inventoryPlace(sync, context)?.engine !== "sqlite";
  const readsAll = isWholePool(chooseScope(sync.choice));
  if (schedule !== undefined && (!isOwn || readsAll)) {
    return [{ config: { ...config, schedule }, ownInventory: isOwn ? place : undefined }];
  }
  return [...asked, { config: forLists(config, place), ownInventory: undefined }];
}

/** Whether a schedule of the service fills the inventory of the settings: it is of one sync at a time. */
export function hasScheduledInventory(
  config: Pick<Config, "schedule" | "scim" | "sync">,
  context: Places,
): boolean {
  const { schedule, scim, sync } = config;
  return schedule !== undefined || (scim !== undefined && inventoryPlace(sync, context)?.engine === "sqlite");
}

function forLists(config: Config, { name }: SqlitePlace): ScheduledConfig {
  const { acceptShrink, skipped, listShards, readMembers } = config.sync;
  const choice = { resourceTypeIds: [], resources: [], skipEntitlementsAndGrants: false, skipGrants: false };
  const inventory = { place: name, password: undefined };
  return {
    ...config,
    sync: { file: undefined, inventory, acceptShrink, choice, skipped, listShards, readMembers },
    schedule: { everyMs: EVERY_MS, jitter: JITTER },
  };
}
