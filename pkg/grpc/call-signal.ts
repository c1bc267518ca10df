import type { EpochClock } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";

/** The part of the library's call that is needed here. */
export interface CallSurface {
  readonly cancelled: boolean;
  getDeadline(): Date | number;
  once(event: "cancelled", listener: () => void): unknown;
  off(event: "cancelled", listener: () => void): unknown;
}

/** The calls under way, each with a signal that is aborted when its caller no longer waits for the answer. */
export interface RunningCalls {
  /**
   * The reason of the signal is a GovernanceError: `canceled`, `deadline-exceeded`, or that of an abort. `reader`: the caller
   * of a call that changes nothing.
   */
  begin(call: CallSurface, reader?: string): RunningCall;
  /** Aborts the calls of the caller that change nothing. */
  abortReading(reader: string, reason: GovernanceError): void;
  /** Aborts every call under way, and every later one. */
  abortAll(reason: GovernanceError): void;
}

export interface RunningCall {
  readonly signal: AbortSignal;
  /** Must be called once the call has its answer: the library emits `cancelled` after every call. */
  readonly end: () => void;
}

/** The library's timer may fire a little early by this clock, and clients cancel at their own deadline. */
const DEADLINE_SLACK_MS = 20;

export function createRunningCalls(now: EpochClock): RunningCalls {
  /** With the caller of those that change nothing. */
  const running = new Map<AbortController, string | undefined>();
  let abortReason: GovernanceError | undefined;

  function reasonFor(call: CallSurface): GovernanceError {
    const overdue = now() >= Number(call.getDeadline()) - DEADLINE_SLACK_MS;
    return overdue
      ? new GovernanceError("deadline-exceeded", "the caller's deadline passed before the answer was ready")
      : new GovernanceError("canceled", "the caller cancelled the call");
  }

  return {
    begin(call, reader) {
      const controller = new AbortController();
      const onCancelled = (): void => controller.abort(reasonFor(call));
      running.set(controller, reader);
      call.once("cancelled", onCancelled);
      if (call.cancelled) onCancelled();
      if (abortReason !== undefined) controller.abort(abortReason);
      return {
        signal: controller.signal,
        end() {
          running.delete(controller);
          call.off("cancelled", onCancelled);
        },
      };
    },
    abortReading(reader, reason) {
      for (const [controller, of] of running) if (of === reader) controller.abort(reason);
    },
    abortAll(reason) {
      abortReason = reason;
      for (const controller of running.keys()) controller.abort(reason);
    },
  };
}
