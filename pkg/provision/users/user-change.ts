import type { ChangeKind, ChangeTarget } from "../../core/change.ts";
import type { Receipt } from "../../core/directory-writer.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { User, UserDetails } from "../../core/user.ts";
import { isUuid } from "../../core/uuid.ts";
import type { Plan, Reconciled } from "../change-plan.ts";
import type { Deps } from "../deps.ts";
import type { Account } from "../known-accounts.ts";
import type { Outcome, UserRef, WriteContext } from "../provisioner.ts";
import { reconciledBy, userIfThere } from "../visibility.ts";

/** A change of one account. `UserDetails` as subject: planned on the account as it is now. */
interface AccountChange<Subject extends Account, T> {
  readonly kind: ChangeKind;
  readonly user: UserRef;
  readonly group?: string;
  readonly plan: (subject: Subject, signal: AbortSignal) => Promise<Plan<T>>;
}

/** Finds the account, reads it again once its lock is held, and runs the change. `not-found` when it is gone. */
export function changeUser<T>(
  deps: Deps,
  change: AccountChange<UserDetails, T>,
  context: WriteContext,
  signal: AbortSignal,
): Promise<Outcome<T>> {
  async function plan(account: Account, inner: AbortSignal): Promise<Plan<T>> {
    const user = await userIfThere(deps, account, inner);
    if (user === undefined) throw userGone(account.sub);
    return await change.plan(user, inner);
  }
  return changeAccount(deps, { ...change, plan }, context, signal);
}

/** As `changeUser`, but the plan reads the account itself, because it is also for an account that is gone. */
export function changeAccount<T>(
  deps: Deps,
  change: AccountChange<Account, T>,
  context: WriteContext,
  signal: AbortSignal,
): Promise<Outcome<T>> {
  return changeFound(deps, change, context, signal, async (failure) => {
    throw failure;
  });
}

/** As `changeAccount`, for a change that has another plan when the user is missing; that is recorded too. */
export function changeAccountIfFound<T>(
  deps: Deps,
  change: AccountChange<Account, T>,
  planMissing: (signal: AbortSignal) => Promise<Plan<T>>,
  context: WriteContext,
  signal: AbortSignal,
): Promise<Outcome<T>> {
  return changeFound(deps, change, context, signal, async (failure, inner) => {
    if (failure.reason !== "user-gone") throw failure;
    return await planMissing(inner);
  });
}

/** Also a change whose user is not found has its line in the audit log. */
async function changeFound<T>(
  deps: Deps,
  change: AccountChange<Account, T>,
  context: WriteContext,
  signal: AbortSignal,
  planWithout: (failure: GovernanceError, signal: AbortSignal) => Promise<Plan<T>>,
): Promise<Outcome<T>> {
  const { kind, group, user } = change;
  let account: Account;
  try {
    account = await findFor(deps, user, context, signal);
  } catch (error) {
    const failure = GovernanceError.from(error);
    const target = unfoundTarget(deps, user.value, group);
    const lock = `user:${deps.sha256(user.value)}`;
    const plan = (inner: AbortSignal) => planWithout(failure, inner);
    return await deps.changes.run({ kind, lock, target, plan }, context, signal);
  }
  const lock = `user:${account.sub}`;
  // Once the account is gone, the pool cannot say whose sub this was.
  const name = kind === "delete-user" ? nameOf(account, user) : undefined;
  const target: ChangeTarget = {
    user: account.sub,
    ...groupIn(group),
    ...(name === undefined ? {} : { loginSha256: deps.sha256(name.toLowerCase()) }),
  };
  const plan = (inner: AbortSignal) => change.plan(account, inner);
  return await deps.changes.run({ kind, lock, target, plan }, context, signal);
}

async function findFor(
  { users, policy }: Deps,
  { by, value, account }: UserRef,
  { dryRun }: WriteContext,
  signal: AbortSignal,
): Promise<Account> {
  // Before the first read, which costs a part of the rate limit.
  if (!dryRun) policy.enabled();
  if (account !== undefined) return account;
  return by === "id" ? await users.byId(value, signal) : await users.byText(value, signal);
}

/** The username; where the pool makes usernames by itself, the name that the person typed. */
function nameOf({ username }: Account, { by, value }: UserRef): string | undefined {
  if (!isUuid(username)) return username;
  return by === "text" && !isUuid(value) ? value : undefined;
}

/** A text that is not an id may be an e-mail address, so only its digest is written down (D20). */
function unfoundTarget({ sha256 }: Deps, name: string, group: string | undefined): ChangeTarget {
  if (isUuid(name)) return { user: name, ...groupIn(group) };
  const login = name.trim().toLowerCase();
  // A blank name is the name of no one: one digest for all of them would join changes of different people.
  return login === "" ? groupIn(group) : { loginSha256: sha256(login), ...groupIn(group) };
}

function groupIn(group: string | undefined): Pick<ChangeTarget, "group"> {
  return group === undefined ? {} : { group };
}

/** After a lost answer: done when the account is now as it was to be. */
export async function reconcileUser(
  deps: Pick<Deps, "sleep" | "users">,
  user: User,
  isDone: (now: UserDetails) => boolean,
  signal: AbortSignal,
): Promise<Reconciled<Receipt>> {
  async function find(inner: AbortSignal): Promise<Receipt | undefined> {
    const now = await deps.users.reread(user, inner);
    return now !== undefined && isDone(now) ? { requestId: undefined } : undefined;
  }
  return await reconciledBy(deps, find, signal);
}

export function userGone(sub: string): GovernanceError {
  return new GovernanceError("not-found", `user ${sub} is not in this pool`, { reason: "user-gone" });
}

export function userState(user: User, problem: string): GovernanceError {
  return new GovernanceError("failed-precondition", `user ${user.sub}: ${problem}`, { reason: "user-state" });
}
