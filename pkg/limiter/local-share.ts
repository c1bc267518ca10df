import type { MonotonicMs } from "../core/clock.ts";
import { mostLateMs, sharedTurnMs } from "./lateness.ts";

/** With how many others an instance shares, where it could not learn it yet. */
export const ASSUMED_INSTANCES = 10;
/** On its own an instance does not know when the others have sent their calls, so it leaves them more room. */
const MOST_MARGIN = 1.06;
export interface ShareMember {
  readonly instances: number;
  /** This instance's place among them, from 0. */
  readonly place: number;
  /** What the shared clock is ahead of the monotonic one. */
  readonly offsetMs: number;
}

/**
 * The turns of an instance that is on its own. All instances know the clock that they shared last, so each takes the moments
 * of its own place: together they are as even as one.
 */
export class LocalShare {
  #membership: ShareMember;
  #perSecond: number;
  #nextAt = Number.NEGATIVE_INFINITY;

  constructor(perSecond: number, membership: ShareMember) {
    this.#perSecond = perSecond;
    this.#membership = membership;
  }

  get perSecond(): number {
    return this.#perSecond / this.#membership.instances;
  }

  /** No turn before `from`: others may still have turns that were given out before. */
  begin(membership: ShareMember, from: MonotonicMs): void {
    this.#membership = membership;
    this.#nextAt = this.#momentFrom(from);
  }

  /** The rate that all instances share changes. */
  setRate(perSecond: number): void {
    if (perSecond === this.#perSecond) return;
    this.#perSecond = perSecond;
    if (this.#nextAt > Number.NEGATIVE_INFINITY) this.#nextAt = this.#momentFrom(this.#nextAt);
  }

  readyAt(now: MonotonicMs): MonotonicMs {
    if (this.#nextAt + mostLateMs(this.#perSecond, MOST_MARGIN) < now) this.#nextAt = this.#momentFrom(now);
    return this.#nextAt;
  }

  take(now: MonotonicMs): void {
    // Half a turn later at least, since the turn may be taken before its moment by rounding.
    this.#nextAt = this.#momentFrom(Math.max(now, this.#nextAt + this.#turnMs() / 2));
  }

  #turnMs(): number {
    return sharedTurnMs(this.#perSecond, MOST_MARGIN);
  }

  /** The first moment of this instance's place, at that time or later. */
  #momentFrom(at: MonotonicMs): MonotonicMs {
    const { instances, place, offsetMs } = this.#membership;
    const roundMs = this.#turnMs() * instances;
    const firstMs = this.#turnMs() * place - offsetMs;
    return firstMs + Math.ceil((at - firstMs) / roundMs) * roundMs;
  }
}
