import type { MonotonicClock, MonotonicMs } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";
import type { Operation } from "../core/operations.ts";
import type { Priority } from "../core/throttle.ts";
import { AdaptiveRate } from "./adaptive-rate.ts";
import { CallQueue, createQueuedCall, goesBefore, type QueuedCall } from "./call-queue.ts";
import { RateBudget } from "./rate-budget.ts";

interface CategoryLimiterOptions {
  readonly setPerSecond: number;
  /** The rate of each single operation, where AWS caps that below the category's. */
  readonly operationPerSecond: number | undefined;
  readonly monotonic: MonotonicClock;
  /** The rate was cut, or recovered by a step. Must not throw. */
  readonly onChange: () => void;
}

/** Calls that wait for the same budgets: those of one operation where operations are capped, else of the category. */
interface BudgetedQueue {
  readonly calls: CallQueue;
  readonly budget: RateBudget | undefined;
}

/**
 * One quota category: the waiting calls, and the budgets that say when one may start. A turn is granted only when the
 * budget of the category and the budget of the operation allow it at the same moment (LIMITER-5). Which call gets the
 * turn is decided at that moment (LIMITER-4).
 */
export class CategoryLimiter {
  readonly #options: CategoryLimiterOptions;
  readonly #rate: AdaptiveRate;
  readonly #budget: RateBudget;
  readonly #queues = new Map<Operation | "all", BudgetedQueue>();
  #waiting = 0;
  #granted = 0;
  #nextTicket = 0;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;

  constructor(options: CategoryLimiterOptions) {
    this.#options = options;
    this.#rate = new AdaptiveRate(options.setPerSecond);
    this.#budget = this.#newBudget(options.setPerSecond);
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

  /** The rate after the recovery steps that are due. */
  currentPerSecond(): number {
    this.#recover(this.#options.monotonic());
    return this.#rate.perSecond;
  }

  acquire(operation: Operation, priority: Priority, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      if (this.#closed) throw closedError();
      const queue = this.#queueOf(operation);
      let granted = false;
      const call = createQueuedCall(
        priority,
        this.#nextTicket++,
        () => {
          granted = true;
          signal.removeEventListener("abort", onAbort);
          resolve();
        },
        (cause) => {
          signal.removeEventListener("abort", onAbort);
          reject(cause);
        },
      );
      const onAbort = (): void => {
        this.#dequeue(queue, call);
        call.reject(signal.reason);
        this.#reschedule(this.#options.monotonic());
      };
      this.#enqueue(queue, call);
      this.#grantDue();
      if (!granted) signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  throttled(): void {
    const now = this.#options.monotonic();
    this.#recover(now);
    if (!this.#rate.throttled(now)) return;
    this.#retune();
    this.#grantDue();
    this.#options.onChange();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#rejectAll(closedError());
    await Promise.all([
      this.#budget.close(),
      ...[...this.#queues.values()].map((queue) => queue.budget?.close()),
    ]);
  }

  #newBudget(perSecond: number): RateBudget {
    return new RateBudget(
      perSecond,
      this.#options.monotonic,
      () => this.#grantDue(),
      (cause) => this.#rejectAll(failedError(cause)),
    );
  }

  #queueOf(operation: Operation): BudgetedQueue {
    const cap = this.#options.operationPerSecond;
    const key = cap === undefined ? "all" : operation;
    const existing = this.#queues.get(key);
    if (existing !== undefined) return existing;
    const queue = { calls: new CallQueue(), budget: cap === undefined ? undefined : this.#newBudget(cap) };
    queue.budget?.retune(this.#fraction());
    this.#queues.set(key, queue);
    return queue;
  }

  #enqueue(queue: BudgetedQueue, call: QueuedCall): void {
    const now = this.#options.monotonic();
    if (this.#waiting === 0) this.#budget.dropStaleSurplus(now);
    if (queue.calls.length === 0) queue.budget?.dropStaleSurplus(now);
    queue.calls.push(call);
    this.#waiting += 1;
  }

  #dequeue(queue: BudgetedQueue, call: QueuedCall): void {
    queue.calls.remove(call);
    this.#waiting -= 1;
  }

  /** Grants every turn that is due, each to the first of the calls that wait at this moment (LIMITER-4). */
  #grantDue(): void {
    if (this.#closed) return;
    const now = this.#options.monotonic();
    this.#recover(now);
    while (this.#waiting > 0 && this.#budget.readyAt(now) <= now) {
      const queue = this.#nextQueue(now);
      const call = queue?.calls.first();
      if (queue === undefined || call === undefined) break;
      this.#dequeue(queue, call);
      this.#budget.spend(now);
      queue.budget?.spend(now);
      this.#rate.turnGranted();
      this.#granted += 1;
      call.grant();
    }
    this.#reschedule(now);
  }

  #nextQueue(now: MonotonicMs): BudgetedQueue | undefined {
    let best: BudgetedQueue | undefined;
    let bestCall: QueuedCall | undefined;
    for (const queue of this.#queues.values()) {
      const call = queue.calls.first();
      if (call === undefined || (queue.budget?.readyAt(now) ?? now) > now) continue;
      if (bestCall !== undefined && goesBefore(bestCall, call)) continue;
      best = queue;
      bestCall = call;
    }
    return best;
  }

  /** Orders slots for the waiting calls, limits what is left over, and sets the timer for the next turn. */
  #reschedule(now: MonotonicMs): void {
    if (this.#waiting === 0) this.#budget.capSurplus();
    this.#budget.orderSlots(this.#waiting);
    const readyAt = this.#budget.readyAt(now);
    let nextAt = Number.POSITIVE_INFINITY;
    for (const { calls, budget } of this.#queues.values()) {
      if (calls.length === 0) budget?.capSurplus();
      budget?.orderSlots(calls.length);
      if (calls.length > 0) nextAt = Math.min(nextAt, Math.max(readyAt, budget?.readyAt(now) ?? now));
    }
    this.#setTimer(nextAt, now);
  }

  /** One timer, and only while a call waits for the windows alone (LIMITER-7); a slot that fires needs no timer. */
  #setTimer(at: MonotonicMs, now: MonotonicMs): void {
    if (at >= this.#timerAt && at < Number.POSITIVE_INFINITY) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerAt = at;
    if (at === Number.POSITIVE_INFINITY) return;
    // Rounded up: a timer that fires too early would have to be set again.
    this.#timer = setTimeout(
      () => {
        this.#timerAt = Number.POSITIVE_INFINITY;
        this.#grantDue();
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
    this.#budget.retune(fraction);
    for (const { budget } of this.#queues.values()) budget?.retune(fraction);
  }

  #fraction(): number {
    return this.#rate.perSecond / this.#rate.setPerSecond;
  }

  #rejectAll(error: GovernanceError): void {
    for (const queue of this.#queues.values()) {
      for (let call = queue.calls.first(); call !== undefined; call = queue.calls.first()) {
        this.#dequeue(queue, call);
        call.reject(error);
      }
    }
    if (this.#closed) this.#setTimer(Number.POSITIVE_INFINITY, 0);
    else this.#reschedule(this.#options.monotonic());
  }
}

function closedError(): GovernanceError {
  return new GovernanceError("canceled", "the connector is shutting down: the call was not made");
}

function failedError(cause: unknown): GovernanceError {
  return new GovernanceError("internal", "the rate limiter failed: the call was not made", { cause });
}
