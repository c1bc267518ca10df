import { Buffer } from "node:buffer";
import { create, type DescMethod, toBinary } from "@bufbuild/protobuf";
import { type Any, anyPack, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Metadata, status } from "@grpc/grpc-js";
import { type ErrorCode, GovernanceError } from "../core/errors.ts";
import {
  RateLimitDescription_Status,
  RateLimitDescriptionSchema,
} from "../gen/c1/connector/v2/annotation_ratelimit_pb.ts";
import { GrantManagerService } from "../gen/c1/connector/v2/grant_pb.ts";
import { ErrorInfoSchema } from "../gen/google/rpc/error_details_pb.ts";
import { StatusSchema } from "../gen/google/rpc/status_pb.ts";
import { clipBytes } from "../protocol/text.ts";

/** How an RPC ended, as it goes into the trailers. */
export interface CallStatus {
  readonly code: status;
  readonly details: string;
  readonly metadata?: Metadata;
}

/**
 * The gRPC code of each failure. The field's syncer retries `UNAVAILABLE` and `DEADLINE_EXCEEDED` only and gives up at
 * `RESOURCE_EXHAUSTED`, so a throttle must not be one (D7).
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

export const OK: CallStatus = { code: status.OK, details: "OK" };

/** An answer without a code of ours: the field's stubs have a few that carry none, which clients see as `UNKNOWN`. */
export class UncodedError extends Error {
  override readonly name = "UncodedError";
}

/** Headers are limited to 64 KiB on common clients, and a character may take twelve bytes there, twice. */
const MAX_MESSAGE_BYTES = 2048;

/** The status of a failed call: the error's own line, and what its details tell a client of the field. */
export function statusOf(failure: GovernanceError | UncodedError, method?: DescMethod): CallStatus {
  // The library percent-encodes with encodeURI, which throws on half a surrogate pair.
  const details = clipBytes(failure.message.toWellFormed(), MAX_MESSAGE_BYTES);
  if (!(failure instanceof GovernanceError)) return { code: status.UNKNOWN, details };
  const code = GRPC_CODE[failure.code];
  const comesBack =
    failure.code === "throttled" || (failure.code === "unavailable" && failure.retryAt !== undefined);
  if (comesBack) return { code, details, metadata: overLimit(code, details, failure.retryAt) };
  if (failure.code === "refused-by-guard" && method === GrantManagerService.method.grant) {
    return { code, details, metadata: grantCancelled(code, details) };
  }
  return { code, details };
}

/** A grant that is refused on purpose, in the words by which the field's SDK tells it from one that failed. */
function grantCancelled(code: status, reason: string): Metadata {
  const info = create(ErrorInfoSchema, {
    reason: "grant_cancelled",
    domain: "github.com/conductorone/baton-sdk",
    metadata: { reason },
  });
  return statusDetails(code, reason, anyPack(ErrorInfoSchema, info));
}

/**
 * `grpc-status-details-bin` with a RateLimitDescription: with nothing remaining, the field's client waits until
 * `reset_at` (60 s at most) and tries again; without that time it waits as long as it pleases.
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
