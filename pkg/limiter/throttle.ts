import type { CallOrigin } from "../core/call-origin.ts";
import type { EpochClock, MonotonicClock } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";
import {
  CATEGORY_OF,
  type Category,
  DEFAULT_PER_SECOND,
  type Operation,
  QUOTAS,
} from "../core/operations.ts";
import type { SharedQuota } from "../core/shared-quota.ts";
import type { Throttle } from "../core/throttle.ts";
import { CategoryLimiter, type PacingRestart } from "./category-limiter.ts";

export interface ThrottleOptions {
  /** Turns per second by category, default DEFAULT_PER_SECOND (D6). Rounded down to whole turns per ten seconds. */
  readonly rates?: { readonly [C in Category]?: number | undefined };
  /** How many seconds' worth of turns may wait on behalf of callers, default 60 (LIMITER-8). */
  readonly queueSeconds?: number | undefined;
  readonly monotonic: MonotonicClock;
  /** For the time at which a refused call may be tried again. */
  readonly now: EpochClock;
  /** On whose behalf the running code acquires; by default nobody's, whose calls are not refused. */
  readonly origin?: () => CallOrigin | undefined;
  /** No turn came although calls waited, and the pacing was started again. Must not throw. */
  readonly onRestart?: (restart: PacingRestart) => void;
  /** The rate of a category was cut, or recovered by a step. Steps are taken when a turn is acquired. Must not throw. */
  readonly onChange?: (status: CategoryStatus) => void;
  /** The quota that this instance shares with others; by default it has the rates for itself. */
  readonly shared?: SharedQuota | undefined;
}

export interface CategoryStatus {
  readonly category: Category;
  readonly setPerSecond: number;
  /** Less than the set rate after AWS has throttled calls. */
  readonly currentPerSecond: number;
  readonly waiting: number;
  /** No call starts for so long, in milliseconds, since somebody else was throttled. */
  readonly pausedMs: number;
  /** Turns granted so far. */
  readonly granted: number;
  /** How often AWS has throttled a call so far. */
  readonly throttles: number;
  /** Calls that were refused so far because too many waited. */
  readonly refused: number;
  /** How often the pacing was started again because no turn came. */
  readonly restarts: number;
}

const QUEUE_SECONDS = 60;

export interface QuotaThrottle extends Throttle {
  /** One entry for each category, in the order of the quota table. */
  status(): readonly CategoryStatus[];
  /**
   * AWS has throttled somebody else's call of the operation and said when to go on. Counts as a throttle, and no call of the
   * category starts until then, for a minute at most; then the next such time is not heeded for as long again.
   */
  overlimit(operation: Operation, resetAtMs: number | undefined): void;
  /**
   * Throws where a call on behalf of the caller would be refused now, in any category: for work that costs something
   * before its first call. Does nothing without a caller.
   */
  requireRoom(): void;
  /** Rejects waiting and later calls with `canceled`. Leaves nothing that keeps the process alive. */
  close(): Promise<void>;
}

/**
 * Grants turns to call AWS, at one rate per quota category, and per operation where AWS caps that too. DESIGN.md states
 * the guarantees. A rate that is not above zero is `invalid-argument`.
 */
export function createThrottle(options: ThrottleOptions): QuotaThrottle {
  const limiters = new Map<Category, CategoryLimiter>();
  for (const category of Object.keys(QUOTAS).filter(isCategory)) limiters.set(category, newLimiter(category));

  function newLimiter(category: Category): CategoryLimiter {
    const setPerSecond = options.rates?.[category] ?? DEFAULT_PER_SECOND;
    if (!Number.isFinite(setPerSecond) || setPerSecond <= 0) {
      throw new GovernanceError(
        "invalid-argument",
        `the rate of ${category} must be a number of requests per second above 0, got ${setPerSecond}`,
      );
    }
    const cap = QUOTAS[category].poolOperationPerSecond;
    return new CategoryLimiter({
      category,
      setPerSecond,
      // A category that is not faster than the cap keeps the cap by itself.
      operationPerSecond: cap !== undefined && cap < setPerSecond ? cap : undefined,
      queueSeconds: options.queueSeconds ?? QUEUE_SECONDS,
      monotonic: options.monotonic,
      now: options.now,
      origin: options.origin ?? (() => undefined),
      onRestart: (restart) => options.onRestart?.(restart),
      onChange: () => options.onChange?.(categoryStatus(category, limiterOf(category))),
      shared: options.shared,
    });
  }

  function limiterOf(category: Category): CategoryLimiter {
    const limiter = limiters.get(category);
    if (limiter === undefined)
      throw new GovernanceError("internal", `no quota is known for category ${category}`);
    return limiter;
  }

  return {
    acquire: (operation: Operation, priority, signal, callsAfter) =>
      limiterOf(CATEGORY_OF[operation]).acquire(operation, priority, signal, callsAfter),
    throttled: (operation) => limiterOf(CATEGORY_OF[operation]).throttled(),
    overlimit: (operation, resetAtMs) => limiterOf(CATEGORY_OF[operation]).overlimit(resetAtMs),
    status: () => [...limiters].map(([category, limiter]) => categoryStatus(category, limiter)),
    requireRoom() {
      const origin = options.origin?.();
      if (origin === undefined || origin.mustFinish) return;
      for (const limiter of limiters.values()) limiter.requireRoom(origin.caller);
    },
    async close() {
      await Promise.all([...limiters.values()].map((limiter) => limiter.close()));
    },
  };
}

function isCategory(name: string): name is Category {
  return Object.hasOwn(QUOTAS, name);
}

function categoryStatus(category: Category, limiter: CategoryLimiter): CategoryStatus {
  return {
    category,
    setPerSecond: limiter.setPerSecond,
    currentPerSecond: limiter.currentPerSecond(),
    waiting: limiter.waiting,
    pausedMs: limiter.pausedMs,
    granted: limiter.granted,
    throttles: limiter.throttles,
    refused: limiter.refused,
    restarts: limiter.restarts,
  };
}
