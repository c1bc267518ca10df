import type { CallOrigin } from "../core/call-origin.ts";
import type { ChangeStep } from "../core/change.ts";
import { type ClientMetadata, mergedClientMetadata } from "../core/client-metadata.ts";
import type { Sleep } from "../core/clock.ts";
import { type ErrorCode, GovernanceError } from "../core/errors.ts";
import type { BudgetStatus, NewChange, OpenChange } from "../core/journal.ts";
import type { ChangeRequest, Plan, PlannedChange } from "./change-plan.ts";
import {
  type ChangeRecords,
  closeChange,
  type Ending,
  failedOutcome,
  hasNoEffect,
  keptOpen,
  trackNotes,
  unrecorded,
  withStepSummary,
} from "./change-records.ts";
import { type Reconcile, recoverChange, recoverOrphans, whenCallsAreOver } from "./change-recovery.ts";
import { changeSignal } from "./change-signal.ts";
import type { OpenChanges } from "./open-changes.ts";
import type { Outcome, Recovery, WriteContext } from "./provisioner.ts";
import { budgetRefusal, type ProvisioningPolicy } from "./provisioning-policy.ts";
import { createSteps, type StepLog } from "./steps.ts";

/**
 * Runs changes: one at a time for each lock, in the journal, within the policy, in the audit log (PROVISION-1 to
 * PROVISION-7 of DESIGN.md).
 */
export interface Changes {
  /** Rejects with the failure of the plan or of the call; its `appliedEffects` names what has been done before it. */
  run<T>(request: ChangeRequest<T>, context: WriteContext, signal: AbortSignal): Promise<Outcome<T>>;
  recover(signal: AbortSignal): Promise<Recovery>;
  /** Resolves when no change is under way. */
  idle(): Promise<void>;
}

interface ChangesOptions extends ChangeRecords {
  readonly newId: () => string;
  readonly sleep: Sleep;
  readonly policy: ProvisioningPolicy;
  /** For the calls of every change. */
  readonly clientMetadata?: ClientMetadata | undefined;
  readonly reconcile: Reconcile;
  /** On whose behalf the running code works. */
  readonly origin: () => CallOrigin | undefined;
  readonly open: OpenChanges;
  /** Throws where the calls of the change would be refused: its entry in the journal costs time on disk. */
  readonly requireRoom: () => void;
  /** A change was made without a part of it. Must not throw. */
  readonly onWarning?: ((change: Pick<NewChange, "id" | "kind">, warning: string) => void) | undefined;
}

/** A check refused the change before anything was done. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "refused-by-guard",
  "invalid-argument",
  "not-found",
  "already-exists",
  "failed-precondition",
  "resource-exhausted",
]);

export function createChanges(options: ChangesOptions): Changes {
  const running = new Set<Promise<unknown>>();
  return {
    async run(request, context, signal) {
      if (context.dryRun) return await dryRun(options, request, signal);
      options.policy.enabled();
      options.requireRoom();
      const leave = options.open.enter(options.origin());
      const work = perform(options, request, context, signal).finally(leave);
      running.add(work);
      try {
        return await work;
      } finally {
        running.delete(work);
      }
    },
    recover: (signal) => recoverOrphans(options, options.reconcile, signal),
    async idle() {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}

async function dryRun<T>(
  { policy, journal, now }: ChangesOptions,
  request: ChangeRequest<T>,
  signal: AbortSignal,
): Promise<Outcome<T>> {
  const plan = await request.plan(signal);
  if (plan.kind === "nothing-to-do") {
    return {
      result: plan.result,
      outcome: "nothing-to-do",
      change: "",
      steps: [],
      planned: [],
      warnings: [],
    };
  }
  for (const { budget, limit } of policy.limits(plan.budgets ?? [])) {
    if ((await journal.spent(budget, now())) >= limit) throw budgetRefusal(budget, limit, undefined);
  }
  return {
    result: plan.preview,
    outcome: "planned",
    change: "",
    steps: [],
    planned: plan.steps,
    warnings: [],
  };
}

async function perform<T>(
  options: ChangesOptions,
  request: ChangeRequest<T>,
  { requester, justification, clientMetadata }: WriteContext,
  signal: AbortSignal,
): Promise<Outcome<T>> {
  const { journal, newId, now } = options;
  const { kind, lock, target } = request;
  const change: NewChange = { id: newId(), kind, lock, beganAtMs: now(), requester, target, justification };
  const leftOpen = await journal.begin(change, signal);
  try {
    await recoverEarlier(options, change, leftOpen, signal);
    const plan = await prepare(options, change, request, signal);
    if (plan.kind === "change") {
      const metadata = mergedClientMetadata(options.clientMetadata, clientMetadata);
      const { signal: callsSignal, release } = changeSignal(signal, options.origin());
      return await apply(options, change, plan, metadata, callsSignal).finally(release);
    }
    const steps = await closeChange(options, change, { target, undo: undefined, outcome: "nothing-to-do" });
    return {
      result: plan.result,
      outcome: "nothing-to-do",
      change: change.id,
      steps,
      planned: [],
      warnings: [],
    };
  } finally {
    // A change that could not be ended must not keep its target locked; this does nothing for an ended one.
    await journal.release(change.id);
  }
}

/** A cut-off change of the same target comes first: what it left decides what there is to do. */
async function recoverEarlier(
  options: ChangesOptions,
  change: NewChange,
  leftOpen: readonly OpenChange[],
  signal: AbortSignal,
): Promise<void> {
  for (const left of leftOpen) {
    try {
      await whenCallsAreOver(options, [left], signal);
      await recoverChange(options, options.reconcile, left);
    } catch (error) {
      const failure = notRecovered(left, GovernanceError.from(error));
      // It ends here: else each attempt of the caller would leave one more open change.
      await closeChange(options, change, {
        target: change.target,
        undo: undefined,
        outcome: "failed",
        error: failure,
      });
      throw failure;
    }
  }
}

