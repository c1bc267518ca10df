/**
 * The closed set of failures. Every edge (gRPC code, exit code) has one total table over it, so a new code breaks
 * the build where nobody has decided what it means.
 */
export const ERROR_CODES = [
  "invalid-argument",
  "unauthenticated",
  "permission-denied",
  "not-found",
  "already-exists",
  "failed-precondition",
  "aborted",
  "throttled",
  "unavailable",
  "deadline-exceeded",
  "canceled",
  "unimplemented",
  "resource-exhausted",
  "data-loss",
  "internal",
  "refused-by-guard",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * What code branches on where the error code is too coarse: `marker-refused` restarts a listing from its first page,
 * `group-gone` drops one group, `pool-missing` ends everything, `replica` is a read-only secondary Region, `iam-denied` is
 * a missing IAM action and not the state of a user.
 *
 * Of writes: `outcome-unknown` may have been done or not and is settled by reading; `delivery-failed` and
 * `trigger-failed` too, since Cognito runs both after it has created the user. `user-exists`, `alias-exists` and
 * `group-exists` are names in use, `password-refused` breaks the policy, `password-reused` its history. With
 * `request-refused` AWS rejected the request, and only its text tells why. `plan-changed`: a batch is no longer
 * what was planned.
 *
 * `feature-off`: the pool does not have the feature that the operation belongs to. `not-searchable`: no filter of Cognito
 * can contain the value, so nothing was asked. `no-inventory`: no sync has filled one at this place yet. `own-files`: a file
 * that the connector keeps on this machine is damaged, locked, full or not ours to write.
 */
export const ERROR_REASONS = [
  "marker-refused",
  "group-gone",
  "user-gone",
  "pool-missing",
  "replica",
  "iam-denied",
  "user-state",
  "outcome-unknown",
  "delivery-failed",
  "trigger-failed",
  "user-exists",
  "alias-exists",
  "group-exists",
  "group-limit",
  "password-refused",
  "password-reused",
  "feature-off",
  "not-searchable",
  "no-inventory",
  "request-refused",
  "plan-changed",
  "own-files",
] as const;

export type ErrorReason = (typeof ERROR_REASONS)[number];

export interface ErrorDetails {
  readonly cause?: unknown;
  readonly reason?: ErrorReason | undefined;
  /** When a throttled or unavailable call may be tried again. */
  readonly retryAt?: Date | undefined;
  /** The AWS request id, for a support case. */
  readonly requestId?: string | undefined;
  /** Of a change that stopped half way: what has already been done in the pool, one line each. */
  readonly appliedEffects?: readonly string[] | undefined;
  /** Of a change that may have been made: the message for when a read has shown that it was not. */
  readonly notMadeMessage?: string | undefined;
}

/**
 * Failures of which a peer can cause thousands a second, and which are not a fault of the program. The stack of each would take
 * longer to write than the refusal itself, and nobody reads it.
 */
const WITHOUT_STACK: ReadonlySet<ErrorCode> = new Set([
  "unauthenticated",
  "permission-denied",
  "throttled",
  "unavailable",
  "deadline-exceeded",
  "canceled",
  "resource-exhausted",
]);

/** The only error that crosses a package boundary. The message is one line: what failed, why, and the cure. */
export class GovernanceError extends Error {
  override readonly name = "GovernanceError";
  readonly code: ErrorCode;
  readonly reason: ErrorReason | undefined;
  readonly retryAt: Date | undefined;
  readonly requestId: string | undefined;
  readonly appliedEffects: readonly string[];
  readonly notMadeMessage: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    const limit = Error.stackTraceLimit;
    if (WITHOUT_STACK.has(code)) Error.stackTraceLimit = 0;
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    Error.stackTraceLimit = limit;
    this.code = code;
    this.reason = details.reason;
    this.retryAt = details.retryAt;
    this.requestId = details.requestId;
    this.appliedEffects = details.appliedEffects ?? [];
    this.notMadeMessage = details.notMadeMessage;
  }

  /** The same failure with another message or other details. What is not named stays as it is. */
  with(change: ErrorDetails & { readonly message?: string }): GovernanceError {
    const { code, cause, reason, retryAt, requestId, appliedEffects, notMadeMessage } = this;
    const { message = this.message, ...details } = change;
    return new GovernanceError(code, message, {
      cause,
      reason,
      retryAt,
      requestId,
      appliedEffects,
      notMadeMessage,
      ...details,
    });
  }

  /**
   * The way in for foreign values. An abort becomes `canceled` (or `deadline-exceeded` for a timeout signal), anything
   * unknown becomes `internal` with the original kept as cause, whose text must not leave the process.
   */
  static from(value: unknown): GovernanceError {
    if (value instanceof GovernanceError) return value;
    if (value instanceof Error && value.name === "AbortError") {
      return new GovernanceError("canceled", "the caller gave up before the call was made", { cause: value });
    }
    if (value instanceof Error && value.name === "TimeoutError") {
      return new GovernanceError("deadline-exceeded", "the call took longer than its deadline", {
        cause: value,
      });
    }
    return new GovernanceError("internal", "internal error: see the log of the connector", { cause: value });
  }
}
