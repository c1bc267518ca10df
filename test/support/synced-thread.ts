// A thread that the tests of threads start: its answers are sent after `sync`.
import { serveWorker } from "../../pkg/worker/serve-worker.ts";

export interface Synced {
  /** How many calls were made before, and how many of these had been synced. */
  write(): Promise<{ readonly written: number; readonly synced: number }>;
  synced(): Promise<{ readonly times: number; readonly written: number }>;
  /** The next `sync` throws. */
  breakDisk(): Promise<void>;
}

serveWorker((): Synced & { sync(): void } => {
  let [written, synced, times, isBroken] = [0, 0, 0, false];
  return {
    async write() {
      written += 1;
      return { written, synced };
    },
    synced: async () => ({ times, written: synced }),
    async breakDisk() {
      isBroken = true;
    },
    sync() {
      if (isBroken) throw new Error("the disk is broken");
      times += 1;
      synced = written;
    },
  };
}, "after sync");
