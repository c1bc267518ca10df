// Random files and texts: each is read or refused in bounded time, with an error that a user can act on, and leaves nothing
// behind. `make fuzz` runs the same for longer.
import { once } from "node:events";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { describe, expect, test, vi } from "vitest";
import { fuzz, SEED, TEST_TIMEOUT_MS } from "./fuzz/random.ts";
import { SUBJECTS } from "./fuzz/subjects.ts";

vi.setConfig({ testTimeout: TEST_TIMEOUT_MS });

/** Far above what one takes on a busy machine. */
const MAX_INPUT_MS = 5000;
const MAX_GROWTH_BYTES = 16 * 1024 * 1024;
const WARM_UP_INPUTS = 300;

/** A thread that reads inputs of one subject. */
async function startReader(subject: string) {
  const worker = new Worker(join(import.meta.dirname, "fuzz/subject-worker.ts"), {
    workerData: subject,
    resourceLimits: { maxOldGenerationSizeMb: 256 },
  });
  await once(worker, "message");

  async function ask(message: number | "held"): Promise<unknown> {
    worker.postMessage(message, []);
    const limit = AbortSignal.timeout(MAX_INPUT_MS);
    const [answer] = await once(worker, "message", { signal: limit });
    return answer;
  }

  return {
    /** The problem, or whether the input was read or refused. */
    async outcomeOf(seed: number): Promise<string> {
      try {
        return String(await ask(seed));
      } catch (error) {
        return error instanceof Error && error.name === "AbortError"
          ? `took longer than ${MAX_INPUT_MS} ms`
          : `ended the thread: ${String(error)}`;
      }
    },
    heldBytes: async () => Number(await ask("held")),
    end: () => worker.terminate(),
  };
}

describe(`what other people write (seed ${SEED})`, () => {
  test.for(Object.keys(SUBJECTS))("%s is read or refused, and never harms the process", async (subject) => {
    const reader = await startReader(subject);
    let inputs = 0;
    let before = Number.POSITIVE_INFINITY;
    let read = 0;
    try {
      const tried = await fuzz(subject, async (random) => {
        inputs += 1;
        if (inputs === WARM_UP_INPUTS) before = await reader.heldBytes();
        const outcome = await reader.outcomeOf(random.below(2 ** 32));
        if (outcome === "read") read += 1;
        return outcome === "read" || outcome === "refused" ? undefined : outcome;
      });
      // The changes of most inputs are small, so that many get past the first check.
      expect(read).toBeGreaterThan(tried > 100 ? tried / 50 : -1);
      expect((await reader.heldBytes()) - before).toBeLessThan(MAX_GROWTH_BYTES);
    } finally {
      await reader.end();
    }
  });
});
