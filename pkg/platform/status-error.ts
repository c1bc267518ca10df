import { type ErrorCode, GovernanceError } from "../core/errors.ts";
import { clipBytes } from "../core/text.ts";
import { RPC_CODES } from "../rpc/status.ts";

const CODES_OF_PLATFORM: Readonly<Record<number, ErrorCode>> = {
  [RPC_CODES.CANCELLED]: "canceled",
  [RPC_CODES.INVALID_ARGUMENT]: "invalid-argument",
  [RPC_CODES.DEADLINE_EXCEEDED]: "deadline-exceeded",
  [RPC_CODES.NOT_FOUND]: "not-found",
  [RPC_CODES.ALREADY_EXISTS]: "already-exists",
  [RPC_CODES.PERMISSION_DENIED]: "permission-denied",
  [RPC_CODES.RESOURCE_EXHAUSTED]: "resource-exhausted",
  [RPC_CODES.FAILED_PRECONDITION]: "failed-precondition",
  [RPC_CODES.ABORTED]: "aborted",
  [RPC_CODES.UNIMPLEMENTED]: "unimplemented",
  [RPC_CODES.UNAVAILABLE]: "unavailable",
  [RPC_CODES.DATA_LOSS]: "data-loss",
  [RPC_CODES.UNAUTHENTICATED]: "unauthenticated",
};

const MAX_DETAIL_BYTES = 500;

/**
 * A status of the platform as an error of ours. Codes that say nothing (`UNKNOWN`, `INTERNAL`) become `internal`. The
 * platform may quote the token of the call in its text, which is logged: it is left out.
 */
export function platformError(
  method: string,
  { code, details }: { readonly code: number; readonly details: string },
  authorization: string,
): GovernanceError {
  // Before the text is cut: the beginning of a token would not be found any more.
  const said = without(authorization, details)
    .replaceAll(/[\p{Cc}\p{Cf}]+/gu, " ")
    .trim();
  return new GovernanceError(
    CODES_OF_PLATFORM[code] ?? "internal",
    `${method}: the platform answers ${said === "" ? `code ${code}` : clipBytes(said, MAX_DETAIL_BYTES)}`,
  );
}

function without(authorization: string, text: string): string {
  const [, token = authorization] = authorization.split(" ");
  return text.replaceAll(token, "***");
}
