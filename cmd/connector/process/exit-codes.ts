import { type ErrorCode, GovernanceError } from "../../../pkg/core/errors.ts";

export const OK = 0;
/** Stopped by a signal, or given up. */
export const CANCELED = 1;
export const BAD_USAGE = 2;
/** Something came out, but not all. */
export const PARTIAL = 20;
const REFUSED_BY_GUARD = 21;

// D19: the number of the gRPC code, but 2 for whatever was asked wrongly and 21 where a guard refused.
const EXIT_CODES = {
  "invalid-argument": BAD_USAGE,
  unauthenticated: 16,
  "permission-denied": 7,
  "not-found": 5,
  "already-exists": 6,
  "failed-precondition": 9,
  aborted: 10,
  throttled: 14,
  unavailable: 14,
  "deadline-exceeded": 4,
  canceled: CANCELED,
  unimplemented: 12,
  "resource-exhausted": 8,
  "data-loss": 15,
  internal: 13,
  "refused-by-guard": REFUSED_BY_GUARD,
} as const satisfies Record<ErrorCode, number>;

export function exitCodeOf(error: unknown): number {
  return EXIT_CODES[GovernanceError.from(error).code];
}
