import { join } from "node:path";
import type { Clocks } from "../../../../pkg/core/clock.ts";
import type { SyncIntoFile } from "../../../../pkg/platform/tasks/sync-task.ts";
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

/** The syncs of the platform's tasks, one after the other. */
export function platformSync({ config, pieces, clocks }: PlatformSyncOptions): SyncIntoFile {
  const path = join(config.stateDir, FILE);
  const options = syncOptions({
    config: { ...config, sync: { ...config.sync, file: path } },
    pieces,
    clocks,
    resumedBy: "the next sync task of the platform",
  });
  let last: Promise<unknown> = Promise.resolve();
  return async (_request, signal) => {
    const result = last.then(() => syncOnce(options, signal));
    last = result.catch(() => {});
    const { published, durationMs } = await result;
    for (const { counts } of published) {
      pieces.log.info("synced", { file: path, ...counts, durationMs: Math.round(durationMs) });
    }
    warnOfRecreatedGroups(pieces, published);
    return { path, uploaded: async () => {} };
  };
}
