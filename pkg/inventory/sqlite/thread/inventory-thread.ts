import { GovernanceError } from "../../../core/errors.ts";
import type { SyncTarget } from "../../../sync/target.ts";
import { connectWorker, type WorkerCalls } from "../../../worker/connect-worker.ts";
import type { InventoryTargetOptions } from "../../target/options.ts";
import type { PublishedInventory } from "../../target/published.ts";
import type { InventoryService } from "../target/inventory-service.ts";
import { SqliteTarget } from "../target/sqlite-target.ts";

/**
 * Opens an inventory as `openSqliteTarget` does, in a thread of its own: its checks, commits and its merge hold up nobody
 * else in the process. The thread ends with `close`. When it dies, every later call fails, and what was committed is kept.
 */
export async function openSqliteTargetThread(
  file: string,
  options: Omit<InventoryTargetOptions, "now">,
  signal: AbortSignal,
): Promise<SyncTarget<PublishedInventory>> {
  if (signal.aborted) throw GovernanceError.from(signal.reason);
  const { fingerprint, stateDir, acceptShrink, maxIdleMs } = options;
  const thread = connectWorker<InventoryService>({
    beside: import.meta.url,
    module: "inventory-worker",
    argument: { file, fingerprint, stateDir, acceptShrink, maxIdleMs },
    subject: "the inventory",
  });
  try {
    const { state } = await thread.call("open");
    return new SqliteTarget({ service: serviceOf(thread), options, sendsAll: false }, state);
  } catch (error) {
    await thread.end();
    throw error;
  }
}

function serviceOf(thread: WorkerCalls<InventoryService>): InventoryService {
  return {
    open: () => thread.call("open"),
    discard: () => thread.call("discard"),
    begin: (run, pool, listings) => thread.call("begin", run, pool, listings),
    listings: () => thread.call("listings"),
    commit: (page) => thread.call("commit", page),
    lacking: (keys) => thread.call("lacking", keys),
    dropGroup: (cursor) => thread.call("dropGroup", cursor),
    rewind: (cursors) => thread.call("rewind", cursors),
    previousMembers: (groups) => thread.call("previousMembers", groups),
    unlisted: (most) => thread.call("unlisted", most),
    check: (options) => thread.call("check", options),
    beginOrigins: () => thread.call("beginOrigins"),
    addOrigins: (origins) => thread.call("addOrigins", origins),
    publish: (options, signal) => thread.call("publish", options, signal),
    async close() {
      try {
        return await thread.call("close");
      } finally {
        await thread.end();
      }
    },
  };
}
