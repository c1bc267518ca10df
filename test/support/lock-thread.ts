// A thread that tries to take a lock.
import { GovernanceError } from "../../pkg/core/errors.ts";
import { lockTarget } from "../../pkg/sqlite/lock.ts";
import { serveWorker } from "../../pkg/worker/serve-worker.ts";

export interface LockThread {
  take(path: string, target: string): Promise<string>;
}

serveWorker(
  (): LockThread => ({
    async take(path, target) {
      try {
        lockTarget(path, target).release();
        return "took it";
      } catch (error) {
        const { code, message } = GovernanceError.from(error);
        return `${code}: ${message}`;
      }
    },
  }),
);
