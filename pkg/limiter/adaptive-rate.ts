import type { MonotonicMs } from "../core/clock.ts";

/**
 * Throttles within this time after a cut belong to calls sent before it; a call takes up to two seconds (LIMITER-6).
 */
const SAME_BURST_MS = 2000;
const RECOVERY_STEP_MS = 5000;
/** A cut never goes below this part of the set rate, nor below this many turns per second. */
const FLOOR_FRACTION = 1 / 16;
const FLOOR_PER_SECOND = 0.2;

/**
 * Halves at a throttle, and recovers by a tenth of the set rate for every five seconds without one (LIMITER-6). It has no
 * timer: `recovered` takes the steps that are due.
 */
export class AdaptiveRate {
  readonly setPerSecond: number;
  #current: number;
  #throttles = 0;
  #cutAt = Number.NEGATIVE_INFINITY;
  #recoveringSince = Number.NEGATIVE_INFINITY;
  #grantedSinceCut = true;

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

  /** A turn was granted, so a later throttle may be about the current rate. */
  turnGranted(): void {
    this.#grantedSinceCut = true;
  }

  /** AWS throttled a call. True if the rate was cut. */
  throttled(now: MonotonicMs): boolean {
    this.#throttles += 1;
    this.#recoveringSince = now;
    if (now < this.#cutAt + SAME_BURST_MS || !this.#grantedSinceCut) return false;
    this.#cutAt = now;
    this.#grantedSinceCut = false;
    const before = this.#current;
    this.#current = Math.min(before, Math.max(tenths(before / 2), this.#floor()));
    return this.#current < before;
  }

  /** AWS throttled another instance of the same quota. True if the rate was cut. */
  lowerTo(perSecond: number, now: MonotonicMs): boolean {
    // A step more or less is only that the others recover at another moment.
    if (tenths(perSecond) >= this.#current - this.#step()) return false;
    this.#recoveringSince = now;
    this.#current = Math.max(tenths(perSecond), this.#floor());
    return true;
  }

  /** Takes the recovery steps that are due. True if the rate went up. */
  recovered(now: MonotonicMs): boolean {
    if (this.#current >= this.setPerSecond) return false;
    const steps = Math.floor((now - this.#recoveringSince) / RECOVERY_STEP_MS);
    if (steps < 1) return false;
    this.#recoveringSince += steps * RECOVERY_STEP_MS;
    this.#current = Math.min(this.setPerSecond, tenths(this.#current + steps * this.#step()));
    return true;
  }

  #step(): number {
    return Math.max(tenths(this.setPerSecond / 10), 0.1);
  }

  #floor(): number {
    return Math.max(tenths(this.setPerSecond * FLOOR_FRACTION), FLOOR_PER_SECOND);
  }
}

/** A pace is in whole turns per ten seconds, so rates change in tenths. */
function tenths(perSecond: number): number {
  return Math.floor(perSecond * 10 + 1e-9) / 10;
}
