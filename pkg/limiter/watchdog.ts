import type { MonotonicClock, MonotonicMs } from "../core/clock.ts";

/** A timer that is later than this says that the whole process was stopped, so nothing else can have been on time. */
const PROCESS_STALL_MS = 1000;

/** Node fires a timer that is set for longer at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

interface WatchdogOptions {
  readonly monotonic: MonotonicClock;
  /** Checks, and recovers if it must. */
  readonly check: (now: MonotonicMs) => void;
  /** Whether calls wait. */
  readonly needed: () => boolean;
  /** When to check next, if nothing goes on until then. */
  readonly dueAt: (now: MonotonicMs) => MonotonicMs;
}

/** Looks after turns that do not come, while calls wait. It has one timer, and none while it is stopped (LIMITER-7). */
export class Watchdog {
  readonly #options: WatchdogOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WatchdogOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#timer === undefined) this.#arm(this.#options.monotonic());
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(now: MonotonicMs): void {
    const waitMs = Math.min(MAX_TIMER_MS, Math.max(1, Math.ceil(this.#options.dueAt(now) - now)));
    this.#timer = setTimeout(() => this.#bark(now + waitMs), waitMs);
  }

  #bark(dueAt: MonotonicMs): void {
    this.#timer = undefined;
    const now = this.#options.monotonic();
    if (now - dueAt < PROCESS_STALL_MS) this.#options.check(now);
    if (this.#options.needed()) this.start();
  }
}
