import type { MonotonicMs } from "../core/clock.ts";
import type { Pace } from "./pace.ts";
import { SlidingWindow } from "./sliding-window.ts";

/**
 * The last word on a turn: looks at when turns were really given, so that late timers cannot bunch them (LIMITER-1). It
 * counts twice while a rate is cut: against the rate that was set, always, and against the current one.
 */
export class SlidingWindows {
  readonly #set: readonly SlidingWindow[];
  #current: readonly SlidingWindow[] = [];
  #last = Number.NEGATIVE_INFINITY;

  constructor(set: Pace) {
    this.#set = windowsOf(set);
  }

  /** The earliest time, `now` or later, at which one more turn may be given. */
  openAt(now: MonotonicMs): MonotonicMs {
    // A clock that steps back must not reopen what has been used.
    let open = Math.max(now, this.#last);
    for (const window of this.#set) open = Math.max(open, window.openAt(now));
    for (const window of this.#current) open = Math.max(open, window.openAt(now));
    return open;
  }

  record(now: MonotonicMs): void {
    this.#last = Math.max(now, this.#last);
    for (const window of this.#set) window.record(this.#last);
    for (const window of this.#current) window.record(this.#last);
  }

  /** What was given at the faster pace was rightly given, so counting begins anew at the cut. */
  slowTo(pace: Pace): void {
    this.#current = windowsOf(pace);
  }

  /** Widens the current windows; the turns since the cut go on counting. */
  speedUpTo(pace: Pace): void {
    pace.limits.forEach((limit, index) => {
      this.#current[index]?.widen(limit);
    });
  }

  /** The set rate holds again: its windows have seen every turn. */
  restore(): void {
    this.#current = [];
  }
}

function windowsOf(pace: Pace): readonly SlidingWindow[] {
  return pace.limits.map((limit) => new SlidingWindow(limit));
}