/** What says something of the target or of a call is about the earlier change, and would be taken for this one's. */
function notRecovered({ id }: OpenChange, failure: GovernanceError): GovernanceError {
  const { code, reason, message, requestId, retryAt } = failure;
  const isOfTarget = code === "not-found" || code === "already-exists";
  return new GovernanceError(
    isOfTarget ? "failed-precondition" : code,
    `change ${id} of the same target was cut off, and must be recovered first: ${message}`,
    {
      reason: isOfTarget || reason === "outcome-unknown" ? undefined : reason,
      requestId,
      retryAt,
      cause: failure,
    },
  );
}

async function prepare<T>(
  options: ChangesOptions,
  change: NewChange,
  request: ChangeRequest<T>,
  signal: AbortSignal,
): Promise<Plan<T>> {
  const { journal } = options;
  try {
    const plan = await request.plan(signal);
    signal.throwIfAborted();
    if (plan.kind === "change") {
      await spendBudgets(options, change, plan);
      const { hints, undo } = plan;
      await journal.note(change.id, {
        ...(hints === undefined ? {} : { hints }),
        ...(undo === undefined ? {} : { undo }),
      });
    }
    return plan;
  } catch (error) {
    const failure = GovernanceError.from(error);
    await journal.giveBack(change.id);
    const outcome = REFUSALS.has(failure.code) ? "refused" : "failed";
    await closeChange(options, change, { target: change.target, undo: undefined, outcome, error: failure });
    throw failure;
  }
}

async function spendBudgets(
  { policy, journal, now }: ChangesOptions,
  change: NewChange,
  plan: PlannedChange<unknown>,
): Promise<void> {
  const limits = policy.limits(plan.budgets ?? []);
  if (limits.length === 0) return;
  const refused = await journal.spend(change.id, limits, now());
  if (refused === undefined) return;
  const limit = limits.find(({ budget }) => budget === refused.refused)?.limit ?? 0;
  throw budgetRefusal(refused.refused, limit, refused.freeAtMs);
}

async function apply<T>(
  options: ChangesOptions,
  change: NewChange,
  plan: PlannedChange<T>,
  clientMetadata: ClientMetadata | undefined,
  signal: AbortSignal,
): Promise<Outcome<T>> {
  const { journal } = options;
  const log = createSteps(journal, change.id, signal, clientMetadata);
  const { steps, noted } = trackNotes(log, change.target, plan.undo);
  let result: T;
  try {
    result = await plan.apply(steps);
  } catch (error) {
    const failure = withStepSummary(GovernanceError.from(error), log, noted().target);
    const isClosed = await closeFailed(options, change, log, { ...noted(), error: failure });
    throw isClosed ? failure : keptOpen(failure);
  }
  // Another process, with another state directory, was faster: the pool is as it was to be, and not by us.
  const outcome = log.applied().length > 0 ? "done" : "nothing-to-do";
  if (outcome === "nothing-to-do") await journal.giveBack(change.id);
  const warnings = log.warnings();
  const recorded = outcome === "done" && warnings.length > 0 ? "partial" : outcome;
  let made: readonly ChangeStep[];
  try {
    made = await closeChange(options, change, { ...noted(), outcome: recorded });
  } catch (error) {
    throw unrecorded(GovernanceError.from(error), log);
  }
  for (const warning of warnings) options.onWarning?.(change, warning);
  const limits = await limitsAfter(options, plan);
  return {
    result,
    outcome,
    change: change.id,
    steps: made,
    planned: plan.steps,
    warnings,
    ...(limits.length === 0 ? {} : { limits }),
  };
}

/** False: the journal or the audit log cannot be written, or the journal does not know what was made; recovery writes the line. */
async function closeFailed(
  options: ChangesOptions,
  change: NewChange,
  log: StepLog,
  ending: Omit<Ending, "outcome">,
): Promise<boolean> {
  if (log.unrecorded()) return false;
  const outcome = failedOutcome(log);
  try {
    if (hasNoEffect(outcome)) await options.journal.giveBack(change.id);
    await closeChange(options, change, { ...ending, outcome });
    return true;
  } catch {
    return false;
  }
}

async function limitsAfter(
  { policy, journal, now }: ChangesOptions,
  plan: PlannedChange<unknown>,
): Promise<readonly BudgetStatus[]> {
  try {
    const limits = policy.limits(plan.budgets ?? []);
    return await Promise.all(
      limits.map(async (each) => ({ ...each, spent: await journal.spent(each.budget, now()) })),
    );
  } catch {
    // The change was made and is recorded; a journal that cannot be read now does not make it a failure.
    return [];
  }
}
