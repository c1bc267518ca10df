import type { MonotonicMs } from "../core/clock.ts";
import type { Pace } from "./pace.ts";
import { SlidingWindow } from "./sliding-window.ts";

/**
 * The final check of a turn, on the times at which turns were really granted: late timers cannot bunch them (LIMITER-1).
 * Turns always count against the set rate, and while a rate is cut against the current one as well.
 */
export class SlidingWindows {
  readonly #set: readonly SlidingWindow[];
  #current: readonly SlidingWindow[] = [];
  #last = Number.NEGATIVE_INFINITY;

  constructor(set: Pace) {
    this.#set = windowsOf(set);
  }

  /** The earliest time, `now` or later, at which one more turn may be granted. */
  nextAllowedAt(now: MonotonicMs): MonotonicMs {
    // A clock that steps back must not allow again what was already used.
    let open = Math.max(now, this.#last);
    for (const window of this.#set) open = Math.max(open, window.nextAllowedAt(now));
    for (const window of this.#current) open = Math.max(open, window.nextAllowedAt(now));
    return open;
  }

  record(now: MonotonicMs): void {
    this.#last = Math.max(now, this.#last);
    for (const window of this.#set) window.record(this.#last);
    for (const window of this.#current) window.record(this.#last);
  }

  /** Turns granted at the faster pace were correct then, so counting starts again at the cut. */
  slowTo(pace: Pace): void {
    this.#current = windowsOf(pace);
  }

  /** Widens the current windows. The turns since the cut still count. */
  speedUpTo(pace: Pace): void {
    pace.limits.forEach((limit, index) => {
      this.#current[index]?.widen(limit);
    });
  }

  /** Back to the set rate, whose windows have counted every turn. */
  restore(): void {
    this.#current = [];
  }
}

function windowsOf(pace: Pace): readonly SlidingWindow[] {
  return pace.limits.map((limit) => new SlidingWindow(limit));
}
