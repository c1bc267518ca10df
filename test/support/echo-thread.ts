// A thread that the tests of threads start.
import { setTimeout } from "node:timers/promises";
import { GovernanceError } from "../../pkg/core/errors.ts";
import { serveWorker } from "../../pkg/worker/serve-worker.ts";
import { type YoungSizes, youngSizesAfterWork } from "./young-work.ts";

export interface Echo {
  argument(): Promise<string>;
  twice(text: string): Promise<string>;
  fail(): Promise<void>;
  crash(): Promise<void>;
  /** Rejects with the reason of the signal. */
  wait(signal: AbortSignal): Promise<void>;
  log(text: string): Promise<readonly string[]>;
  throwLater(): Promise<void>;
  end(code: number): Promise<void>;
  /** An object in so many others. Of 6,000 this thread can send what its caller, which has less stack, cannot read. */
  nested(depth: number): Promise<object>;
  youngSizes(): Promise<YoungSizes>;
}

serveWorker((argument: string): Echo => {
  const said: string[] = [];
  return {
    argument: async () => argument,
    twice: async (text) => text + text,
    async fail() {
      const cause = Object.assign(new Error("disk"), { code: "ENOSPC" });
      throw new GovernanceError("resource-exhausted", "the disk is full", {
        cause,
        reason: "group-gone",
        retryAt: new Date(5),
        requestId: "r1",
        appliedEffects: ["one"],
      });
    },
    async crash() {
      throw new TypeError("ada@example.com");
    },
    async wait(signal) {
      await setTimeout(60_000, undefined, { signal }).catch(() => signal.throwIfAborted());
    },
    async log(text) {
      said.push(text);
      return [...said];
    },
    async throwLater() {
      setImmediate(() => {
        throw new RangeError("nobody catches this");
      });
      await setTimeout(60_000);
    },
    async end(code) {
      process.exit(code);
    },
    async nested(depth) {
      let outer = {};
      for (let inner = 0; inner < depth; inner += 1) outer = { outer };
      return outer;
    },
    youngSizes: youngSizesAfterWork,
  };
});
