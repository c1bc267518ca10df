import type { ChangeKind, ChangeTarget } from "../../core/change.ts";
import type { Receipt } from "../../core/directory-writer.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { User } from "../../core/user.ts";
import { isUuid } from "../../core/uuid.ts";
import type { Plan, Reconciled } from "../change-plan.ts";
import type { Deps } from "../deps.ts";
import type { Account } from "../find-user.ts";
import type { Outcome, UserRef, WriteContext } from "../provisioner.ts";

/** A change of one account. `User` as subject: planned on the account as it is now. */
interface UserChange<Subject extends Account, T> {
  readonly kind: ChangeKind;
  readonly user: UserRef;
  readonly group?: string;
  readonly plan: (subject: Subject, signal: AbortSignal) => Promise<Plan<T>>;
}

/** Finds the account, reads it again once its lock is held, and runs the change. `not-found` when it is gone. */
export function changeUser<T>(
  deps: Deps,
  change: UserChange<User, T>,
  context: WriteContext,
  signal: AbortSignal,
): Promise<Outcome<T>> {
  async function plan(account: Account, inner: AbortSignal): Promise<Plan<T>> {
    const user = await deps.users.reread(account, inner);
    if (user === undefined) throw userGone(account.sub);
    return await change.plan(user, inner);
  }
  return changeAccount(deps, { ...change, plan }, context, signal);
}

/** As `changeUser`, but the plan reads the account itself, because it is also for an account that is gone. */
export async function changeAccount<T>(
  deps: Deps,
  change: UserChange<Account, T>,
  context: WriteContext,
  signal: AbortSignal,
): Promise<Outcome<T>> {
  const account = await findFor(deps, change.user, context, signal);
  return await runOn(deps, account, change, context, signal);
}

/** As `changeAccount`, for a change that a missing user turns into `nothing-to-do`; that is recorded too. */
export async function changeAccountIfFound<T>(
  deps: Deps,
  change: UserChange<Account, T>,
  missing: T,
  context: WriteContext,
  signal: AbortSignal,
): Promise<Outcome<T>> {
  let account: Account;
  try {
    account = await findFor(deps, change.user, context, signal);
  } catch (error) {
    if (!(error instanceof GovernanceError) || error.reason !== "user-gone") throw error;
    const { kind, group, user } = change;
    const target = targetOf(isUuid(user.value) ? user.value : undefined, group);
    const lock = `user:${deps.sha256(user.value)}`;
    const plan = async () => ({ kind: "nothing-to-do", result: missing }) as const;
    return await deps.changes.run({ kind, lock, target, plan }, context, signal);
  }
  return await runOn(deps, account, change, context, signal);
}

async function findFor(
  { users, policy }: Deps,
  { by, value }: UserRef,
  { dryRun }: WriteContext,
  signal: AbortSignal,
): Promise<Account> {
  // Before the first read, which costs a part of the rate limit.
  if (!dryRun) policy.enabled();
  return by === "id" ? await users.byId(value, signal) : await users.byText(value, signal);
}

function runOn<T>(
  { changes }: Deps,
  account: Account,
  { kind, group, plan }: UserChange<Account, T>,
  context: WriteContext,
  signal: AbortSignal,
): Promise<Outcome<T>> {
  const lock = `user:${account.sub}`;
  const target = targetOf(account.sub, group);
  return changes.run({ kind, lock, target, plan: (inner) => plan(account, inner) }, context, signal);
}

function targetOf(user: string | undefined, group: string | undefined): ChangeTarget {
  return { ...(user === undefined ? {} : { user }), ...(group === undefined ? {} : { group }) };
}

/** After a lost answer: done when the account is now as it was to be. */
export async function reconcileUser(
  { users }: Pick<Deps, "users">,
  user: User,
  isDone: (now: User) => boolean,
  signal: AbortSignal,
): Promise<Reconciled<Receipt>> {
  const now = await users.reread(user, signal);
  if (now === undefined || !isDone(now)) return { state: "not-done" };
  return { state: "done", receipt: { requestId: undefined } };
}

export function userGone(sub: string): GovernanceError {
  return new GovernanceError("not-found", `user ${sub} is not in this pool`, { reason: "user-gone" });
}

export function userState(user: User, problem: string): GovernanceError {
  return new GovernanceError("failed-precondition", `user ${user.sub}: ${problem}`, { reason: "user-state" });
}
