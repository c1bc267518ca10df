import type { ChangeOutcome, ChangeStep, ChangeTarget, Requester, UndoRecord } from "../core/change.ts";
import { type ErrorCode, GovernanceError } from "../core/errors.ts";
import type { NewChange, OpenChange } from "../core/journal.ts";
import type { Outcome, WriteContext } from "./context.ts";
import type { ProvisionOptions } from "./options.ts";
import type { ChangeRequest, Plan, PlannedChange } from "./plan.ts";
import { budgetRefusal, type ProvisioningPolicy } from "./provisioning-policy.ts";
import { createSteps, type StepLog } from "./steps.ts";

/** Finds out what became of a change that a killed process left open, and finishes it or takes it back. */
export type Settle = (change: OpenChange, steps: StepLog) => Promise<Settlement>;

export interface Settlement {
  readonly outcome: Exclude<ChangeOutcome, "refused" | "nothing-to-do">;
  /** One line for the operator: what stands. */
  readonly says: string;
}

/** A change of a killed process, as recovery left it. */
export interface Recovered {
  readonly change: OpenChange;
  readonly settlement: Settlement;
}

/**
 * Runs changes: one at a time for each lock, journalled, guarded, audited (PROVISION-1 to PROVISION-7 of DESIGN.md).
 */
export interface Changes {
  /** Rejects with the failure of the plan or of the call that failed; its `appliedEffects` names what stands nevertheless. */
  run<T>(request: ChangeRequest<T>, context: WriteContext, signal: AbortSignal): Promise<Outcome<T>>;
  /** Settles what killed processes left open. Changes whose settling fails stay open for the next time. */
  recover(signal: AbortSignal): Promise<{
    readonly settled: readonly Recovered[];
    readonly failed: readonly { readonly change: OpenChange; readonly error: GovernanceError }[];
  }>;
  /** Resolves when no change is under way. */
  idle(): Promise<void>;
}

/** The longest that the calls of one change may take together, waits for turns included. */
const CHANGE_LIMIT_MS = 60 * 60_000;

