import type { StepState } from "../core/change.ts";
import type { Receipt } from "../core/directory-writer.ts";
import { type ErrorReason, GovernanceError } from "../core/errors.ts";
import type { Journal } from "../core/journal.ts";
import type { WriteOperation } from "../core/operations.ts";
import type { Settled, Steps } from "./plan.ts";

/** The calls of one change, with what stands of them. */
export interface StepLog extends Steps {
  /** The operations that are done and not taken back, oldest first. */
  standing(): readonly WriteOperation[];
  /** Whether a call may stand or not. */
  unknown(): boolean;
  takenBack(): boolean;
}

/** After these Cognito may have done what it was asked for all the same. */
const MAYBE_DONE: ReadonlySet<ErrorReason | undefined> = new Set<ErrorReason>([
  "outcome-unknown",
  "delivery-failed",
  "trigger-failed",
]);

export function createSteps(journal: Journal, change: string, signal: AbortSignal): StepLog {
  const stands: WriteOperation[] = [];
  let unknown = false;
  let takenBack = false;

  function ended(index: number, state: StepState, how: Receipt | GovernanceError): void {
    const failure = how instanceof GovernanceError ? how : undefined;
    journal.stepEnded(change, index, {
      state,
      requestId: how.requestId,
      code: failure?.code,
      reason: failure?.reason,
    });
  }

  async function settled<R extends Receipt>(
    failure: GovernanceError,
    settle: ((signal: AbortSignal) => Promise<Settled<R>>) | undefined,
  ): Promise<Settled<R>> {
    if (!MAYBE_DONE.has(failure.reason)) return { state: "not-done" };
    if (settle === undefined) return { state: "unknown" };
    try {
      return await settle(signal);
    } catch {
      // The read failed as well; the first failure is the one to tell.
      return { state: "unknown" };
    }
  }

  return {
    signal,
    async make(operation, call, settle) {
      const index = journal.stepBegun(change, operation, false);
      try {
        const receipt = await call(signal);
        ended(index, "done", receipt);
        stands.push(operation);
        return receipt;
      } catch (error) {
        const failure = GovernanceError.from(error);
        const found = await settled(failure, settle);
        ended(index, found.state, failure);
        if (found.state === "done") {
          stands.push(operation);
          return found.receipt;
        }
        if (found.state === "unknown") unknown = true;
        throw failure;
      }
    },
    async takeBack(count, operation, call) {
      const index = journal.stepBegun(change, operation, true);
      try {
        ended(index, "done", await call(signal));
        stands.splice(Math.max(0, stands.length - count));
        takenBack = true;
        return true;
      } catch (error) {
        const failure = GovernanceError.from(error);
        ended(index, MAYBE_DONE.has(failure.reason) ? "unknown" : "not-done", failure);
        return false;
      }
    },
    note: (what) => journal.note(change, what),
    standing: () => [...stands],
    unknown: () => unknown,
    takenBack: () => takenBack,
  };
}
