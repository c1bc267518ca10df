// Imported by a service that is measured: how long its event loop was held, by the CPU time of the main thread, so that
// other programs of the machine do not count. Writes a HeldLoop into the file that its URL names.
import { readFileSync, writeFileSync } from "node:fs";
import { createHistogram } from "node:perf_hooks";

/** In milliseconds of CPU time, of the pieces of work longer than a tick. */
export interface HeldLoop {
  readonly longest: number;
  readonly p99: number;
}

const file = new URL(import.meta.url).searchParams.get("file");
const TICK_MS = 5;

/** Undefined where the service has not ended by itself. */
export function readHeldLoop(path: string): HeldLoop | undefined {
  try {
    const [longest = 0, p99 = 0] = readFileSync(path, "utf8").split(" ").map(Number);
    return { longest, p99 };
  } catch {
    return undefined;
  }
}

function measure(path: string): void {
  const heldUs = createHistogram();
  let before = process.threadCpuUsage();
  setInterval(() => {
    const now = process.threadCpuUsage();
    const us = now.user + now.system - before.user - before.system;
    if (us > TICK_MS * 1000) heldUs.record(Math.round(us));
    before = now;
  }, TICK_MS).unref();
  /** The start, with its modules, does not count. */
  process.once("SIGUSR1", () => heldUs.reset());
  process.once("exit", () => {
    const [longest, p99] = heldUs.count === 0 ? [0, 0] : [heldUs.max, heldUs.percentile(99)];
    writeFileSync(path, `${longest / 1000} ${p99 / 1000}`);
  });
}

if (file !== null) measure(file);
