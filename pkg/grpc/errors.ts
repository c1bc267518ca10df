import { Buffer } from "node:buffer";
import { create, type DescMethod, toBinary } from "@bufbuild/protobuf";
import { type Any, anyPack, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Metadata, status } from "@grpc/grpc-js";
import { type ErrorCode, GovernanceError } from "../core/errors.ts";
import { clipBytes } from "../core/text.ts";
import {
  RateLimitDescription_Status,
  RateLimitDescriptionSchema,
} from "../gen/c1/connector/v2/annotation_ratelimit_pb.ts";
import { GrantManagerService } from "../gen/c1/connector/v2/grant_pb.ts";
import { ErrorInfoSchema } from "../gen/google/rpc/error_details_pb.ts";
import { StatusSchema } from "../gen/google/rpc/status_pb.ts";

/** How an RPC ended, as it goes into the trailers. */
export interface CallStatus {
  readonly code: status;
  readonly details: string;
  readonly metadata?: Metadata;
}

/**
 * The gRPC code of each failure. Baton's syncer retries only `UNAVAILABLE` and `DEADLINE_EXCEEDED` and gives up at
 * `RESOURCE_EXHAUSTED`, so a throttle is not one (D7).
 */
export const GRPC_CODE = {
  "invalid-argument": status.INVALID_ARGUMENT,
  unauthenticated: status.UNAUTHENTICATED,
  "permission-denied": status.PERMISSION_DENIED,
  "not-found": status.NOT_FOUND,
  "already-exists": status.ALREADY_EXISTS,
  "failed-precondition": status.FAILED_PRECONDITION,
  aborted: status.ABORTED,
  throttled: status.UNAVAILABLE,
  unavailable: status.UNAVAILABLE,
  "deadline-exceeded": status.DEADLINE_EXCEEDED,
  canceled: status.CANCELLED,
  unimplemented: status.UNIMPLEMENTED,
  "resource-exhausted": status.RESOURCE_EXHAUSTED,
  "data-loss": status.DATA_LOSS,
  internal: status.INTERNAL,
  "refused-by-guard": status.FAILED_PRECONDITION,
} as const satisfies Record<ErrorCode, status>;

export const STATUS_OK: CallStatus = { code: status.OK, details: "OK" };

/** A failure without a code, which clients see as `UNKNOWN`. A few stubs of the Baton SDK answer like that. */
export class UncodedError extends Error {
  override readonly name = "UncodedError";
}

/** Common clients accept 64 KiB of headers. The text is there twice, and one character may take twelve bytes. */
const MAX_MESSAGE_BYTES = 2048;

/** The status of a failed call: the message of the error, and the details that Baton's client understands. */
export function callStatusOf(failure: GovernanceError | UncodedError, method?: DescMethod): CallStatus {
  // The library percent-encodes with encodeURI, which throws on half a surrogate pair.
  const details = clipBytes(failure.message.toWellFormed(), MAX_MESSAGE_BYTES);
  if (!(failure instanceof GovernanceError)) return { code: status.UNKNOWN, details };
  const code = GRPC_CODE[failure.code];
  const isTemporary =
    failure.code === "throttled" || (failure.code === "unavailable" && failure.retryAt !== undefined);
  if (isTemporary) return { code, details, metadata: overLimit(code, details, failure.retryAt) };
  if (failure.code === "refused-by-guard" && method === GrantManagerService.method.grant) {
    return { code, details, metadata: grantCancelled(code, details) };
  }
  return { code, details };
}

/** The detail by which the Baton SDK tells a grant that a rule refused from a grant that failed. */
function grantCancelled(code: status, reason: string): Metadata {
  const info = create(ErrorInfoSchema, {
    reason: "grant_cancelled",
    domain: "github.com/conductorone/baton-sdk",
    metadata: { reason },
  });
  return statusDetails(code, reason, anyPack(ErrorInfoSchema, info));
}

/**
 * `grpc-status-details-bin` with a RateLimitDescription: when nothing remains, Baton's client waits until `reset_at`
 * (60 s at most) and tries again; without that time it chooses how long it waits.
 */
function overLimit(code: status, message: string, retryAt: Date | undefined): Metadata {
  const description = create(RateLimitDescriptionSchema, {
    status: RateLimitDescription_Status.OVERLIMIT,
    remaining: 0n,
    ...(retryAt === undefined ? {} : { resetAt: timestampFromDate(retryAt) }),
  });
  return statusDetails(code, message, anyPack(RateLimitDescriptionSchema, description));
}

function statusDetails(code: status, message: string, detail: Any): Metadata {
  const detailed = create(StatusSchema, { code, message, details: [detail] });
  const metadata = new Metadata();
  metadata.set("grpc-status-details-bin", Buffer.from(toBinary(StatusSchema, detailed)));
  return metadata;
}
