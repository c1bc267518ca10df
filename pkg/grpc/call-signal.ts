import type { EpochClock } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";

/** What the library tells about a call that is under way. */
export interface CallSurface {
  readonly cancelled: boolean;
  getDeadline(): Date | number;
  once(event: "cancelled", listener: () => void): unknown;
  off(event: "cancelled", listener: () => void): unknown;
}

/** The calls under way, each with a signal that is aborted when nobody waits for its answer any more. */
export interface RunningCalls {
  /** The reason of the signal is a GovernanceError: `canceled`, `deadline-exceeded`, or that of `cut`. */
  begin(call: CallSurface): RunningCall;
  /** Aborts every call under way, and every later one. */
  cut(reason: GovernanceError): void;
}

export interface RunningCall {
  readonly signal: AbortSignal;
  /** Must be called once the call has its answer: the library says `cancelled` after every call. */
  readonly end: () => void;
}

/** The library's timer may fire a little before the clock says so, and clients cancel at their own deadline. */
const DEADLINE_SLACK_MS = 20;

/** `now` is on the scale of a call's deadline. */
export function createRunningCalls(now: EpochClock): RunningCalls {
  const running = new Set<AbortController>();
  let cutReason: GovernanceError | undefined;

  function whyGone(call: CallSurface): GovernanceError {
    const overdue = now() >= Number(call.getDeadline()) - DEADLINE_SLACK_MS;
    return overdue
      ? new GovernanceError("deadline-exceeded", "the caller's deadline passed before the answer was ready")
      : new GovernanceError("canceled", "the caller cancelled the call");
  }

  return {
    begin(call) {
      const controller = new AbortController();
      const gone = (): void => controller.abort(whyGone(call));
      running.add(controller);
      call.once("cancelled", gone);
      if (call.cancelled) gone();
      if (cutReason !== undefined) controller.abort(cutReason);
      return {
        signal: controller.signal,
        end() {
          running.delete(controller);
          call.off("cancelled", gone);
        },
      };
    },
    cut(reason) {
      cutReason = reason;
      for (const controller of running) controller.abort(reason);
    },
  };
}
