import type { BatchRecord } from "../core/batch-record.ts";
import { GovernanceError } from "../core/errors.ts";
import type { Provisioner, WriteContext } from "../provision/provisioner.ts";
import { type BatchPlan, type BatchResult, groupOf, type PlannedRow } from "./batch.ts";
import { isOfOneRow } from "./plan-batch.ts";
import { inColumns, type RowOutcome, runRow } from "./run-row.ts";

export interface RunOptions {
  readonly provisioner: Provisioner;
  readonly context: WriteContext;
  readonly record: BatchRecord;
  /** Called with the result of each row, in the order of the file, and awaited. */
  readonly onResult: (result: BatchResult) => Promise<void>;
}

/** How the batch ended. */
export interface BatchEnd {
  /** Undefined: every row was tried. */
  readonly stopped: GovernanceError | undefined;
}

/**
 * Makes the changes of a plan without problems, one after the other. A row that fails for itself does not stop the others;
 * a failure that would meet every row does, and so does the signal, between two rows. Each row is in the record before it
 * begins and after it has ended, so that another run goes on where this one stopped.
 */
export async function runBatch(plan: BatchPlan, options: RunOptions, signal: AbortSignal): Promise<BatchEnd> {
  if (plan.problems.length > 0) throw new GovernanceError("internal", "a batch with problems is not run");
  let stopped: GovernanceError | undefined;
  for (const planned of plan.rows) {
    if (stopped === undefined && signal.aborted) stopped = GovernanceError.from(signal.reason);
    if (planned.state === "done-before") await options.onResult(resultOf(planned, "done-before"));
    else if (stopped !== undefined) await options.onResult(resultOf(planned, "not-attempted"));
    else stopped = await attempt(planned, options, signal);
  }
  return { stopped };
}

/** The failure that ends the batch, if any. */
async function attempt(
  planned: PlannedRow,
  { provisioner, context, record, onResult }: RunOptions,
  signal: AbortSignal,
): Promise<GovernanceError | undefined> {
  const { row, digest, user: sub, account } = planned;
  const { line, change, justification = context.justification } = row;
  // The change of an earlier run may be made, whatever this attempt comes to.
  const wasBegun = record.entries.get(line)?.outcome === "begun";
  const unbegun = written(record, line, { digest, outcome: "begun", user: planned.user });
  if (unbegun !== undefined) {
    await onResult(resultOf(planned, "not-attempted"));
    return unbegun;
  }
  let made: RowOutcome;
  try {
    const known = account ?? (sub === undefined ? undefined : { sub, username: undefined });
    made = await runRow(provisioner, change, known, { ...context, justification }, signal);
  } catch (error) {
    const failure = GovernanceError.from(error);
    const isMadeInPart = failure.appliedEffects.length > 0;
    const untouched = failure.code === "canceled" && !isMadeInPart;
    const unrecorded =
      isMadeInPart || wasBegun
        ? undefined
        : written(record, line, { digest, outcome: "failed", user: planned.user });
    await onResult({
      ...resultOf(planned, untouched ? "not-attempted" : "failed"),
      cause: untouched ? undefined : inColumns(failure.message),
      code: untouched ? undefined : failure.code,
      isMadeInPart,
    });
    return isOfOneRow(failure) ? unrecorded : failure;
  }
  // The plan has accepted the account as that of this row.
  const isKnown = change.action === "create" && planned.state === "nothing-to-do" && !made.isOther;
  const isWhole = isKnown || made.notDone.length === 0;
  const notes = !isKnown ? made.notes : made.notDone.length === 0 ? [] : [INVITATION_UNKNOWN];
  const outcome = !isWhole ? "failed" : made.outcome === "done" ? "done" : "nothing-to-do";
  const user = made.account?.sub ?? planned.user;
  const isMadeInPart = !isWhole && made.outcome === "done";
  // The change is made, whether its end can be recorded or not; the beginning of the row is recorded. A row that is made in
  // part has not ended: the next run tries it again, on this account.
  const unrecorded =
    isMadeInPart || (!isWhole && wasBegun) ? undefined : written(record, line, { digest, outcome, user });
  await onResult({
    ...resultOf(planned, outcome),
    user,
    change: made.change,
    cause: notes.length === 0 ? undefined : notes.join("; "),
    code: isWhole ? undefined : change.action === "create" ? "already-exists" : "failed-precondition",
    isMadeInPart,
  });
  return unrecorded;
}

/** Of a creation that an earlier run has begun. */
export const INVITATION_UNKNOWN =
  "the account exists, and it is not known whether its invitation was sent; resend-invitation sends one";

function written(
  record: BatchRecord,
  line: number,
  entry: Parameters<BatchRecord["write"]>[1],
): GovernanceError | undefined {
  try {
    record.write(line, entry);
    return undefined;
  } catch (error) {
    return GovernanceError.from(error);
  }
}

function resultOf({ row: { line, change }, user }: PlannedRow, outcome: BatchResult["outcome"]): BatchResult {
  return {
    line,
    action: change.action,
    outcome,
    user,
    group: groupOf(change),
    change: undefined,
    cause: undefined,
    code: undefined,
    isMadeInPart: false,
  };
}
