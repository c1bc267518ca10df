import type { Made, Receipt } from "../../core/directory-writer.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { WriteOperation } from "../../core/operations.ts";
import { MalformedAnswer, safeRequestId } from "../failures/failure.ts";
import type { AwsAnswer, AwsCaller, CallRequest, RefineFailure } from "./call.ts";

type Send<A extends AwsAnswer> = CallRequest<A, unknown>["send"];

/** Calls that change the pool. They take precedence over reads, and end with `outcome-unknown` if AWS may have acted. */
export interface WriteCaller {
  /** For an operation whose answer is empty. */
  send<A extends AwsAnswer>(operation: WriteOperation, send: Send<A>, signal: AbortSignal): Promise<Receipt>;
  /** For an operation that returns what it made, in member `what` of its answer. */
  sendForResult<A extends AwsAnswer, T>(
    operation: WriteOperation,
    what: "User" | "Group",
    send: Send<A>,
    read: (answer: A) => T | undefined,
    signal: AbortSignal,
  ): Promise<Made<T>>;
}

/** `refineFailure` makes the hook of each call. */
export function createWriteCaller(
  caller: AwsCaller,
  refineFailure?: (operation: WriteOperation, signal: AbortSignal) => RefineFailure,
): WriteCaller {
  return {
    send: (operation, send, signal) =>
      caller.call(
        {
          operation,
          priority: "write",
          send,
          parse: receiptOf,
          refineFailure: refineFailure?.(operation, signal),
        },
        signal,
      ),

    sendForResult: (operation, what, send, read, signal) =>
      caller.call(
        {
          operation,
          priority: "write",
          send,
          parse: (answer) => ({ ...receiptOf(answer), made: parsedResult(what, () => read(answer)) }),
          refineFailure: refineFailure?.(operation, signal),
        },
        signal,
      ),
  };
}

function receiptOf({ $metadata }: AwsAnswer): Receipt {
  return { requestId: safeRequestId($metadata.requestId) };
}

/** An answer that cannot be parsed is no rejection: AWS has made the change, and only the confirmation is lost. */
function parsedResult<T>(what: string, read: () => T | undefined): T {
  let value: T | undefined;
  try {
    value = read();
  } catch (error) {
    if (!(error instanceof GovernanceError)) throw error;
  }
  if (value === undefined) throw new MalformedAnswer(`a usable ${what}`);
  return value;
}
