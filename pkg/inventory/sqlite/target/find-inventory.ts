import { existsSync } from "node:fs";
import type { EpochClock } from "../../../core/clock.ts";
import { createWholeDatabase, removeEmptyLog, sweepDrafts } from "../../../sqlite/create-whole.ts";
import { onDisk, storeError } from "../../../sqlite/errors.ts";
import { lockTarget } from "../../../sqlite/lock.ts";
import { requireOwnDatabase } from "../../../sqlite/own-file.ts";
import { openWorkFile } from "../../../sqlite/work/work-file.ts";
import { MAX_IDLE_MS } from "../../target/options.ts";
import { createInventoryFile } from "../inventory-file.ts";
import { INVENTORY_WORK } from "../staging/staging-format.ts";
import { OpenInventory, type SqliteTargetSettings } from "./open-inventory.ts";
import { openPublishedRuns, type PublishedRuns } from "./published-runs.ts";
import { inventoryPaths } from "./target-paths.ts";

/**
 * Checks the inventory, or creates it; locks it, and finds the run to continue, if there is one. Call it before the first
 * AWS call: it throws `invalid-argument` when the file cannot be written, and `failed-precondition` when another sync holds
 * it, or when it is no inventory.
 */
export function openInventory(settings: SqliteTargetSettings, now: EpochClock): OpenInventory {
  const { fingerprint, file, stateDir } = settings;
  const paths = inventoryPaths(file, stateDir, fingerprint.poolId);
  const lock = lockTarget(paths.lock, paths.target);
  let published: PublishedRuns | undefined;
  try {
    for (const path of [paths.target, paths.work]) requireOwnDatabase(path);
    if (!existsSync(paths.target)) {
      onDisk(`write ${paths.target}`, () => {
        removeEmptyLog(paths.target);
        createWholeDatabase(paths.target, (draft) => createInventoryFile(draft, now).close());
      });
    }
    sweepDrafts(paths.target);
    const runs = openPublishedRuns(paths.target, fingerprint.poolId, now);
    published = runs;
    const work = onDisk(`write ${paths.work}`, () =>
      openWorkFile(paths.work, INVENTORY_WORK, {
        fingerprint,
        // Nothing else goes into an inventory.
        scope: "",
        nowMs: now(),
        maxIdleMs: settings.maxIdleMs ?? MAX_IDLE_MS,
        acceptShrink: settings.acceptShrink,
        published: new Set(runs.newest === undefined ? [] : [runs.newest.id]),
        newest: runs.newest?.id,
      }),
    );
    return new OpenInventory({ settings, now, paths, lock, runs, work });
  } catch (error) {
    published?.close();
    lock.release();
    throw storeError(error, `open ${paths.target}`, "--inventory");
  }
}
