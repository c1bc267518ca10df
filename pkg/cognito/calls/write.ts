import type { Made, Receipt } from "../../core/directory-writer.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { WriteOperation } from "../../core/operations.ts";
import { MalformedAnswer, safeRequestId } from "../failures/failure.ts";
import type { Answer, AwsCaller, CallRequest, RefineFailure } from "./call.ts";

type Send<A extends Answer> = CallRequest<A, unknown>["send"];

/** Makes calls that change the pool. They go before reads, and end with `outcome-unknown` where they may have worked unseen. */
export interface Write {
  /** Of an operation whose answer is empty. */
  done<A extends Answer>(operation: WriteOperation, send: Send<A>, signal: AbortSignal): Promise<Receipt>;
  /** Of an operation that tells what it made, as member `what` of its answer. */
  made<A extends Answer, T>(
    operation: WriteOperation,
    what: "User" | "Group",
    send: Send<A>,
    read: (answer: A) => T | undefined,
    signal: AbortSignal,
  ): Promise<Made<T>>;
}

/** `judge` looks into the failure of each call: what it finds out is part of the call's outcome. */
export function createWrite(
  caller: AwsCaller,
  judge?: (operation: WriteOperation, signal: AbortSignal) => RefineFailure,
): Write {
  return {
    done: (operation, send, signal) =>
      caller.call(
        { operation, priority: "write", send, parse: receipt, judged: judge?.(operation, signal) },
        signal,
      ),

    made: (operation, what, send, read, signal) =>
      caller.call(
        {
          operation,
          priority: "write",
          send,
          parse: (answer) => ({ ...receipt(answer), made: usable(what, () => read(answer)) }),
          judged: judge?.(operation, signal),
        },
        signal,
      ),
  };
}

function receipt({ $metadata }: Answer): Receipt {
  return { requestId: safeRequestId($metadata.requestId) };
}

/** An answer that cannot be read is no refusal: the thing is made by now, and only the word of it is lost. */
function usable<T>(what: string, read: () => T | undefined): T {
  let value: T | undefined;
  try {
    value = read();
  } catch (error) {
    if (!(error instanceof GovernanceError)) throw error;
  }
  if (value === undefined) throw new MalformedAnswer(`a usable ${what}`);
  return value;
}
