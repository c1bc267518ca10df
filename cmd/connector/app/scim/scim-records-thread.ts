import { setTimeout as sleep } from "node:timers/promises";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import type { ScimRecordsPlace } from "../../../../pkg/scim-records/records-file.ts";
import type { StoredScimRecords } from "../../../../pkg/scim-records/sqlite-records.ts";
import { connectWorker, type WorkerCalls } from "../../../../pkg/worker/connect-worker.ts";

/** The end of the process waits this long for a thread that waits for its disk. */
const END_MS = 5_000;

/**
 * Records that a thread of their own writes, so that no caller waits for a disk. Nothing is opened before the first call.
 * When the thread dies, the calls under way fail, and the next one starts another.
 */
export function openScimRecordsThread(
  place: ScimRecordsPlace,
  connect = connectScimRecords,
): StoredScimRecords {
  let thread: WorkerCalls<StoredScimRecords> | undefined;
  let isClosed = false;
  const call: WorkerCalls<StoredScimRecords>["call"] = (name, ...args) => {
    if (isClosed) return Promise.reject(new GovernanceError("canceled", "the connector is stopping"));
    if (thread?.isAlive() !== true) thread = connect(place);
    return thread.call(name, ...args);
  };
  return {
    open: () => call("open"),
    find: (kind, by, value, signal) => call("find", kind, by, value, signal),
    findMany: (kind, ids) => call("findMany", kind, ids),
    keep: (resource) => call("keep", resource),
    forget: (kind, id) => call("forget", kind, id),
    wrote: (writes) => call("wrote", writes),
    unfinished: (key) => call("unfinished", key),
    begin: (request) => call("begin", request),
    done: (key) => call("done", key),
    lastWriteAt: () => call("lastWriteAt"),
    synced: () => call("synced"),
    settle: (until) => call("settle", until),
    forgetGone: (kind, ids, keptUntil) => call("forgetGone", kind, ids, keptUntil),
    async close() {
      if (isClosed) return;
      isClosed = true;
      if (thread?.isAlive() !== true) return;
      await Promise.race([leave(thread), sleep(END_MS, undefined, { ref: false })]);
    },
  };
}

/** Starts the thread. */
export function connectScimRecords(place: ScimRecordsPlace): WorkerCalls<StoredScimRecords> {
  return connectWorker<StoredScimRecords>({
    beside: import.meta.url,
    module: "scim-records-worker",
    argument: place,
    subject: "the records of SCIM",
  });
}

async function leave(thread: WorkerCalls<StoredScimRecords>): Promise<void> {
  try {
    await thread.call("close");
  } catch {
    // Every commit is on disk already.
  } finally {
    await thread.end();
  }
}
