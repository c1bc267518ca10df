import type { MonotonicClock, MonotonicMs } from "../core/clock.ts";
import { createBottleneckPacer, type Pacer } from "./bottleneck-pacer.ts";
import { type Pace, paceOf } from "./pace.ts";
import { SlidingWindows } from "./sliding-windows.ts";

/** Slots are ordered this far ahead, so a stall shorter than this loses none of them (LIMITER-2). */
const LOOKAHEAD_MS = 2000;
/** A sum of fractions may fall short of a turn by less than this. */
const ROUNDING_MS = 1e-6;

/**
 * One rate: slots come in from the pacer, turns go out through the gate. What has come in and not gone out is kept as
 * time, in which a turn costs `turnMs`; after a cut the slots that were already ordered buy fewer turns (LIMITER-6).
 */
export class RateBudget {
  readonly #set: Pace;
  readonly #gate: SlidingWindows;
  readonly #pacer: Pacer;
  readonly #monotonic: MonotonicClock;
  readonly #onSlot: () => void;
  readonly #onFailure: (cause: unknown) => void;
  #pace: Pace;
  #budgetMs = 0;
  #orderedMs = 0;
  #lastSlotAt = Number.NEGATIVE_INFINITY;
  #spentSinceSlot = false;

  constructor(
    perSecond: number,
    monotonic: MonotonicClock,
    onSlot: () => void,
    onFailure: (cause: unknown) => void,
  ) {
    this.#set = paceOf(perSecond);
    this.#pace = this.#set;
    this.#gate = new SlidingWindows(this.#set);
    this.#monotonic = monotonic;
    this.#onSlot = onSlot;
    this.#onFailure = onFailure;
    this.#pacer = createBottleneckPacer(this.#set.slotMs, monotonic, onFailure);
  }

  /** When a turn may be given, if nothing else comes in; Infinity while it takes another slot. */
  readyAt(now: MonotonicMs): MonotonicMs {
    if (this.#budgetMs < this.#pace.turnMs - ROUNDING_MS) return Number.POSITIVE_INFINITY;
    return this.#gate.openAt(now);
  }

  spend(now: MonotonicMs): void {
    this.#budgetMs = Math.max(0, this.#budgetMs - this.#pace.turnMs);
    this.#spentSinceSlot = true;
    this.#gate.record(now);
  }

  /**
   * Orders what `waiting` turns need beyond what is at hand or under way. Surplus after an abort is used up here
   * (LIMITER-3).
   */
  order(waiting: number): void {
    const { turnMs, slotMs, slotTurns } = this.#pace;
    const neededMs = Math.min(waiting * turnMs, Math.max(LOOKAHEAD_MS, slotMs)) - this.#budgetMs;
    while (this.#orderedMs < neededMs - ROUNDING_MS) this.#orderSlot(slotMs);
    // With slots of many turns, callers that come one by one would wait for Bottleneck between any two slots.
    if (slotTurns > 1 && this.#spentSinceSlot && this.#orderedMs === 0) this.#orderSlot(slotMs);
  }

  /** Nobody waits any longer: what is left is worth one slot, for as long as that slot lasts (LIMITER-3). */
  rest(): void {
    this.#budgetMs = Math.min(this.#budgetMs, this.#pace.slotMs);
  }

  /** Somebody waits again. After a slot's time the pacer has a fresh one at once, so the old one is void. */
  wake(now: MonotonicMs): void {
    if (now >= this.#lastSlotAt + this.#pace.slotMs) this.#budgetMs = 0;
  }

  /** Slows down or speeds up to `fraction` of the set rate. */
  retune(fraction: number): void {
    const next = fraction >= 1 ? this.#set : paceOf(this.#set.perSecond * fraction);
    if (next === this.#set) this.#gate.restore();
    else if (next.turnMs > this.#pace.turnMs) this.#gate.slowTo(next);
    else this.#gate.speedUpTo(next);
    this.#pace = next;
    this.#pacer.setPeriod(next.slotMs);
  }

  async close(): Promise<void> {
    await this.#pacer.close();
  }

  #orderSlot(slotMs: number): void {
    this.#orderedMs += slotMs;
    const settle = (): void => {
      const left = this.#orderedMs - slotMs;
      this.#orderedMs = left < ROUNDING_MS ? 0 : left;
    };
    this.#pacer.slot(
      () => {
        settle();
        this.#budgetMs += slotMs;
        this.#lastSlotAt = this.#monotonic();
        this.#spentSinceSlot = false;
        this.#onSlot();
      },
      (cause) => {
        settle();
        this.#onFailure(cause);
      },
    );
  }
}
