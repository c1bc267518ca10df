import { setTimeout as sleep } from "node:timers/promises";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import { connectWorker, type WorkerCalls } from "../../../../pkg/worker/connect-worker.ts";
import type { Records, RecordsPlace } from "./records.ts";

type Call = WorkerCalls<Records>["call"];

/** The end of the process waits this long for a thread that waits for its disk or for another process. */
const END_MS = 5_000;

/**
 * Records that a thread of their own writes, so that no caller waits for a disk or for another process. Nothing is opened
 * before the first call. When the thread dies, the changes under way fail, and the next call starts another one: it finds
 * their journal entries as those of an owner that is dead.
 */
export function openRecordsThread(place: RecordsPlace, connect = connectRecords): Records {
  let thread: WorkerCalls<Records> | undefined;
  let isEnded = false;

  const call: Call = (name, ...args) => {
    if (isEnded) return Promise.reject(stopping());
    if (thread?.isAlive() !== true) {
      thread = connect(place);
    }
    return thread.call(name, ...args);
  };

  return {
    begin: (change, signal) => call("begin", change, signal),
    note: (id, what) => call("note", id, what),
    stepBegun: (id, operation, undo) => call("stepBegun", id, operation, undo),
    stepEnded: (id, index, step) => call("stepEnded", id, index, step),
    steps: (id) => call("steps", id),
    spend: (id, limits, nowMs) => call("spend", id, limits, nowMs),
    giveBack: (id) => call("giveBack", id),
    spent: (budget, nowMs) => call("spent", budget, nowMs),
    close: (id, line) => call("close", id, line),
    release: (id) => call("release", id),
    claimOrphans: () => call("claimOrphans"),
    append: (line) => call("append", line),
    outcomeOf: (change) => call("outcomeOf", change),
    open: () => call("open"),
    status: async () => (thread?.isAlive() === true ? await call("status") : undefined),
    async end() {
      isEnded = true;
      if (thread?.isAlive() !== true) return;
      await Promise.race([leave(thread), sleep(END_MS, undefined, { ref: false })]);
    },
  };
}

/** Starts the thread. */
export function connectRecords(place: RecordsPlace): WorkerCalls<Records> {
  return connectWorker<Records>({
    beside: import.meta.url,
    module: "records-worker",
    argument: place,
    subject: "the journal",
  });
}

async function leave(thread: WorkerCalls<Records>): Promise<void> {
  try {
    await thread.call("end");
  } catch {
    // The next process finds that the thread's lock is gone, and what it left open.
  } finally {
    await thread.end();
  }
}

function stopping(): GovernanceError {
  return new GovernanceError("canceled", "the journal is closed: the connector is stopping");
}
