import type { AuditLog } from "../core/audit-log.ts";
import type { ChangeOutcome, ChangeStep, ChangeTarget, Requester, UndoRecord } from "../core/change.ts";
import type { EpochClock } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";
import type { Journal, NewChange } from "../core/journal.ts";
import type { StepLog } from "./steps.ts";

/** Where a change is recorded. */
export interface ChangeRecords {
  readonly journal: Journal;
  readonly audit: Pick<AuditLog, "outcomeOf">;
  readonly poolId: string;
  readonly now: EpochClock;
}

export interface Ending {
  /** Replaces the requester of the change. */
  readonly requester?: Requester;
  readonly target: ChangeTarget;
  readonly undo: UndoRecord | undefined;
  readonly outcome: ChangeOutcome;
  readonly error?: GovernanceError;
}

/** The longest that the calls of one change may take together, waits for turns included. */
export const CHANGE_LIMIT_MS = 60 * 60_000;

/** Writes the audit line and ends the journal's entry, in one. A process killed in between has it repeated. */
export async function closeChange(
  { journal, poolId, now }: ChangeRecords,
  change: NewChange,
  ending: Ending,
): Promise<readonly ChangeStep[]> {
  const steps = await journal.steps(change.id);
  const { requester = change.requester, target, undo, outcome, error } = ending;
  await journal.close(change.id, {
    change: change.id,
    atMs: now(),
    pool: poolId,
    kind: change.kind,
    requester,
    justification: change.justification,
    target,
    outcome,
    code: error?.code,
    reason: error?.reason,
    steps,
    undo,
  });
  return steps;
}

/** Nothing of the change is in effect, so it does not count against a budget. */
export function hasNoEffect(outcome: ChangeOutcome): boolean {
  return outcome === "failed" || outcome === "undone";
}

/** What the steps note about the change belongs into its audit line too. */
export function trackNotes(
  log: StepLog,
  target: ChangeTarget,
  undo: UndoRecord | undefined,
): { readonly steps: StepLog; readonly noted: () => Pick<Ending, "target" | "undo"> } {
  let noted: Pick<Ending, "target" | "undo"> = { target, undo };
  const steps: StepLog = {
    ...log,
    async note(what) {
      noted = { target: { ...noted.target, ...what.target }, undo: what.undo ?? noted.undo };
      await log.note(what.target === undefined ? what : { ...what, target: noted.target });
    },
  };
  return { steps, noted: () => noted };
}

/** How a change whose `apply` rejected has ended. */
export function failedOutcome(log: StepLog): ChangeOutcome {
  if (log.applied().length > 0) return "partial";
  if (log.unknown()) return "unknown";
  return log.takenBack() ? "undone" : "failed";
}

/** The change was made and its line could not be written: it stays in the journal, and recovery writes the line. */
export function unrecorded(failure: GovernanceError, log: StepLog): GovernanceError {
  const appliedEffects = log.applied().map((operation) => `${operation} is done`);
  const rest =
    "the change was made, but is not in the audit log yet: repair the cause, then run connector recover";
  return failure.with({ message: `${failure.message}; ${rest}`, appliedEffects });
}

/** The failure is reported as it is; the line in the audit log is written by the recovery. */
export function keptOpen(failure: GovernanceError): GovernanceError {
  const rest = "the change is not in the audit log yet: repair the cause, then run connector recover";
  return failure.with({ message: `${failure.message}; ${rest}` });
}

/** The failure as the caller gets it: with what has been done of the change. */
export function withStepSummary(
  failure: GovernanceError,
  log: StepLog,
  { user }: ChangeTarget,
): GovernanceError {
  const account = user === undefined ? "" : ` (user ${user})`;
  const appliedEffects = log.applied().map((operation) => `${operation} is done${account}`);
  if (appliedEffects.length === 0 && log.unknown()) {
    appliedEffects.push(`it is not known whether the change was made${account}: check it, then try again`);
  }
  const undone = appliedEffects.length === 0 && log.takenBack();
  const summary = undone ? ["the calls already made have been undone"] : appliedEffects;
  if (summary.length === 0) return failure;
  return failure.with({ message: `${failure.message}; ${summary.join(", ")}`, appliedEffects });
}
