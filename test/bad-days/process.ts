// One process of a day: `connector sync` as it is composed, in this process and in virtual time.

import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import type { ComposingContext } from "../../cmd/connector/cli/with-runtime.ts";
import { run } from "../../cmd/connector/run.ts";
import { memoryInput, memoryOutput } from "../../cmd/connector/testing.fixture.ts";
import { drawing } from "./schedule.ts";
import type { VirtualTime } from "./virtual-time.ts";

export interface ProcessResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProcessSetup {
  readonly time: VirtualTime;
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly compose?: ComposingContext["compose"] | undefined;
}

export function runInside(
  args: readonly string[],
  { time, folder, signal, compose }: ProcessSetup,
): Promise<ProcessResult> {
  const stdout = memoryOutput();
  const stderr = memoryOutput();
  const context: ComposingContext = {
    env: { HOME: folder, BATON_AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", BATON_AWS_SECRET_ACCESS_KEY: "secret" },
    cwd: folder,
    user: "tester",
    stdin: memoryInput(""),
    stdout,
    stderr,
    signal,
    onReload: () => () => {},
    onNodeWarning: () => () => {},
    now: time.wall,
    monotonic: time.elapsed,
    ...(compose === undefined ? {} : { compose }),
  };
  return run(args, context).then((code) => ({ code, stdout: stdout.text(), stderr: stderr.text() }));
}

export interface SeededChance {
  /** When the run of this id began; undefined for an id that nobody drew here. */
  beganMs(runId: string): number | undefined;
  uninstall(): void;
}

const PAYLOAD_BYTES = 16;
const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** The random bytes of this process come from the seed. Those of the id of a run tell when it began. */
export function seedChance(seed: number, elapsed: () => number): SeededChance {
  const { below } = drawing(seed ^ 0x1b873593);
  const realRandom = Math.random;
  Math.random = drawing(seed ^ 0x3c6ef372).random;
  const drawn = new Map<string, number>();
  const { randomUUID } = crypto;
  const randomBytes: unknown = Reflect.get(crypto, "randomBytes");
  let requests = 0;
  Object.assign(crypto, {
    // Of a request, in messages.
    randomUUID: () => `00000000-0000-4000-8000-${String((requests += 1)).padStart(12, "0")}`,
    randomBytes: (size: number): Buffer => {
      const bytes = Buffer.from(Array.from({ length: size }, () => below(256)));
      if (size === PAYLOAD_BYTES) drawn.set(bytes.toString("hex"), elapsed());
      return bytes;
    },
  });
  syncBuiltinESMExports();
  return {
    beganMs(runId) {
      let value = 0n;
      for (const digit of runId) value = value * 62n + BigInt(BASE62.indexOf(digit));
      return drawn.get(
        value
          .toString(16)
          .padStart(40, "0")
          .slice(-2 * PAYLOAD_BYTES),
      );
    },
    uninstall() {
      Math.random = realRandom;
      Object.assign(crypto, { randomBytes, randomUUID });
      syncBuiltinESMExports();
    },
  };
}
