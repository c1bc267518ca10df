import type { MonotonicMs } from "../core/clock.ts";

/** Clocks that are set right by little and little run faster or slower by this part at most. */
const DRIFT = 0.0005;

/**
 * What a clock that others share is ahead of the monotonic one. An answer is made between question and arrival, so each one
 * says it within a range; all ranges together say it better than any. Half the way of one answer would be wrong by as much
 * as a busy machine delays it.
 */
export class SharedClock {
  #least = Number.NEGATIVE_INFINITY;
  #most = Number.POSITIVE_INFINITY;
  #learntAt: MonotonicMs = 0;

  learn(sharedNowMs: number, askedAt: MonotonicMs, answeredAt: MonotonicMs): void {
    const driftMs = DRIFT * (answeredAt - this.#learntAt);
    const [least, most] = [sharedNowMs - answeredAt, sharedNowMs - askedAt];
    this.#least = Math.max(least, this.#least - driftMs);
    this.#most = Math.min(most, this.#most + driftMs);
    this.#learntAt = answeredAt;
    // It was set, or it is the clock of another server.
    if (this.#least > this.#most) [this.#least, this.#most] = [least, most];
  }

  /** 0 where nothing was learnt yet. */
  get offsetMs(): number {
    return this.#most === Number.POSITIVE_INFINITY ? 0 : (this.#least + this.#most) / 2;
  }
}
