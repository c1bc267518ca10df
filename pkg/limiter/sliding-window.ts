import type { MonotonicMs } from "../core/clock.ts";
import type { WindowLimit } from "./pace.ts";

/**
 * Entries per window. At a very high rate several turns share an entry, which has the time of the last (LIMITER-1).
 */
const RESOLUTION = 2000;
const COMPACT_AFTER = 1024;

/** The turns of the last `lengthMs`, and when the next one is allowed. The times passed in must not go back. */
export class SlidingWindow {
  #limit: WindowLimit;
  #count = 0;
  #first = 0;
  #entryStartedAt = Number.NEGATIVE_INFINITY;
  #times: number[] = [];
  #turns: number[] = [];

  constructor(limit: WindowLimit) {
    this.#limit = limit;
  }

  /** How many entries are held in memory. */
  get entries(): number {
    return this.#times.length;
  }

  /** The earliest time, `now` or later, at which one more turn keeps the limit. */
  nextAllowedAt(now: MonotonicMs): MonotonicMs {
    this.#expire(now);
    const oldest = this.#times[this.#first];
    return this.#count < this.#limit.turns || oldest === undefined ? now : oldest + this.#limit.lengthMs;
  }

  record(now: MonotonicMs): void {
    const last = this.#times.length - 1;
    this.#count += 1;
    if (last >= this.#first && now - this.#entryStartedAt < this.#limit.lengthMs / RESOLUTION) {
      this.#times[last] = now;
      this.#turns[last] = (this.#turns[last] ?? 0) + 1;
      return;
    }
    this.#entryStartedAt = now;
    this.#times.push(now);
    this.#turns.push(1);
  }

  /** Changes the limit. The turns counted so far still count. */
  widen(limit: WindowLimit): void {
    this.#limit = limit;
  }

  #expire(now: MonotonicMs): void {
    for (;;) {
      const time = this.#times[this.#first];
      if (time === undefined || time + this.#limit.lengthMs > now) break;
      this.#count -= this.#turns[this.#first] ?? 0;
      this.#first += 1;
    }
    if (this.#first > COMPACT_AFTER && this.#first * 2 > this.#times.length) {
      this.#times = this.#times.slice(this.#first);
      this.#turns = this.#turns.slice(this.#first);
      this.#first = 0;
    }
  }
}
