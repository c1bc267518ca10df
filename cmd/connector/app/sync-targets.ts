// Where a sync writes: the `.c1z`, the inventory, or both.

import { GovernanceError } from "../../../pkg/core/errors.ts";
import { isWholePool, type SyncScope } from "../../../pkg/core/sync-scope.ts";
import type { InventoryPlace } from "../../../pkg/inventory/place.ts";
import type { PublishedInventory } from "../../../pkg/inventory/target/published.ts";
import type { LogFields } from "../../../pkg/ops/log-fields.ts";
import type { PublishedFile } from "../../../pkg/store/publish/publish.ts";
import { openSyncFile } from "../../../pkg/store/sync-file.ts";
import { openSyncFileThread } from "../../../pkg/store/thread/sync-file-thread.ts";
import type { OpenTarget } from "../../../pkg/sync/target.ts";
import { packageVersion } from "../process/version.ts";
import { inventoryPlace, inventoryTarget } from "./inventory/inventory-target.ts";
import { fingerprintOf, type SyncConfig, type SyncContext, type SyncPieces } from "./sync-config.ts";

/**
 * What a sync has published in one target: a member of this union for each kind of target. A new one leads the compiler to
 * every place that shows or logs it.
 */
export type Published = PublishedFile | PublishedInventory;

export interface TargetsSetup {
  readonly config: SyncConfig;
  readonly pieces: SyncPieces;
  readonly context: SyncContext;
  /** An inventory beside the one of the settings, if they have one. */
  readonly ownInventory?: InventoryPlace | undefined;
  /** Files are worked on in threads of their own. By default this thread does it: nobody else waits for it. */
  readonly inThreads?: boolean;
}

/** The file first: where the inventory cannot be published, the file has the run, and the next sync adds it to the other. */
export function targetsOf(setup: TargetsSetup, scope: SyncScope): readonly OpenTarget<Published>[] {
  const { config, pieces, context, ownInventory, inThreads = false } = setup;
  const { file } = config.sync;
  const place = inventoryPlace(config.sync, context);
  const inventories = [place, ownInventory].filter((one) => one !== undefined);
  if (inventories.length > 0 && !isWholePool(scope)) {
    throw new GovernanceError(
      "invalid-argument",
      "an inventory holds the whole pool; leave out inventory, or what chooses a part of the pool",
    );
  }
  return [
    ...(file === undefined ? [] : [syncFile(file, setup, scope)]),
    ...inventories.map((one) => inventoryTarget(one, { config, pieces, context, inThreads })),
  ];
}

function syncFile(
  file: string,
  { config, context, inThreads = false }: TargetsSetup,
  scope: SyncScope,
): OpenTarget<PublishedFile> {
  const { sync, stateDir } = config;
  const { acceptShrink } = sync;
  const fingerprint = fingerprintOf(config);
  const settings = { file, acceptShrink, stateDir, fingerprint, scope, connectorVersion: packageVersion() };
  return (signal) =>
    inThreads
      ? openSyncFileThread(settings, signal)
      : openSyncFile({ ...settings, now: context.now }, signal);
}

/** Where a sync writes, for the log. */
export function placesOf(
  sync: SyncConfig["sync"],
  context: SyncContext,
): Pick<LogFields, "file" | "inventory"> {
  const place = inventoryPlace(sync, context);
  return {
    ...(sync.file === undefined ? {} : { file: sync.file }),
    ...(place === undefined ? {} : { inventory: place.name }),
  };
}

/** Where one run was published, for the log. */
export function publishedPlace(published: Published): LogFields {
  switch (published.kind) {
    case "c1z":
      return { file: published.file };
    case "inventory": {
      const { inventory, runNumber, changes } = published;
      return { inventory, run: runNumber, changes };
    }
  }
}

/** A target is named by its path, or by host and database. */
export function targetPlace(target: string, place: InventoryPlace | undefined): LogFields {
  return place?.engine === "postgres" && place.name === target ? { inventory: target } : { file: target };
}
