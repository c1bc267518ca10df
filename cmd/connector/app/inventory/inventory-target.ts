// The inventory as a target of the program's syncs.

import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Config } from "../../../../pkg/config/config.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import { openInventoryTarget } from "../../../../pkg/inventory/open-target.ts";
import { type InventoryPlace, parseInventoryPlace } from "../../../../pkg/inventory/place.ts";
import { exposedHosts } from "../../../../pkg/inventory/postgres/connection/access.ts";
import type { PublishedInventory } from "../../../../pkg/inventory/target/published.ts";
import { openStateDirectory } from "../../../../pkg/sqlite/paths.ts";
import type { OpenTarget } from "../../../../pkg/sync/target.ts";
import { fingerprintOf, type SyncConfig, type SyncContext, type SyncPieces } from "../sync-config.ts";
import { auditOrigins } from "./change-origins.ts";

/** The inventory of the settings; undefined when there is none. Throws `invalid-argument` when it cannot be one. */
export function inventoryPlace(
  { file, inventory }: SyncConfig["sync"],
  { env, user }: Pick<SyncContext, "env" | "user">,
): InventoryPlace | undefined {
  if (inventory === undefined) return undefined;
  const place = parseInventoryPlace(inventory, { env, home: env["HOME"], user });
  if (place.engine === "sqlite" && file !== undefined && isSameFile(place.name, file)) {
    throw new GovernanceError("invalid-argument", "file and inventory name the same file; name two");
  }
  return place;
}

/** The inventory that facts of single users are read into; undefined when none are asked for. */
export function enrichedPlace(
  { enrich, sync }: Pick<Config, "enrich" | "sync">,
  context: Pick<SyncContext, "env" | "user">,
): InventoryPlace | undefined {
  return enrich === undefined ? undefined : inventoryPlace(sync, context);
}

function isSameFile(a: string, b: string): boolean {
  return placeOf(a) === placeOf(b);
}

/** Without links in the folder. A folder that does not exist is refused elsewhere. */
function placeOf(path: string): string {
  const whole = resolve(path);
  try {
    return join(realpathSync(dirname(whole)), basename(whole));
  } catch {
    return whole;
  }
}

export interface InventorySetup {
  readonly config: SyncConfig;
  readonly pieces: SyncPieces;
  readonly context: SyncContext;
  /** Others wait for this thread. */
  readonly inThreads: boolean;
}

export function inventoryTarget(
  place: InventoryPlace,
  { config, pieces, context, inThreads }: InventorySetup,
): OpenTarget<PublishedInventory> {
  const { stateDir, poolId, sync } = config;
  const { log, connector } = pieces;
  if (place.engine === "postgres") for (const line of exposedHosts(place.access)) log.warn(line);
  const options = {
    fingerprint: fingerprintOf(config),
    stateDir,
    acceptShrink: sync.acceptShrink,
    now: context.now,
    describePool: (signal: AbortSignal) => connector.cachedPool(signal),
    changeOrigins: auditOrigins({ stateDir, poolId }, (error) =>
      log.warn(`who asked for changes of the pool is not known for all of them: ${error.message}`),
    ),
  };
  const open: OpenTarget<PublishedInventory> =
    inThreads && place.engine === "sqlite"
      ? async (signal) => {
          const thread = await import("../../../../pkg/inventory/sqlite/thread/inventory-thread.ts");
          return await thread.openSqliteTargetThread(place.name, options, signal);
        }
      : openInventoryTarget(place, options);
  return async (signal) => {
    beginToRemember(stateDir);
    return await open(signal);
  };
}

/**
 * The age of the state directory says how far back the records reach, so it is there from the first sync on. Where it
 * cannot be made, a sync into PostgreSQL needs none, and who asked for changes is not known.
 */
function beginToRemember(stateDir: string): void {
  try {
    openStateDirectory(stateDir);
  } catch {
    // A target that needs the directory says what is wrong with it.
  }
}
