import type { MonotonicMs } from "../core/clock.ts";
import type { Limit } from "./pace.ts";

/**
 * Entries per window; a wide-open limiter counts several turns in one entry, dated by the latest of them (LIMITER-1).
 */
const RESOLUTION = 2000;
const COMPACT_AFTER = 1024;

/** The turns of the last `lengthMs`, and when the next one fits in. Times are handed in and must not go back. */
export class SlidingWindow {
  #limit: Limit;
  #count = 0;
  #first = 0;
  #entryStartedAt = Number.NEGATIVE_INFINITY;
  #times: number[] = [];
  #turns: number[] = [];

  constructor(limit: Limit) {
    this.#limit = limit;
  }

  /** How many entries are held in memory. */
  get entries(): number {
    return this.#times.length;
  }

  /** The earliest time, `now` or later, at which one more turn keeps the limit. */
  openAt(now: MonotonicMs): MonotonicMs {
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

  /** Changes the limit and keeps the turns that were counted. */
  widen(limit: Limit): void {
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
