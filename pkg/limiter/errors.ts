import type { EpochMs } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";
import type { Category } from "../core/operations.ts";

export function closedError(): GovernanceError {
  return new GovernanceError("canceled", "the connector is shutting down: the call was not made");
}

export function failedError(cause: unknown): GovernanceError {
  return new GovernanceError("internal", "the rate limiter failed: the call was not made", { cause });
}

/** Too many calls wait (LIMITER-8). */
export function fullError(
  category: Category,
  waiting: number,
  perSecond: number,
  now: EpochMs,
): GovernanceError {
  const retryAt = new Date(now + Math.min(Math.ceil((waiting / perSecond) * 1000), MAX_RETRY_MS));
  return new GovernanceError(
    "unavailable",
    `the call was not made: ${waiting} calls wait already for the ${perSecond.toFixed(1)} requests a second of ${category}; try again at ${retryAt.toISOString()}`,
    { retryAt },
  );
}

/** Baton's client waits no longer. */
const MAX_RETRY_MS = 60_000;
