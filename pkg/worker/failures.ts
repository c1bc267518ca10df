import { type ErrorCode, type ErrorReason, GovernanceError } from "../core/errors.ts";
import { errnoOf } from "../core/unknown.ts";

/** A failure as data: a clone of an error would lose its class and its members. */
export interface PackedFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly reason: ErrorReason | undefined;
  readonly retryAt: Date | undefined;
  readonly requestId: string | undefined;
  readonly appliedEffects: readonly string[];
  /** Outermost first. */
  readonly causes: readonly PackedCause[];
}

interface PackedCause {
  readonly name: string;
  readonly message: string;
  readonly errno: string;
  readonly stack: string | undefined;
}

const MAX_CAUSES = 8;

export function packFailure(error: unknown): PackedFailure {
  const { code, message, reason, retryAt, requestId, appliedEffects, cause } = GovernanceError.from(error);
  const causes: PackedCause[] = [];
  for (let one = cause; one instanceof Error && causes.length < MAX_CAUSES; one = one.cause) {
    causes.push({ name: one.name, message: one.message, errno: errnoOf(one), stack: one.stack });
  }
  return { code, message, reason, retryAt, requestId, appliedEffects, causes };
}

export function unpackFailure({ code, message, causes, ...details }: PackedFailure): GovernanceError {
  const cause = causes.reduceRight<Error | undefined>(causeOf, undefined);
  return new GovernanceError(code, message, { ...details, cause });
}

function causeOf(inner: Error | undefined, { name, message, errno, stack }: PackedCause): Error {
  const error = new Error(message, inner === undefined ? undefined : { cause: inner });
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return errno === "" ? error : Object.assign(error, { code: errno });
}
