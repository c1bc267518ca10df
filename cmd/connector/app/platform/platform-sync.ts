import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../../../pkg/config/config.ts";
import { type EpochMs, isAhead } from "../../../../pkg/core/clock.ts";
import { createOneAtATime } from "../../../../pkg/core/one-at-a-time.ts";
import { readingText } from "../../../../pkg/core/run-fingerprint.ts";
import { isWholePool, type SyncScope } from "../../../../pkg/core/sync-scope.ts";
import type { SyncedFile, SyncIntoFile } from "../../../../pkg/platform/tasks/sync-task.ts";
import { undeliveredMark } from "../../../../pkg/store/undelivered.ts";
import { syncOnce } from "../../../../pkg/sync/sync-once.ts";
import { hasScheduledInventory } from "../scim/scim-inventory.ts";
import { logFirstRuns, syncOptions, warnOfRecreatedGroups } from "../sync.ts";
import { fingerprintOf, type SyncConfig, type SyncContext, type SyncPieces } from "../sync-config.ts";
import { publishedPlace } from "../sync-targets.ts";
import { taskFile, taskScope } from "./task-scope.ts";

export interface PlatformSyncOptions {
  readonly config: SyncConfig & Pick<Config, "schedule" | "scim">;
  readonly pieces: SyncPieces;
  readonly context: SyncContext;
}

/** As long as the rows of a run that was cut off are used: an older file is read again. */
const MAX_UNDELIVERED_MS = 24 * 60 * 60_000;

/**
 * The syncs of the platform's tasks, one after the other: a file is not replaced while it is uploaded. The files are in
 * the state directory, where a task that was cut off goes on.
 */
export function platformSync({ config, pieces, context }: PlatformSyncOptions): SyncIntoFile {
  const { log } = pieces;
  const turns = createOneAtATime();

  /** What is in the file was read for a task that was cut off before it had uploaded it. */
  function isWaiting(path: string, sinceMs: EpochMs | undefined): boolean {
    if (sinceMs === undefined) return false;
    const nowMs = context.now();
    return !isAhead(sinceMs, nowMs) && nowMs - sinceMs < MAX_UNDELIVERED_MS && existsSync(path);
  }

  /** A task may ask for a part of the pool, which an inventory does not take. Scheduled syncs fill it where there are any. */
  function inventoryFor(scope: SyncScope): SyncConfig["sync"]["inventory"] {
    return isWholePool(scope) && !hasScheduledInventory(config, context) ? config.sync.inventory : undefined;
  }

  async function readInto(path: string, scope: SyncScope, signal: AbortSignal): Promise<void> {
    const { sync } = config;
    if (sync.skipped) await pieces.connector.validate(signal);
    const options = syncOptions({
      config: { ...config, sync: { ...sync, file: path, inventory: inventoryFor(scope) } },
      pieces,
      context,
      scope,
      resumedBy: "the next sync task of the platform",
      inThreads: true,
    });
    const { published, durationMs } = await syncOnce(options, signal);
    for (const one of published) {
      log.info("synced", {
        ...publishedPlace(one),
        ...one.counts,
        durationMs: Math.round(durationMs),
      });
    }
    logFirstRuns(pieces, published);
    warnOfRecreatedGroups(pieces, published);
  }

  return async (request, signal) => {
    const scope = taskScope(request, config.sync);
    const { name, stays } = taskFile(scope);
    const path = join(config.stateDir, name);
    const content = readingText(fingerprintOf(config), scope);
    const mark = undeliveredMark(path);
    const endTurn = await turns.take(signal);

    const release: SyncedFile["release"] = async (end) => {
      try {
        if (end === "cut") return;
        mark.clear();
        if (!stays) rmSync(path, { force: true });
      } catch (error) {
        log.failure("the next sync task of the platform may upload this file again", error, { file: path });
      } finally {
        endTurn();
      }
    };

    try {
      if (isWaiting(path, mark.since(content))) {
        log.info("uploading what an interrupted task had read", { file: path });
      } else {
        // From its publication on, the file is no longer what an earlier mark says.
        mark.clear();
        await readInto(path, scope, signal);
        mark.set(context.now(), content);
      }
      return { path, release };
    } catch (error) {
      endTurn();
      throw error;
    }
  };
}
