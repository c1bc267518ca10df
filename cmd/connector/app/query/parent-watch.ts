// The thread that ends the process of a query when the process that asked is gone, however that ended.
import { setInterval } from "node:timers/promises";
import { serveWorker } from "../../../../pkg/worker/serve-worker.ts";

export type ParentWatch = typeof parentWatch;

const INTERVAL_MS = 500;

const parentWatch = {
  async watch(parent: number): Promise<void> {
    for await (const _ of setInterval(INTERVAL_MS)) {
      if (process.ppid !== parent) process.kill(process.pid, "SIGKILL");
    }
  },
};

serveWorker(() => parentWatch);
