import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Clocks, EpochMs } from "../../../../pkg/core/clock.ts";
import { createOneAtATime } from "../../../../pkg/core/one-at-a-time.ts";
import type { SyncedFile, SyncIntoFile } from "../../../../pkg/platform/tasks/sync-task.ts";
import { undeliveredMark } from "../../../../pkg/store/undelivered.ts";
import { syncOnce } from "../../../../pkg/sync/sync-once.ts";
import { type SyncConfig, type SyncPieces, syncOptions, warnOfRecreatedGroups } from "../sync.ts";

export interface PlatformSyncOptions {
  readonly config: SyncConfig;
  readonly pieces: SyncPieces;
  readonly clocks: Clocks;
}

/**
 * The file of the platform's syncs. It stays in the state directory: a task that was cut off goes on in it, and the next
 * one compares itself with it.
 */
const FILE = "platform.c1z";

/** As long as the rows of a run that was cut off are used: an older file is read again. */
const MAX_UNDELIVERED_MS = 24 * 60 * 60_000;

/** The syncs of the platform's tasks, one after the other: a file is not replaced while it is uploaded. */
export function platformSync({ config, pieces, clocks }: PlatformSyncOptions): SyncIntoFile {
  const { log } = pieces;
  const path = join(config.stateDir, FILE);
  const options = syncOptions({
    config: { ...config, sync: { ...config.sync, file: path } },
    pieces,
    clocks,
    resumedBy: "the next sync task of the platform",
    besideCallers: true,
  });
  const turns = createOneAtATime();
  const mark = undeliveredMark(path);

  /** What is in the file was read for a task that was cut off before it had uploaded it. */
  function isWaiting(sinceMs: EpochMs | undefined): boolean {
    return sinceMs !== undefined && clocks.now() - sinceMs < MAX_UNDELIVERED_MS && existsSync(path);
  }

  async function readInto(signal: AbortSignal): Promise<void> {
    const { published, durationMs } = await syncOnce(options, signal);
    for (const { counts } of published) {
      log.info("synced", { file: path, ...counts, durationMs: Math.round(durationMs) });
    }
    warnOfRecreatedGroups(pieces, published);
    mark.set(clocks.now());
  }

  function released(endTurn: () => void): SyncedFile["release"] {
    return async (end) => {
      try {
        if (end !== "cut") mark.clear();
      } catch (error) {
        log.failure("the next sync task of the platform uploads this file again", error, { file: path });
      } finally {
        endTurn();
      }
    };
  }

  return async (_request, signal) => {
    const endTurn = await turns.take(signal);
    try {
      if (isWaiting(mark.since())) log.info("uploading what an interrupted task had read", { file: path });
      else await readInto(signal);
      return { path, release: released(endTurn) };
    } catch (error) {
      endTurn();
      throw error;
    }
  };
}
