import { create, type DescMethod } from "@bufbuild/protobuf";
import { type Any, anyPack, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type ErrorCode, GovernanceError } from "../core/errors.ts";
import { clipBytes } from "../core/text.ts";
import {
  RateLimitDescription_Status,
  RateLimitDescriptionSchema,
} from "../gen/c1/connector/v2/annotation_ratelimit_pb.ts";
import { GrantManagerService } from "../gen/c1/connector/v2/grant_pb.ts";
import { ErrorInfoSchema } from "../gen/google/rpc/error_details_pb.ts";
import { type Status, StatusSchema } from "../gen/google/rpc/status_pb.ts";

/** The status codes of gRPC by their names. */
export const RPC_CODES = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

/**
 * The code of each failure. Baton's syncer retries only `UNAVAILABLE` and `DEADLINE_EXCEEDED` and gives up at
 * `RESOURCE_EXHAUSTED`, so a throttle is not one (D7).
 */
export const RPC_CODE = {
  "invalid-argument": RPC_CODES.INVALID_ARGUMENT,
  unauthenticated: RPC_CODES.UNAUTHENTICATED,
  "permission-denied": RPC_CODES.PERMISSION_DENIED,
  "not-found": RPC_CODES.NOT_FOUND,
  "already-exists": RPC_CODES.ALREADY_EXISTS,
  "failed-precondition": RPC_CODES.FAILED_PRECONDITION,
  aborted: RPC_CODES.ABORTED,
  throttled: RPC_CODES.UNAVAILABLE,
  unavailable: RPC_CODES.UNAVAILABLE,
  "deadline-exceeded": RPC_CODES.DEADLINE_EXCEEDED,
  canceled: RPC_CODES.CANCELLED,
  unimplemented: RPC_CODES.UNIMPLEMENTED,
  "resource-exhausted": RPC_CODES.RESOURCE_EXHAUSTED,
  "data-loss": RPC_CODES.DATA_LOSS,
  internal: RPC_CODES.INTERNAL,
  "refused-by-guard": RPC_CODES.FAILED_PRECONDITION,
} as const satisfies Record<ErrorCode, number>;

/** A failure without a code, which clients see as `UNKNOWN`. A few stubs of the Baton SDK answer like that. */
export class UncodedError extends Error {
  override readonly name = "UncodedError";
}

/** After an abort the handler's error is only a consequence of it, so the reason of the abort is the failure. */
export function failureOf(error: unknown, signal: AbortSignal): GovernanceError | UncodedError {
  if (signal.aborted) {
    const { code, message } = GovernanceError.from(signal.reason);
    return new GovernanceError(code, message, { cause: error });
  }
  return error instanceof UncodedError ? error : GovernanceError.from(error);
}

/** Common clients accept 64 KiB of headers. The text is there twice, and one character may take twelve bytes. */
const MAX_MESSAGE_BYTES = 2048;

/** The status of a failed RPC: its code, the message of the error, and the details that Baton's client understands. */
export function rpcStatusOf(failure: GovernanceError | UncodedError, method?: DescMethod): Status {
  // grpc-js percent-encodes with encodeURI, which throws on half a surrogate pair.
  const message = clipBytes(failure.message.toWellFormed(), MAX_MESSAGE_BYTES);
  if (!(failure instanceof GovernanceError)) {
    return create(StatusSchema, { code: RPC_CODES.UNKNOWN, message });
  }
  return create(StatusSchema, {
    code: RPC_CODE[failure.code],
    message,
    details: detailsOf(failure, message, method),
  });
}

function detailsOf(failure: GovernanceError, message: string, method: DescMethod | undefined): Any[] {
  const isTemporary =
    failure.code === "throttled" || (failure.code === "unavailable" && failure.retryAt !== undefined);
  if (isTemporary) return [overLimit(failure.retryAt)];
  if (failure.code === "refused-by-guard" && method === GrantManagerService.method.grant) {
    return [grantCancelled(message)];
  }
  return [];
}

/** The detail by which the Baton SDK tells a grant that a rule refused from a grant that failed. */
function grantCancelled(reason: string): Any {
  const info = create(ErrorInfoSchema, {
    reason: "grant_cancelled",
    domain: "github.com/conductorone/baton-sdk",
    metadata: { reason },
  });
  return anyPack(ErrorInfoSchema, info);
}

/**
 * When nothing remains, Baton's client waits until `reset_at` (60 s at most) and tries again; without that time it
 * chooses how long it waits.
 */
function overLimit(retryAt: Date | undefined): Any {
  const description = create(RateLimitDescriptionSchema, {
    status: RateLimitDescription_Status.OVERLIMIT,
    remaining: 0n,
    ...(retryAt === undefined ? {} : { resetAt: timestampFromDate(retryAt) }),
  });
  return anyPack(RateLimitDescriptionSchema, description);
}
