import type { CallOrigin } from "../core/call-origin.ts";
import type { EpochClock, MonotonicClock, MonotonicMs } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";
import type { Category, Operation } from "../core/operations.ts";
import type { SharedQuota, SharedTurns } from "../core/shared-quota.ts";
import type { Priority } from "../core/throttle.ts";
import { AdaptiveRate } from "./adaptive-rate.ts";
import { type BudgetedQueue, nextQueue, usableBy } from "./budgeted-queue.ts";
import { CallQueue, createQueuedCall, type QueuedCall } from "./call-queue.ts";
import { CategoryPause } from "./category-pause.ts";
import { DueTimer } from "./due-timer.ts";
import { closedError, failedError, fullError } from "./errors.ts";
import { RateBudget } from "./rate-budget.ts";
import { Watchdog } from "./watchdog.ts";

/** No turn came although calls waited; the pacing was started again. */
export interface PacingRestart {
  readonly category: Category;
  readonly waiting: number;
  /** How long no turn had come. */
  readonly silentMs: number;
}

interface CategoryLimiterOptions {
  readonly category: Category;
  readonly setPerSecond: number;
  /** The rate of each single operation, where AWS caps that below the category's. */
  readonly operationPerSecond: number | undefined;
  /** How many seconds' worth of turns may wait on behalf of callers (LIMITER-8). */
  readonly queueSeconds: number;
  readonly monotonic: MonotonicClock;
  readonly now: EpochClock;
  /** On whose behalf the running code acquires. */
  readonly origin: () => CallOrigin | undefined;
  /** Must not throw. */
  readonly onRestart: (restart: PacingRestart) => void;
  /** The rate was cut, or recovered by a step. Must not throw. */
  readonly onChange: () => void;
  /** The quota that this instance shares with others, if it does. */
  readonly shared?: SharedQuota | undefined;
}

