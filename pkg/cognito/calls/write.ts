import type { Made, Receipt } from "../../core/directory-writer.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { WriteOperation } from "../../core/operations.ts";
import { MalformedAnswer, safeRequestId } from "../failures/failure.ts";
import type { AwsAnswer, AwsCaller, CallRequest, RefineFailure } from "./call.ts";

type Send<A extends AwsAnswer> = CallRequest<A, unknown>["send"];

/** Makes calls that change the pool. They go before reads, and end with `outcome-unknown` where they may have worked unseen. */
export interface WriteCaller {
  /** Of an operation whose answer is empty. */
  send<A extends AwsAnswer>(operation: WriteOperation, send: Send<A>, signal: AbortSignal): Promise<Receipt>;
  /** Of an operation that tells what it made, as member `what` of its answer. */
  sendForResult<A extends AwsAnswer, T>(
    operation: WriteOperation,
    what: "User" | "Group",
    send: Send<A>,
    read: (answer: A) => T | undefined,
    signal: AbortSignal,
  ): Promise<Made<T>>;
}

/** `judge` looks into the failure of each call: what it finds out is part of the call's outcome. */
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

/** An answer that cannot be read is no refusal: the thing is made by now, and only the word of it is lost. */
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
