import { Buffer } from "node:buffer";
import { type DescMethod, toBinary } from "@bufbuild/protobuf";
import { Metadata, status } from "@grpc/grpc-js";
import type { GovernanceError } from "../core/errors.ts";
import { StatusSchema } from "../gen/google/rpc/status_pb.ts";
import { rpcStatusOf, type UncodedError } from "../rpc/status.ts";

/** How an RPC ended, as it goes into the trailers. */
export interface CallStatus {
  readonly code: status;
  readonly details: string;
  readonly metadata?: Metadata;
}

/** The library wants its own enum. */
const LIBRARY_CODES: ReadonlyMap<number, status> = new Map(
  Object.values(status).flatMap((code) => (typeof code === "number" ? [[code, code]] : [])),
);

export const STATUS_OK: CallStatus = { code: status.OK, details: "OK" };

/** The status of a failed call. The details that Baton's client understands go into `grpc-status-details-bin`. */
export function callStatusOf(failure: GovernanceError | UncodedError, method?: DescMethod): CallStatus {
  const rpcStatus = rpcStatusOf(failure, method);
  const { message } = rpcStatus;
  const code = LIBRARY_CODES.get(rpcStatus.code) ?? status.UNKNOWN;
  if (rpcStatus.details.length === 0) return { code, details: message };
  const metadata = new Metadata();
  metadata.set("grpc-status-details-bin", Buffer.from(toBinary(StatusSchema, rpcStatus)));
  return { code, details: message, metadata };
}
