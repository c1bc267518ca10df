import { Buffer } from "node:buffer";
import type { MonotonicClock } from "../../core/clock.ts";

/** So many texts are made at once, after a rest. */
const BURST = 10;
const PER_SECOND = 5;

/**
 * Makes the text of the metrics for those who ask. It takes milliseconds and reads files, and anybody may ask: 2,000 requests at
 * once held the process for seconds. Those who ask while a text is made get that one, and beyond the rate the last one. They
 * share its bytes, which each answer would copy otherwise until its client has read them.
 */
export function boundScrapes(make: () => Promise<string>, monotonic: MonotonicClock): () => Promise<Buffer> {
  let left = BURST;
  let at = monotonic();
  let last: Buffer | undefined;
  let running: Promise<Buffer> | undefined;

  function mayMake(): boolean {
    const now = monotonic();
    left = Math.min(BURST, left + ((now - at) / 1000) * PER_SECOND);
    at = now;
    if (left < 1) return false;
    left -= 1;
    return true;
  }

  async function text(): Promise<Buffer> {
    last = Buffer.from(await make());
    return last;
  }

  return async () => {
    if (running !== undefined) return await running;
    if (!mayMake() && last !== undefined) return last;
    running = text().finally(() => {
      running = undefined;
    });
    return await running;
  };
}
