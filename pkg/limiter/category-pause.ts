import type { MonotonicMs } from "../core/clock.ts";

/** Nobody stops a category for longer. */
const MOST_MS = 60_000;

/** A time in which no call starts, since AWS throttled somebody else. At most half of all time is such a time. */
export class CategoryPause {
  #beganAt: MonotonicMs = Number.NEGATIVE_INFINITY;
  #endsAt: MonotonicMs = Number.NEGATIVE_INFINITY;
  #nextFrom: MonotonicMs = Number.NEGATIVE_INFINITY;

  get endsAt(): MonotonicMs {
    return this.#endsAt;
  }

  /** A pause that runs becomes longer where it is asked to, up to the same bound. */
  until(inMs: number, now: MonotonicMs): void {
    if (!(inMs > 0)) return;
    if (now >= this.#endsAt) {
      if (now < this.#nextFrom) return;
      this.#beganAt = now;
    }
    this.#endsAt = Math.max(this.#endsAt, Math.min(now + inMs, this.#beganAt + MOST_MS));
    this.#nextFrom = 2 * this.#endsAt - this.#beganAt;
  }
}
