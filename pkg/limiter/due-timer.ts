import type { MonotonicMs } from "../core/clock.ts";

/** One timer for the next moment at which there is something to do. */
export class DueTimer {
  readonly #run: () => void;
  #timer: NodeJS.Timeout | undefined;
  #at = Number.POSITIVE_INFINITY;

  constructor(run: () => void) {
    this.#run = run;
  }

  /** Keeps an earlier time that is set already. Infinity: there is nothing to do. */
  set(at: MonotonicMs, now: MonotonicMs): void {
    if (at >= this.#at && at < Number.POSITIVE_INFINITY) return;
    this.stop();
    if (at === Number.POSITIVE_INFINITY) return;
    this.#at = at;
    // Rounded up: a timer that fires too early would have to be set again.
    this.#timer = setTimeout(
      () => {
        this.#at = Number.POSITIVE_INFINITY;
        this.#run();
      },
      Math.ceil(at - now),
    );
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#at = Number.POSITIVE_INFINITY;
  }
}
