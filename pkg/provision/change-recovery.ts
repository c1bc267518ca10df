import type { ChangeOutcome, ChangeStep } from "../core/change.ts";
import type { Sleep } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";
import type { OpenChange } from "../core/journal.ts";
import type { WriteOperation } from "../core/operations.ts";
import {
  CHANGE_LIMIT_MS,
  type ChangeRecords,
  closeChange,
  hasNoEffect,
  trackNotes,
} from "./change-records.ts";
import type { RecoveredChange, Recovery, RecoveryResult } from "./provisioner.ts";
import { createSteps, type StepLog } from "./steps.ts";

/** Finds out what became of a change that a killed process left open, and finishes it or undoes it. */
export type Reconcile = (change: OpenChange, steps: StepLog) => Promise<RecoveryResult>;

/** AWS may still be at a call that the killed process had sent (PROVISION-4). */
const CALL_IS_OVER_MS = 3_000;

/** Waits until AWS is no longer at a call of one of them, so that the pool shows what became of it. */
export async function whenCallsAreOver(
  { now, sleep }: Pick<ChangeRecords, "now"> & { readonly sleep: Sleep },
  changes: Iterable<OpenChange>,
  signal: AbortSignal,
): Promise<void> {
  for (const { steps, beganAtMs } of changes) {
    // Later than this no call of the change was sent any more.
    const isOld = now() - beganAtMs > CHANGE_LIMIT_MS + CALL_IS_OVER_MS;
    if (!isOld && steps.at(-1)?.state === "begun") return await sleep(CALL_IS_OVER_MS, signal);
  }
}

/** Recovers one open change, and closes it. */
export async function recoverChange(
  records: ChangeRecords,
  reconcile: Reconcile,
  change: OpenChange,
): Promise<RecoveredChange> {
  const { journal, audit } = records;
  const ended = await audit.outcomeOf(change.id);
  if (ended !== undefined) {
    // Only the end of the journal's entry is missing.
    await closeChange(records, change, { target: change.target, undo: change.undo, outcome: ended });
    const says = `it has already ended as ${ended}, and is in the audit log`;
    return { change, outcome: RECOVERED_AS[ended], says };
  }
  const log = createSteps(journal, change.id, AbortSignal.timeout(CHANGE_LIMIT_MS));
  const { steps, noted } = trackNotes(log, change.target, change.undo);
  const result: RecoveryResult =
    change.steps.length === 0
      ? { outcome: "failed", says: "no call had been made" }
      : await reconcile(change, steps).catch(undecided);
  if (hasNoEffect(result.outcome)) await journal.giveBack(change.id);
  const name = `${change.requester.via} ${change.requester.name}`;
  await closeChange(records, change, {
    ...noted(),
    requester: { via: "recovery", name },
    outcome: result.outcome,
  });
  return { change, ...result };
}

/** What the pool is like hides what became of the change, now and the next time. */
function undecided(error: unknown): RecoveryResult {
  const { code, reason, message } = GovernanceError.from(error);
  if (code !== "already-exists" && reason !== "user-state") throw error;
  return { outcome: "unknown", says: `it cannot be found out what became of the change: ${message}` };
}

/** What the journal says of a call that nothing in the pool shows. */
export function recordedState(
  made: readonly ChangeStep[],
  operation: WriteOperation,
): "done" | "not-done" | "unknown" {
  const state = made.findLast((step) => step.operation === operation)?.state;
  if (state === "done") return "done";
  return state === "begun" || state === "unknown" ? "unknown" : "not-done";
}

/** Recovers what killed processes left open. Changes whose recovery fails stay open for the next time. */
export async function recoverOrphans(
  records: ChangeRecords & { readonly sleep: Sleep },
  reconcile: Reconcile,
  signal: AbortSignal,
): Promise<Recovery> {
  const { journal } = records;
  const recovered: RecoveredChange[] = [];
  const failed: { change: OpenChange; error: GovernanceError }[] = [];
  const claimed = new Set(await journal.claimOrphans());
  try {
    await whenCallsAreOver(records, claimed, signal);
    for (const change of claimed) {
      signal.throwIfAborted();
      try {
        recovered.push(await recoverChange(records, reconcile, change));
      } catch (error) {
        failed.push({ change, error: GovernanceError.from(error) });
      } finally {
        claimed.delete(change);
        await journal.release(change.id);
      }
    }
  } finally {
    // Where it was stopped: else the changes of these users would wait for a claim that nobody ends.
    for (const { id } of claimed) await journal.release(id);
  }
  return { recovered, failed };
}

const RECOVERED_AS: Readonly<Record<ChangeOutcome, RecoveryResult["outcome"]>> = {
  done: "done",
  "nothing-to-do": "done",
  refused: "failed",
  failed: "failed",
  undone: "undone",
  partial: "partial",
  unknown: "unknown",
};