/** A check said no before anything was done. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "refused-by-guard",
  "invalid-argument",
  "not-found",
  "already-exists",
  "failed-precondition",
  "resource-exhausted",
]);

export function createChanges(options: ProvisionOptions, guard: ProvisioningPolicy, settle: Settle): Changes {
  const { journal, audit, now, poolId, newId } = options;
  const running = new Set<Promise<unknown>>();

  /** The audit line and the end of the journal's entry are one: whoever is killed between them has it repeated. */
  function close(change: NewChange, ending: Ending): readonly ChangeStep[] {
    const steps = journal.steps(change.id);
    const { requester = change.requester, target, undo, outcome, error } = ending;
    journal.close(change.id, () =>
      audit.append({
        change: change.id,
        atMs: now(),
        pool: poolId,
        kind: change.kind,
        requester,
        target,
        outcome,
        code: error?.code,
        reason: error?.reason,
        steps,
        undo,
      }),
    );
    return steps;
  }

  async function settleOpen(change: OpenChange): Promise<Recovered> {
    const ended = audit.outcomeOf(change.id);
    if (ended !== undefined) {
      // Only the end of the journal's entry is missing.
      close(change, { target: change.target, undo: change.undo, outcome: ended });
      const says = `it had ended as ${ended}, and the audit log has it`;
      return { change, settlement: { outcome: SETTLED_AS[ended], says } };
    }
    const steps = createSteps(journal, change.id, AbortSignal.timeout(CHANGE_LIMIT_MS));
    const known = trackNotes(steps, change.target, change.undo);
    const settlement: Settlement =
      change.steps.length === 0
        ? { outcome: "failed", says: "no call had been made" }
        : await settle(change, known.steps);
    if (NOTHING_STANDS.has(settlement.outcome)) journal.giveBack(change.id);
    const name = `${change.requester.via} ${change.requester.name}`;
    close(change, { ...known.now(), requester: { via: "recovery", name }, outcome: settlement.outcome });
    return { change, settlement };
  }

  function spend(change: NewChange, plan: PlannedChange<unknown>): void {
    const limits = guard.limits(plan.budgets ?? []);
    if (limits.length === 0) return;
    const refused = journal.spend(change.id, limits, now());
    if (refused === undefined) return;
    const limit = limits.find(({ budget }) => budget === refused.refused)?.limit ?? 0;
    throw budgetRefusal(refused.refused, limit, refused.freeAtMs);
  }

  async function dryRun<T>(request: ChangeRequest<T>, signal: AbortSignal): Promise<Outcome<T>> {
    const plan = await request.plan(signal);
    if (plan.kind === "nothing-to-do") {
      return { result: plan.result, outcome: "nothing-to-do", change: "", steps: [], planned: [] };
    }
    for (const { budget, limit } of guard.limits(plan.budgets ?? [])) {
      if (journal.spent(budget, now()) >= limit) throw budgetRefusal(budget, limit, undefined);
    }
    return { result: plan.preview, outcome: "planned", change: "", steps: [], planned: plan.steps };
  }

  async function prepare<T>(
    change: NewChange,
    request: ChangeRequest<T>,
    signal: AbortSignal,
  ): Promise<Plan<T>> {
    try {
      const plan = await request.plan(signal);
      signal.throwIfAborted();
      if (plan.kind === "change") {
        spend(change, plan);
        const { facts, undo } = plan;
        journal.note(change.id, {
          ...(facts === undefined ? {} : { facts }),
          ...(undo === undefined ? {} : { undo }),
        });
      }
      return plan;
    } catch (error) {
      const failure = GovernanceError.from(error);
      journal.giveBack(change.id);
      const outcome = REFUSALS.has(failure.code) ? "refused" : "failed";
      close(change, { target: change.target, undo: undefined, outcome, error: failure });
      throw failure;
    }
  }

  async function apply<T>(change: NewChange, plan: PlannedChange<T>): Promise<Outcome<T>> {
    const log = createSteps(journal, change.id, AbortSignal.timeout(CHANGE_LIMIT_MS));
    const known = trackNotes(log, change.target, plan.undo);
    let result: T;
    try {
      result = await plan.apply(known.steps);
    } catch (error) {
      const failure = GovernanceError.from(error);
      const outcome = outcomeOf(log);
      if (NOTHING_STANDS.has(outcome)) journal.giveBack(change.id);
      close(change, { ...known.now(), outcome, error: failure });
      throw told(failure, log, known.now().target);
    }
    // Another process, in another place, was faster: the pool is as it was to be, and not by us.
    const outcome = log.standing().length > 0 ? "done" : "nothing-to-do";
    if (outcome === "nothing-to-do") journal.giveBack(change.id);
    let steps: readonly ChangeStep[];
    try {
      steps = close(change, { ...known.now(), outcome });
    } catch (error) {
      throw unrecorded(GovernanceError.from(error), log);
    }
    return { result, outcome, change: change.id, steps, planned: plan.steps };
  }

  async function perform<T>(
    request: ChangeRequest<T>,
    { requester }: WriteContext,
    signal: AbortSignal,
  ): Promise<Outcome<T>> {
    const { kind, lock, target } = request;
    const change: NewChange = { id: newId(), kind, lock, beganAtMs: now(), requester, target };
    const leftOpen = await journal.begin(change, signal);
    try {
      // Whoever was killed on the same target comes first: what it left decides what there is to do.
      for (const left of leftOpen) await settleOpen(left);
      const plan = await prepare(change, request, signal);
      if (plan.kind === "change") return await apply(change, plan);
      const steps = close(change, { target, undo: undefined, outcome: "nothing-to-do" });
      return { result: plan.result, outcome: "nothing-to-do", change: change.id, steps, planned: [] };
    } finally {
      // What could not be ended must not keep its target locked; ended ones are not concerned.
      journal.release(change.id);
    }
  }

  return {
    async run(request, context, signal) {
      if (context.dryRun) return await dryRun(request, signal);
      guard.enabled();
      const work = perform(request, context, signal);
      running.add(work);
      try {
        return await work;
      } finally {
        running.delete(work);
      }
    },
    async recover(signal) {
      const settled: Recovered[] = [];
      const failed: { change: OpenChange; error: GovernanceError }[] = [];
      for (const change of journal.claimOrphans()) {
        signal.throwIfAborted();
        try {
          settled.push(await settleOpen(change));
        } catch (error) {
          failed.push({ change, error: GovernanceError.from(error) });
        } finally {
          journal.release(change.id);
        }
      }
      return { settled, failed };
    },
    async idle() {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}

interface Ending {
  readonly requester?: Requester;
  readonly target: ChangeTarget;
  readonly undo: UndoRecord | undefined;
  readonly outcome: ChangeOutcome;
  readonly error?: GovernanceError;
}

const NOTHING_STANDS: ReadonlySet<ChangeOutcome> = new Set<ChangeOutcome>(["failed", "undone"]);

const SETTLED_AS: Readonly<Record<ChangeOutcome, Settlement["outcome"]>> = {
  done: "done",
  "nothing-to-do": "done",
  refused: "failed",
  failed: "failed",
  undone: "undone",
  partial: "partial",
  unknown: "unknown",
};

/** What the steps note about the change belongs into its audit line too. */
function trackNotes(log: StepLog, target: ChangeTarget, undo: UndoRecord | undefined) {
  let known: Pick<Ending, "target" | "undo"> = { target, undo };
  const steps: StepLog = {
    ...log,
    note(what) {
      known = { target: { ...known.target, ...what.target }, undo: what.undo ?? known.undo };
      log.note(what.target === undefined ? what : { ...what, target: known.target });
    },
  };
  return { steps, now: () => known };
}

function outcomeOf(log: StepLog): ChangeOutcome {
  if (log.standing().length > 0) return "partial";
  if (log.unknown()) return "unknown";
  return log.takenBack() ? "undone" : "failed";
}

/** The change was made and its line could not be written: it stays in the journal, and recovery writes the line. */
function unrecorded(failure: GovernanceError, log: StepLog): GovernanceError {
  const appliedEffects = log.standing().map((operation) => `${operation} is done`);
  const rest = "the change was made and is not in the audit log yet: see to that, then run connector recover";
  return failure.with({ message: `${failure.message}; ${rest}`, appliedEffects });
}

/** The failure as the caller hears it: with what stands of the change. */
function told(failure: GovernanceError, log: StepLog, target: ChangeTarget): GovernanceError {
  const whom = target.user === undefined ? "" : ` (user ${target.user})`;
  const appliedEffects = log.standing().map((operation) => `${operation} is done${whom}`);
  if (appliedEffects.length === 0 && log.unknown())
    appliedEffects.push(`it may have been done or not${whom}: look, then repeat`);
  const tail =
    appliedEffects.length === 0 && log.takenBack() ? ["what had been done is taken back"] : appliedEffects;
  if (tail.length === 0) return failure;
  return failure.with({ message: `${failure.message}; ${tail.join(", ")}`, appliedEffects });
}
