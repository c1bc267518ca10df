import type { MonotonicMs } from "../core/clock.ts";

/**
 * Throttles within this time of a cut belong to calls that were under way; a call takes up to two seconds (LIMITER-6).
 */
const SAME_BURST_MS = 2000;
const QUIET_MS = 5000;
/** The least that a cut leaves of the set rate, and the least in turns per second. */
const FLOOR_FRACTION = 1 / 16;
const FLOOR_PER_SECOND = 0.2;

/**
 * Halves at a throttle, recovers by a tenth of the set rate every five quiet seconds (LIMITER-6). No timers: ask it.
 */
export class AdaptiveRate {
  readonly setPerSecond: number;
  #current: number;
  #throttles = 0;
  #cutAt = Number.NEGATIVE_INFINITY;
  #quietSince = Number.NEGATIVE_INFINITY;
  #turnSinceCut = true;

  constructor(setPerSecond: number) {
    this.setPerSecond = setPerSecond;
    this.#current = setPerSecond;
  }

  get throttles(): number {
    return this.#throttles;
  }

  get perSecond(): number {
    return this.#current;
  }

  /** A turn was given: a throttle after the burst may be its fault. */
  turnGiven(): void {
    this.#turnSinceCut = true;
  }

  /** AWS said "too fast". True when the rate went down. */
  throttled(now: MonotonicMs): boolean {
    this.#throttles += 1;
    this.#quietSince = now;
    if (now < this.#cutAt + SAME_BURST_MS || !this.#turnSinceCut) return false;
    this.#cutAt = now;
    this.#turnSinceCut = false;
    const before = this.#current;
    const floor = Math.max(tenths(this.setPerSecond * FLOOR_FRACTION), FLOOR_PER_SECOND);
    this.#current = Math.min(before, Math.max(tenths(before / 2), floor));
    return this.#current < before;
  }

  /** Takes the steps that are due. True when the rate went up. */
  recovered(now: MonotonicMs): boolean {
    if (this.#current >= this.setPerSecond) return false;
    const steps = Math.floor((now - this.#quietSince) / QUIET_MS);
    if (steps < 1) return false;
    this.#quietSince += steps * QUIET_MS;
    const step = Math.max(tenths(this.setPerSecond / 10), 0.1);
    this.#current = Math.min(this.setPerSecond, tenths(this.#current + steps * step));
    return true;
  }
}

/** A pace holds whole turns per ten seconds, so rates move in tenths. */
function tenths(perSecond: number): number {
  return Math.floor(perSecond * 10 + 1e-9) / 10;
}
