import type { MonotonicClock, MonotonicMs } from "../core/clock.ts";
import { createBottleneckPacer, type Pacer } from "./bottleneck-pacer.ts";
import { type Pace, paceOf } from "./pace.ts";
import { SlidingWindows } from "./sliding-windows.ts";

/** How far ahead slots are ordered. A shorter stall of the process loses no slot (LIMITER-2). */
const LOOKAHEAD_MS = 2000;
/** A slot that is later than this, beyond two periods, is not explained by its rate or by a busy process. */
const SILENCE_MS = 2000;
/** A sum of fractions may be smaller than the cost of a call by this much. */
const ROUNDING_MS = 1e-6;

/**
 * The budget of one rate. The pacer's slots add to it, and turns spend it as the sliding windows allow. It is kept as
 * time, and a turn costs `turnMs`: after a cut, slots that were already ordered pay for fewer turns (LIMITER-6).
 */
export class RateBudget {
  readonly #set: Pace;
  readonly #windows: SlidingWindows;
  readonly #pacer: Pacer;
  readonly #monotonic: MonotonicClock;
  readonly #onSlot: () => void;
  readonly #onFailure: (cause: unknown) => void;
  #pace: Pace;
  #budgetMs = 0;
  #orderedMs = 0;
  #lastSlotAt = Number.NEGATIVE_INFINITY;
  #spentSinceSlot = false;
  /** Since when slots have been ordered, or the pacer was started again. */
  #orderedSince = Number.NEGATIVE_INFINITY;
  /** The longest period of the slots that are ordered. */
  #longestSlotMs = 0;
  /** A slot that is ordered after a change waits for the one before it at the old period. */
  #periodBefore = 0;

  constructor(
    perSecond: number,
    monotonic: MonotonicClock,
    onSlot: () => void,
    onFailure: (cause: unknown) => void,
  ) {
    this.#set = paceOf(perSecond);
    this.#pace = this.#set;
    this.#windows = new SlidingWindows(this.#set);
    this.#monotonic = monotonic;
    this.#onSlot = onSlot;
    this.#onFailure = onFailure;
    this.#pacer = createBottleneckPacer(this.#set.slotMs, monotonic, onFailure);
  }

  /** When the next turn may be granted; Infinity while another slot is needed for it. */
  readyAt(now: MonotonicMs): MonotonicMs {
    if (this.#budgetMs < this.#pace.turnMs - ROUNDING_MS) return Number.POSITIVE_INFINITY;
    return this.#windows.nextAllowedAt(now);
  }

  spend(now: MonotonicMs): void {
    this.#budgetMs = Math.max(0, this.#budgetMs - this.#pace.turnMs);
    this.#spentSinceSlot = true;
    this.#windows.record(now);
  }

  /**
   * Orders the slots that `waiting` turns need besides the budget and the slots already ordered. So the slots of
   * aborted calls are used first (LIMITER-3).
   */
  orderSlots(waiting: number): void {
    const { turnMs, slotMs, slotTurns } = this.#pace;
    const neededMs = Math.min(waiting * turnMs, Math.max(LOOKAHEAD_MS, slotMs)) - this.#budgetMs;
    while (this.#orderedMs < neededMs - ROUNDING_MS) this.#orderSlot(slotMs);
    // Where a slot is worth many turns, calls that come one by one would wait for Bottleneck between two slots.
    if (slotTurns > 1 && this.#spentSinceSlot && this.#orderedMs === 0) this.#orderSlot(slotMs);
  }

  /** To call when no call waits any more. The budget keeps at most one slot (LIMITER-3). */
  capSurplus(): void {
    this.#budgetMs = Math.min(this.#budgetMs, this.#pace.slotMs);
  }

  /** To call when a call waits again. Drops a surplus older than one slot, since the pacer has a new slot at once. */
  dropStaleSurplus(now: MonotonicMs): void {
    if (now >= this.#lastSlotAt + this.#pace.slotMs) this.#budgetMs = 0;
  }

  /** How long no slot has fired although slots are ordered, where that is longer than their period explains; else 0. */
  overdueMs(now: MonotonicMs): number {
    if (this.#orderedMs === 0) return 0;
    const silentMs = now - Math.max(this.#lastSlotAt, this.#orderedSince);
    return silentMs > explainedMs(this.#longestSlotMs) ? silentMs : 0;
  }

  /** When `overdueMs` can be above 0, if no slot fires before. */
  overdueAt(now: MonotonicMs): MonotonicMs {
    if (this.#orderedMs === 0) return now + explainedMs(this.#pace.slotMs);
    return Math.max(this.#lastSlotAt, this.#orderedSince) + explainedMs(this.#longestSlotMs);
  }

  /** Begins again with a new pacer. The windows keep what they have counted. */
  restart(now: MonotonicMs): void {
    this.#orderedSince = now;
    this.#pacer.restart();
  }

  /** Changes to `fraction` of the set rate. */
  retune(fraction: number): void {
    const next = fraction >= 1 ? this.#set : paceOf(this.#set.perSecond * fraction);
    if (next === this.#set) this.#windows.restore();
    else if (next.turnMs > this.#pace.turnMs) this.#windows.slowTo(next);
    else this.#windows.speedUpTo(next);
    this.#periodBefore = this.#pace.slotMs;
    this.#pace = next;
    this.#pacer.setPeriod(next.slotMs);
  }

  async close(): Promise<void> {
    await this.#pacer.close();
  }

  #orderSlot(slotMs: number): void {
    if (this.#orderedMs === 0) {
      this.#orderedSince = this.#monotonic();
      this.#longestSlotMs = 0;
    }
    this.#longestSlotMs = Math.max(this.#longestSlotMs, slotMs, this.#periodBefore);
    this.#orderedMs += slotMs;
    const slotDone = (): void => {
      const left = this.#orderedMs - slotMs;
      this.#orderedMs = left < ROUNDING_MS ? 0 : left;
    };
    this.#pacer.slot(
      () => {
        slotDone();
        this.#budgetMs += slotMs;
        this.#lastSlotAt = this.#monotonic();
        this.#spentSinceSlot = false;
        this.#onSlot();
      },
      (cause) => {
        slotDone();
        this.#onFailure(cause);
      },
    );
  }
}

function explainedMs(slotMs: number): number {
  return 2 * slotMs + SILENCE_MS;
}