/** A low rate still has room for a client that sends some requests side by side. */
const LEAST_ROOM = 50;

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
  readonly #rounds = { current: 0 };
  readonly #pause = new CategoryPause();
  readonly #watchdog: Watchdog;
  /** Set only while a call waits for the windows alone (LIMITER-7); a slot that fires needs no timer. */
  readonly #timer = new DueTimer(() => this.#grantDue());
  readonly #shared: SharedTurns | undefined;
  #waiting = 0;
  #granted = 0;
  #refused = 0;
  #restarts = 0;
  #nextTicket = 0;
  #closed = false;

  constructor(options: CategoryLimiterOptions) {
    this.#options = options;
    this.#rate = new AdaptiveRate(options.setPerSecond);
    this.#budget = this.#newBudget(options.setPerSecond);
    this.#watchdog = new Watchdog({
      monotonic: options.monotonic,
      needed: () => this.#waiting > 0,
      dueAt: (now) => Math.min(...this.#budgetsInUse().map((budget) => budget.overdueAt(now))),
      check: (now) => this.#restartOverdue(now),
    });
    this.#shared = options.shared?.turnsOf(options.category, this.#rate.setPerSecond, {
      onTurn: () => this.#grantDue(),
      onFraction: (fraction) => this.#lower(fraction),
    });
  }

  get setPerSecond(): number {
    return this.#rate.setPerSecond;
  }

  get waiting(): number {
    return this.#waiting;
  }

  get pausedMs(): number {
    return Math.max(0, this.#pause.endsAt - this.#options.monotonic());
  }

  get granted(): number {
    return this.#granted;
  }

  /** Calls that were refused because too many waited. */
  get refused(): number {
    return this.#refused;
  }

  /** How often the watchdog has started the pacing again. */
  get restarts(): number {
    return this.#restarts;
  }

  get throttles(): number {
    return this.#rate.throttles;
  }

  /** The rate after the recovery steps that are due. */
  currentPerSecond(): number {
    this.#recover(this.#options.monotonic());
    return this.#rate.perSecond;
  }

  acquire(operation: Operation, priority: Priority, signal: AbortSignal, callsAfter = 0): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      if (this.#closed) throw closedError();
      const queue = this.#queueOf(operation);
      const origin = this.#options.origin();
      const refusable = origin !== undefined && !origin.mustFinish;
      if (refusable) this.#makeRoom(queue, origin.caller);
      let granted = false;
      const call = createQueuedCall({
        priority,
        callsAfter,
        ticket: this.#nextTicket++,
        origin,
        refusable,
        grant: () => {
          granted = true;
          signal.removeEventListener("abort", onAbort);
          resolve();
        },
        reject: (cause) => {
          signal.removeEventListener("abort", onAbort);
          reject(cause);
        },
      });
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

  /** Throws where a call of the caller would be refused now (LIMITER-8). */
  requireRoom(caller: string): void {
    for (const queue of this.#queues.values()) {
      if (queue.calls.refusable < queue.room || queue.calls.crowdedOut(caller) !== undefined) continue;
      throw this.#full(queue);
    }
  }

  throttled(): void {
    const now = this.#options.monotonic();
    this.#recover(now);
    this.#shared?.throttled();
    if (!this.#rate.throttled(now)) return;
    this.#retune();
    this.#grantDue();
    this.#options.onChange();
  }

  /** Somebody else was throttled, until then. */
  overlimit(resetAtMs: number | undefined): void {
    this.throttled();
    if (resetAtMs === undefined) return;
    this.#pause.until(resetAtMs - this.#options.now(), this.#options.monotonic());
    this.#reschedule(this.#options.monotonic());
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
    const queue = {
      calls: new CallQueue(this.#rounds),
      budget: cap === undefined ? undefined : this.#newBudget(cap),
      room: Math.max(
        LEAST_ROOM,
        Math.floor(this.#options.queueSeconds * Math.min(cap ?? Number.POSITIVE_INFINITY, this.setPerSecond)),
      ),
    };
    queue.budget?.retune(this.#fraction());
    this.#queues.set(key, queue);
    return queue;
  }

  /** Leaves one place free for the caller, or throws (LIMITER-8). */
  #makeRoom(queue: BudgetedQueue, caller: string): void {
    if (queue.calls.refusable < queue.room) return;
    const crowdedOut = queue.calls.crowdedOut(caller);
    const error = this.#full(queue);
    if (crowdedOut === undefined) throw error;
    this.#dequeue(queue, crowdedOut);
    crowdedOut.reject(error);
  }

  #full(queue: BudgetedQueue): GovernanceError {
    this.#refused += 1;
    const cap = this.#options.operationPerSecond ?? Number.POSITIVE_INFINITY;
    const perSecond = Math.min(this.#rate.perSecond, cap * this.#fraction());
    return fullError(this.#options.category, queue.calls.length, perSecond, this.#options.now());
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
    while (this.#waiting > 0 && this.#readyAt(now) <= now) {
      const queue = nextQueue(this.#queues.values(), now);
      const candidate = queue?.calls.first();
      if (queue === undefined || candidate === undefined) break;
      const { call } = candidate;
      queue.calls.take(candidate);
      this.#waiting -= 1;
      this.#budget.spend(now);
      queue.budget?.spend(now);
      this.#shared?.take(now);
      this.#rate.turnGranted();
      this.#granted += 1;
      if (call.origin !== undefined && call.priority === "write") call.origin.mustFinish = true;
      call.grant();
    }
    this.#reschedule(now);
  }

  /** When the category allows the next turn, and the quota that is shared too. */
  #readyAt(now: MonotonicMs): MonotonicMs {
    const readyAt = Math.max(this.#budget.readyAt(now), this.#pause.endsAt);
    // Only a call that waits for nothing else waits for the others.
    if (this.#shared === undefined || readyAt > now) return readyAt;
    return this.#shared.readyAt(now);
  }

  /** Orders slots for the waiting calls, limits what is left over, and sets the timer for the next turn. */
  #reschedule(now: MonotonicMs): void {
    if (this.#waiting === 0) this.#budget.capSurplus();
    this.#budget.orderSlots(this.#waiting);
    this.#shared?.demand(usableBy(this.#pause.endsAt > now ? [] : this.#queues.values(), now));
    const readyAt = this.#readyAt(now);
    let nextAt = Number.POSITIVE_INFINITY;
    for (const { calls, budget } of this.#queues.values()) {
      if (calls.length === 0) budget?.capSurplus();
      budget?.orderSlots(calls.length);
      if (calls.length > 0) nextAt = Math.min(nextAt, Math.max(readyAt, budget?.readyAt(now) ?? now));
    }
    this.#timer.set(nextAt, now);
    if (this.#waiting === 0) this.#watchdog.stop();
    else this.#watchdog.start();
  }

  #budgetsInUse(): readonly RateBudget[] {
    const used = [this.#budget];
    for (const { calls, budget } of this.#queues.values()) {
      if (calls.length > 0 && budget !== undefined) used.push(budget);
    }
    return used;
  }

  /** The last resort: whatever stopped the slots, the category goes on (LIMITER-10). */
  #restartOverdue(now: MonotonicMs): void {
    const overdue = this.#budgetsInUse().filter((budget) => budget.overdueMs(now) > 0);
    if (overdue.length === 0) return;
    const silentMs = Math.max(...overdue.map((budget) => budget.overdueMs(now)));
    for (const budget of overdue) budget.restart(now);
    this.#restarts += 1;
    this.#options.onRestart({ category: this.#options.category, waiting: this.#waiting, silentMs });
    this.#grantDue();
  }

  #recover(now: MonotonicMs): void {
    if (!this.#rate.recovered(now)) return;
    this.#retune();
    this.#options.onChange();
  }

  /** Another instance of the shared quota was throttled. */
  #lower(fraction: number): void {
    const now = this.#options.monotonic();
    this.#recover(now);
    if (!this.#rate.lowerTo(fraction * this.#rate.setPerSecond, now)) return;
    this.#retune();
    this.#options.onChange();
  }

  #retune(): void {
    const fraction = this.#fraction();
    this.#shared?.paced(fraction);
    this.#budget.retune(fraction);
    for (const { budget } of this.#queues.values()) budget?.retune(fraction);
  }

  #fraction(): number {
    return this.#rate.perSecond / this.#rate.setPerSecond;
  }

  #rejectAll(error: GovernanceError): void {
    for (const queue of this.#queues.values()) {
      for (let first = queue.calls.first(); first !== undefined; first = queue.calls.first()) {
        this.#dequeue(queue, first.call);
        first.call.reject(error);
      }
    }
    if (this.#closed) {
      this.#timer.stop();
      this.#watchdog.stop();
    } else this.#reschedule(this.#options.monotonic());
  }
}
