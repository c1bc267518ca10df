import type { MonotonicClock, MonotonicMs } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";
import type { Operation } from "../core/operations.ts";
import type { Priority } from "../core/throttle.ts";
import { AdaptiveRate } from "./adaptive-rate.ts";
import { RateBudget } from "./rate-budget.ts";
import { createWaiter, goesBefore, type Waiter, WaitingLine } from "./waiting-line.ts";

export interface LaneOptions {
  readonly setPerSecond: number;
  /** What each operation may take of it, where that is less. */
  readonly operationPerSecond: number | undefined;
  readonly monotonic: MonotonicClock;
  /** The rate went down or came up a step. Must not throw. */
  readonly onChange: () => void;
}

/** Those who wait for the same meters: one operation where operations are capped, else the whole category. */
interface Group {
  readonly line: WaitingLine;
  readonly meter: RateBudget | undefined;
}

/**
 * One quota category: who waits, and the meters that say when somebody may go. A turn is given only when the meter of
 * the category and the meter of the operation allow it at the same moment (LIMITER-5); who gets it is decided then
 * (LIMITER-4).
 */
export class CategoryLimiter {
  readonly #options: LaneOptions;
  readonly #rate: AdaptiveRate;
  readonly #meter: RateBudget;
  readonly #groups = new Map<Operation | "all", Group>();
  #waiting = 0;
  #granted = 0;
  #tickets = 0;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#rate = new AdaptiveRate(options.setPerSecond);
    this.#meter = this.#newMeter(options.setPerSecond);
  }

  get setPerSecond(): number {
    return this.#rate.setPerSecond;
  }

  get waiting(): number {
    return this.#waiting;
  }

  get granted(): number {
    return this.#granted;
  }

  get throttles(): number {
    return this.#rate.throttles;
  }

  /** Takes the recovery steps that are due first. */
  currentPerSecond(): number {
    this.#recover(this.#options.monotonic());
    return this.#rate.perSecond;
  }

  acquire(operation: Operation, priority: Priority, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      if (this.#closed) throw closedError();
      const group = this.#groupOf(operation);
      let admitted = false;
      const waiter = createWaiter(
        priority,
        this.#tickets++,
        () => {
          admitted = true;
          signal.removeEventListener("abort", giveUp);
          resolve();
        },
        (cause) => {
          signal.removeEventListener("abort", giveUp);
          reject(cause);
        },
      );
      const giveUp = (): void => {
        this.#remove(group, waiter);
        waiter.refuse(signal.reason);
        this.#settle(this.#options.monotonic());
      };
      this.#push(group, waiter);
      this.#pump();
      if (!admitted) signal.addEventListener("abort", giveUp, { once: true });
    });
  }

  throttled(): void {
    const now = this.#options.monotonic();
    this.#recover(now);
    if (!this.#rate.throttled(now)) return;
    this.#retune();
    this.#pump();
    this.#options.onChange();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#refuseAll(closedError());
    await Promise.all([
      this.#meter.close(),
      ...[...this.#groups.values()].map((group) => group.meter?.close()),
    ]);
  }

  #newMeter(perSecond: number): RateBudget {
    return new RateBudget(
      perSecond,
      this.#options.monotonic,
      () => this.#pump(),
      (cause) => this.#refuseAll(failedError(cause)),
    );
  }

  #groupOf(operation: Operation): Group {
    const cap = this.#options.operationPerSecond;
    const key = cap === undefined ? "all" : operation;
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const group = { line: new WaitingLine(), meter: cap === undefined ? undefined : this.#newMeter(cap) };
    group.meter?.retune(this.#fraction());
    this.#groups.set(key, group);
    return group;
  }

  #push(group: Group, waiter: Waiter): void {
    const now = this.#options.monotonic();
    if (this.#waiting === 0) this.#meter.wake(now);
    if (group.line.length === 0) group.meter?.wake(now);
    group.line.push(waiter);
    this.#waiting += 1;
  }

  #remove(group: Group, waiter: Waiter): void {
    group.line.remove(waiter);
    this.#waiting -= 1;
  }

  /** Gives every turn that may be given now, each to the best of those who wait at this moment (LIMITER-4). */
  #pump(): void {
    if (this.#closed) return;
    const now = this.#options.monotonic();
    this.#recover(now);
    while (this.#waiting > 0 && this.#meter.readyAt(now) <= now) {
      const group = this.#nextGroup(now);
      const waiter = group?.line.first();
      if (group === undefined || waiter === undefined) break;
      this.#remove(group, waiter);
      this.#meter.spend(now);
      group.meter?.spend(now);
      this.#rate.turnGiven();
      this.#granted += 1;
      waiter.admit();
    }
    this.#settle(now);
  }

  #nextGroup(now: MonotonicMs): Group | undefined {
    let best: Group | undefined;
    let bestWaiter: Waiter | undefined;
    for (const group of this.#groups.values()) {
      const waiter = group.line.first();
      if (waiter === undefined || (group.meter?.readyAt(now) ?? now) > now) continue;
      if (bestWaiter !== undefined && goesBefore(bestWaiter, waiter)) continue;
      best = group;
      bestWaiter = waiter;
    }
    return best;
  }

  /** Orders slots for those who wait, lets go of what nobody waits for, and wakes up when the gate opens. */
  #settle(now: MonotonicMs): void {
    if (this.#waiting === 0) this.#meter.rest();
    this.#meter.order(this.#waiting);
    const readyAt = this.#meter.readyAt(now);
    let wakeAt = Number.POSITIVE_INFINITY;
    for (const { line, meter } of this.#groups.values()) {
      if (line.length === 0) meter?.rest();
      meter?.order(line.length);
      if (line.length > 0) wakeAt = Math.min(wakeAt, Math.max(readyAt, meter?.readyAt(now) ?? now));
    }
    this.#wakeAt(wakeAt, now);
  }

  /** One timer, and only while somebody waits for the gate alone (LIMITER-7); a missing slot wakes us by itself. */
  #wakeAt(at: MonotonicMs, now: MonotonicMs): void {
    if (at >= this.#timerAt && at < Number.POSITIVE_INFINITY) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerAt = at;
    if (at === Number.POSITIVE_INFINITY) return;
    // Rounded up: a timer that fires before its time would only have to be set again.
    this.#timer = setTimeout(
      () => {
        this.#timerAt = Number.POSITIVE_INFINITY;
        this.#pump();
      },
      Math.ceil(at - now),
    );
  }

  #recover(now: MonotonicMs): void {
    if (!this.#rate.recovered(now)) return;
    this.#retune();
    this.#options.onChange();
  }

  #retune(): void {
    const fraction = this.#fraction();
    this.#meter.retune(fraction);
    for (const { meter } of this.#groups.values()) meter?.retune(fraction);
  }

  #fraction(): number {
    return this.#rate.perSecond / this.#rate.setPerSecond;
  }

  #refuseAll(error: GovernanceError): void {
    for (const group of this.#groups.values()) {
      for (let waiter = group.line.first(); waiter !== undefined; waiter = group.line.first()) {
        this.#remove(group, waiter);
        waiter.refuse(error);
      }
    }
    if (this.#closed) this.#wakeAt(Number.POSITIVE_INFINITY, 0);
    else this.#settle(this.#options.monotonic());
  }
}

function closedError(): GovernanceError {
  return new GovernanceError("canceled", "the connector is shutting down: the call was not made");
}

function failedError(cause: unknown): GovernanceError {
  return new GovernanceError("internal", "the rate limiter failed: the call was not made", { cause });
}
