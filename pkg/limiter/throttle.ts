import type { MonotonicClock } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";
import {
  CATEGORY_OF,
  type Category,
  DEFAULT_PER_SECOND,
  type Operation,
  QUOTAS,
} from "../core/operations.ts";
import type { Throttle } from "../core/throttle.ts";
import { CategoryLimiter } from "./category-limiter.ts";

export interface ThrottleOptions {
  /** Turns per second by category; a category that is not named gets 5 (D6). Held in whole turns per ten seconds. */
  readonly rates?: { readonly [C in Category]?: number | undefined };
  readonly monotonic: MonotonicClock;
  /** A category was slowed down or came up a step; steps are taken when turns are asked for. Must not throw. */
  readonly onChange?: (status: CategoryStatus) => void;
}

export interface CategoryStatus {
  readonly category: Category;
  readonly setPerSecond: number;
  /** Less than the set rate after AWS throttled us. */
  readonly currentPerSecond: number;
  readonly waiting: number;
  /** Turns given so far. */
  readonly granted: number;
  /** How often AWS said "too fast" so far. */
  readonly throttles: number;
}

export interface QuotaThrottle extends Throttle {
  /** One entry for each category, in the order of the quota table. */
  status(): readonly CategoryStatus[];
  /** Whoever waits, or comes later, is rejected with `canceled`. Nothing keeps the process alive afterwards. */
  close(): Promise<void>;
}

/**
 * Turns by AWS quota category, each at its own rate, and by operation where AWS caps that too. DESIGN.md states what
 * is guaranteed. A rate that is not above zero is `invalid-argument`.
 */
export function createThrottle(options: ThrottleOptions): QuotaThrottle {
  const lanes = new Map<Category, CategoryLimiter>();
  for (const category of Object.keys(QUOTAS).filter(isCategory)) lanes.set(category, newLane(category));

  function newLane(category: Category): CategoryLimiter {
    const setPerSecond = options.rates?.[category] ?? DEFAULT_PER_SECOND;
    if (!Number.isFinite(setPerSecond) || setPerSecond <= 0) {
      throw new GovernanceError(
        "invalid-argument",
        `the rate of ${category} must be a number of requests per second above 0, got ${setPerSecond}`,
      );
    }
    const cap = QUOTAS[category].poolOperationPerSecond;
    return new CategoryLimiter({
      setPerSecond,
      // A category that is no faster than the cap holds it by itself.
      operationPerSecond: cap !== undefined && cap < setPerSecond ? cap : undefined,
      monotonic: options.monotonic,
      onChange: () => options.onChange?.(statusOf(category, laneOf(category))),
    });
  }

  function laneOf(category: Category): CategoryLimiter {
    const lane = lanes.get(category);
    if (lane === undefined)
      throw new GovernanceError("internal", `no quota is known for category ${category}`);
    return lane;
  }

  return {
    acquire: (operation: Operation, priority, signal) =>
      laneOf(CATEGORY_OF[operation]).acquire(operation, priority, signal),
    throttled: (operation) => laneOf(CATEGORY_OF[operation]).throttled(),
    status: () => [...lanes].map(([category, lane]) => statusOf(category, lane)),
    async close() {
      await Promise.all([...lanes.values()].map((lane) => lane.close()));
    },
  };
}

function isCategory(name: string): name is Category {
  return Object.hasOwn(QUOTAS, name);
}

function statusOf(category: Category, lane: CategoryLimiter): CategoryStatus {
  return {
    category,
    setPerSecond: lane.setPerSecond,
    currentPerSecond: lane.currentPerSecond(),
    waiting: lane.waiting,
    granted: lane.granted,
    throttles: lane.throttles,
  };
}
