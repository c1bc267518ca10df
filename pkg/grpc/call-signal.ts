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
  /** The reason of the signal is a GovernanceError: `canceled`, `deadline-exceeded`, or that of `abortAll`. */
  begin(call: CallSurface): RunningCall;
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
  const running = new Set<AbortController>();
  let abortReason: GovernanceError | undefined;

  function reasonFor(call: CallSurface): GovernanceError {
    const overdue = now() >= Number(call.getDeadline()) - DEADLINE_SLACK_MS;
    return overdue
      ? new GovernanceError("deadline-exceeded", "the caller's deadline passed before the answer was ready")
      : new GovernanceError("canceled", "the caller cancelled the call");
  }

  return {
    begin(call) {
      const controller = new AbortController();
      const onCancelled = (): void => controller.abort(reasonFor(call));
      running.add(controller);
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
    abortAll(reason) {
      abortReason = reason;
      for (const controller of running) controller.abort(reason);
    },
  };
}
