import type { MonotonicMs } from "../core/clock.ts";

/** A caller that asks for nothing for so long has paused. */
const PAUSE_MS = 5_000;

/** Whether a caller asks for one page after the other without a pause, the time of the answers not counted. */
export class AskingPace {
  #underWay = 0;
  #movedAt: MonotonicMs | undefined;

  get isAsking(): boolean {
    return this.#underWay > 0;
  }

  /** False before it has asked at all. */
  isKept(now: MonotonicMs): boolean {
    return this.isAsking || (this.#movedAt !== undefined && now - this.#movedAt <= PAUSE_MS);
  }

  hasPaused(now: MonotonicMs): boolean {
    return this.#movedAt !== undefined && !this.isKept(now);
  }

  asks(now: MonotonicMs): void {
    this.#movedAt = now;
    this.#underWay += 1;
  }

  answered(now: MonotonicMs): void {
    this.#movedAt = now;
    this.#underWay -= 1;
  }

  /** What it asks for next is not what would have been read ahead. */
  interrupt(): void {
    this.#movedAt = undefined;
  }
}
