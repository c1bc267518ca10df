import type { ChangeKind } from "../../core/change.ts";
import type { Receipt } from "../../core/directory-writer.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { User } from "../../core/user.ts";
import type { Outcome, WriteContext } from "../context.ts";
import type { Account } from "../find-user.ts";
import type { Parts } from "../parts.ts";
import type { Plan, Settled } from "../plan.ts";

/** Runs a change of one account, planned on the account as it is now. */
export function changeUser<T>(
  { changes, users }: Parts,
  kind: ChangeKind,
  account: Account,
  plan: (fresh: User, signal: AbortSignal) => Promise<Plan<T>>,
  context: WriteContext,
  signal: AbortSignal,
): Promise<Outcome<T>> {
  return changes.run(
    {
      kind,
      lock: `user:${account.sub}`,
      target: { user: account.sub },
      async plan(inner) {
        const fresh = await users.again(account, inner);
        if (fresh !== undefined) return await plan(fresh, inner);
        throw userGone(account.sub);
      },
    },
    context,
    signal,
  );
}

/** What a read says about a lost answer: done when the account looks as it was to look. */
export async function settledBy(
  { users }: Parts,
  user: User,
  isDone: (now: User) => boolean,
  signal: AbortSignal,
): Promise<Settled<Receipt>> {
  const now = await users.again(user, signal);
  if (now === undefined || !isDone(now)) return { state: "not-done" };
  return { state: "done", receipt: { requestId: undefined } };
}

export function userGone(sub: string): GovernanceError {
  return new GovernanceError("not-found", `user ${sub} is not in this pool`, { reason: "user-gone" });
}

export function userState(user: User, problem: string): GovernanceError {
  return new GovernanceError("failed-precondition", `user ${user.sub}: ${problem}`, { reason: "user-state" });
}
