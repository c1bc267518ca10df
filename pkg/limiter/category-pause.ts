import type { MonotonicMs } from "../core/clock.ts";

/** Nobody stops a category for longer. */
const MOST_MS = 60_000;

/** A time in which no call starts, since AWS throttled somebody else. At most half of all time is such a time. */
export class CategoryPause {
  #endsAt: MonotonicMs = Number.NEGATIVE_INFINITY;
  #nextFrom: MonotonicMs = Number.NEGATIVE_INFINITY;

  get endsAt(): MonotonicMs {
    return this.#endsAt;
  }

  until(inMs: number, now: MonotonicMs): void {
    if (!(inMs > 0) || now < this.#nextFrom) return;
    const ms = Math.min(inMs, MOST_MS);
    this.#endsAt = now + ms;
    this.#nextFrom = now + 2 * ms;
  }
}
