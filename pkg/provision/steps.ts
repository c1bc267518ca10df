import type { StepState } from "../core/change.ts";
import type { ClientMetadata } from "../core/client-metadata.ts";
import type { Receipt } from "../core/directory-writer.ts";
import { type ErrorCode, type ErrorReason, GovernanceError } from "../core/errors.ts";
import type { Journal } from "../core/journal.ts";
import type { WriteOperation } from "../core/operations.ts";
import type { Reconciled, Steps } from "./change-plan.ts";

/** The calls of one change, and which of them are in effect. */
export interface StepLog extends Steps {
  /** The operations that are done and not undone, oldest first. */
  applied(): readonly WriteOperation[];
  /** Whether it is unknown of some call whether it was done. */
  unknown(): boolean;
  takenBack(): boolean;
  /** Whether the journal does not say of some call that it was made: only a recovery can write what became of the change. */
  unrecorded(): boolean;
  /** One line for each optional call that was not made. */
  warnings(): readonly string[];
}

/** After these failures Cognito may have made the change. */
const MAYBE_DONE: ReadonlySet<ErrorReason | undefined> = new Set<ErrorReason>([
  "outcome-unknown",
  "delivery-failed",
  "trigger-failed",
]);

/** They send a message after they are done, and a limit may be that of messages (of e-mails a day, of attempts). */
const SENDS_MESSAGES: ReadonlySet<WriteOperation> = new Set<WriteOperation>([
  "AdminCreateUser",
  "AdminResetUserPassword",
]);

export function createSteps(
  journal: Journal,
  change: string,
  signal: AbortSignal,
  clientMetadata?: ClientMetadata,
): StepLog {
  const applied: WriteOperation[] = [];
  let unknown = false;
  let takenBack = false;
  let unrecorded = false;
  const warnings: string[] = [];

  async function ended(index: number, state: StepState, how: Receipt | GovernanceError): Promise<void> {
    const failure = how instanceof GovernanceError ? how : undefined;
    await journal.stepEnded(change, index, {
      state,
      requestId: how.requestId,
      code: failure?.code,
      reason: failure?.reason,
    });
  }

  /** The end of a call that was made, or may have been: what is in effect does not depend on the journal. */
  async function recorded(index: number, state: StepState, how: Receipt | GovernanceError): Promise<void> {
    try {
      await ended(index, state, how);
    } catch (error) {
      unrecorded = true;
      throw error;
    }
  }

  /** Resolves with the failure of a call that is known not to be done; rejects with one whose outcome is unknown. */
  async function attempt<R extends Receipt>(
    operation: WriteOperation,
    call: (signal: AbortSignal) => Promise<R>,
    reconcile?: (signal: AbortSignal) => Promise<Reconciled<R>>,
  ): Promise<R | GovernanceError> {
    const index = await journal.stepBegun(change, operation, false);
    let receipt: R;
    try {
      receipt = await call(signal);
    } catch (error) {
      const failure = GovernanceError.from(error);
      const found = await afterFailure(operation, failure, reconcile);
      if (found.state === "done") {
        applied.push(operation);
        await recorded(index, "done", failure);
        return found.receipt;
      }
      if (found.state === "not-done") {
        await ended(index, "not-done", failure);
        return provenNotDone(operation, failure);
      }
      unknown = true;
      await recorded(index, "unknown", failure);
      throw failure;
    }
    applied.push(operation);
    await recorded(index, "done", receipt);
    return receipt;
  }

  async function afterFailure<R extends Receipt>(
    operation: WriteOperation,
    failure: GovernanceError,
    reconcile: ((signal: AbortSignal) => Promise<Reconciled<R>>) | undefined,
  ): Promise<Reconciled<R>> {
    if (!isMaybeDone(operation, failure)) return { state: "not-done" };
    if (reconcile === undefined) return { state: "unknown" };
    try {
      return await reconcile(signal);
    } catch {
      // The read failed as well; the first failure is the one to report.
      return { state: "unknown" };
    }
  }

  const steps: StepLog = {
    signal,
    clientMetadata,
    async make(operation, call, reconcile) {
      const made = await attempt(operation, call, reconcile);
      if (made instanceof GovernanceError) throw made;
      return made;
    },
    async tryOptional(operation, without, call, isTolerated = () => true) {
      const made = await attempt(operation, call);
      if (!(made instanceof GovernanceError)) return true;
      if (!isTolerated(made)) throw made;
      warnings.push(`${without}: ${made.message}`);
      return false;
    },
    async takeBack(count, operation, call) {
      let index: number | undefined;
      try {
        index = await journal.stepBegun(change, operation, true);
        const receipt = await call(signal);
        applied.splice(count === "all" ? 0 : Math.max(0, applied.length - count));
        if (count === "all") unknown = false;
        takenBack = true;
        await recorded(index, "done", receipt).catch(() => undefined);
        return true;
      } catch (error) {
        const failure = GovernanceError.from(error);
        const state = isMaybeDone(operation, failure) ? "unknown" : "not-done";
        if (index !== undefined) await recorded(index, state, failure).catch(() => undefined);
        return false;
      }
    },
    note: (what) => journal.note(change, what),
    applied: () => [...applied],
    unknown: () => unknown,
    takenBack: () => takenBack,
    unrecorded: () => unrecorded,
    warnings: () => [...warnings],
  };
  return steps;
}

/** AWS does not make the call, and would not if it were asked again. */
const REFUSALS_OF_AWS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "invalid-argument",
  "permission-denied",
  "not-found",
  "failed-precondition",
  "unimplemented",
  "resource-exhausted",
  "internal",
]);

/** For the calls of a recovery: one that waited for another answer would hold every later change of its target up. */
export function isRefusedByAws({ code }: GovernanceError): boolean {
  return REFUSALS_OF_AWS.has(code);
}

function isMaybeDone(operation: WriteOperation, { code, reason }: GovernanceError): boolean {
  return MAYBE_DONE.has(reason) || (code === "resource-exhausted" && SENDS_MESSAGES.has(operation));
}

/** After a read has shown it, the message no longer says that the change may have been made. */
function provenNotDone(operation: WriteOperation, failure: GovernanceError): GovernanceError {
  if (!isMaybeDone(operation, failure)) return failure;
  const { message, notMadeMessage = message } = failure;
  return failure.with({
    message: `${notMadeMessage}; the pool was read afterwards, and the change was not made`,
  });
}

/** Takes a missing group or user as success: a user who is gone is in no group, and a group that is gone has no members. */
export async function goneIsDone(call: Promise<Receipt>): Promise<Receipt> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof GovernanceError && (error.reason === "group-gone" || error.reason === "user-gone")) {
      return { requestId: error.requestId };
    }
    throw error;
  }
}
