import { type ErrorCode, GovernanceError } from "../../../pkg/core/errors.ts";

export const OK = 0;
/** Stopped by a signal, or canceled. */
export const CANCELED = 1;
export const BAD_USAGE = 2;
/** A failure without a code, as gRPC numbers it. */
export const UNKNOWN = 2;
/** Only a part of the output or of the changes was made. */
export const PARTIAL = 20;
const REFUSED_BY_GUARD = 21;
/** `diff` has found a difference. */
export const DIFFERENT = 22;

// D19: the number of the gRPC code, except 2 for bad usage and 21 for a refusal by the provisioning policy. 20 and 22 have no code.
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
