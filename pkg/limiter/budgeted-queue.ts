import type { MonotonicMs } from "../core/clock.ts";
import type { WaitingCalls } from "../core/shared-quota.ts";
import { type CallQueue, type Candidate, goesBefore } from "./call-queue.ts";
import type { RateBudget } from "./rate-budget.ts";

/** Calls that wait for the same budgets: those of one operation where operations are capped, else of the category. */
export interface BudgetedQueue {
  readonly calls: CallQueue;
  readonly budget: RateBudget | undefined;
  /** How many of the calls may be refusable (LIMITER-8). */
  readonly room: number;
}

/** The queue of the call that goes first, among those whose own budget allows a turn now. */
export function nextQueue(queues: Iterable<BudgetedQueue>, now: MonotonicMs): BudgetedQueue | undefined {
  let best: BudgetedQueue | undefined;
  let first: Candidate | undefined;
  for (const queue of queues) {
    const candidate = queue.calls.first();
    if (candidate === undefined || (queue.budget?.readyAt(now) ?? now) > now) continue;
    if (first !== undefined && goesBefore(first, candidate)) continue;
    best = queue;
    first = candidate;
  }
  return best;
}

/** The calls that could use a turn of the shared quota. Under a cap of the operation that is one at a time (LIMITER-5). */
export function usableBy(queues: Iterable<BudgetedQueue>, now: MonotonicMs): WaitingCalls {
  let [writes, others, background] = [0, 0, 0];
  for (const { calls, budget } of queues) {
    if (budget !== undefined && budget.readyAt(now) > now) continue;
    const waiting = calls.waiting();
    const most = budget === undefined ? Number.POSITIVE_INFINITY : 1;
    writes += Math.min(most, waiting.writes);
    others += Math.min(most, waiting.others);
    background += Math.min(most, waiting.background);
  }
  return { writes, others, background };
}
