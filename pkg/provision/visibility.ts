import type { Receipt } from "../core/directory-writer.ts";
import { GovernanceError } from "../core/errors.ts";
import type { User, UserDetails } from "../core/user.ts";
import type { Reconciled } from "./change-plan.ts";
import type { Deps } from "./deps.ts";
import type { Account } from "./known-accounts.ts";

/** A new account may not be visible to a read for a moment (mark 50). */
const PAUSES_MS = [200, 400, 800, 1600];

/** Reads again a few times before it says that there is nothing. */
export async function retryUntilVisible<T>(
  { sleep }: Pick<Deps, "sleep">,
  read: (signal: AbortSignal) => Promise<T | undefined>,
  signal: AbortSignal,
): Promise<T | undefined> {
  for (const pauseMs of PAUSES_MS) {
    const found = await read(signal);
    if (found !== undefined) return found;
    await sleep(pauseMs, signal);
  }
  return await read(signal);
}

/**
 * What became of a call whose answer was lost. AWS may still be at it, as while a trigger of the pool runs, so it is not done
 * only when several reads do not show it. `find` resolves with undefined where a read does not.
 */
export async function reconciledBy<R extends Receipt>(
  deps: Pick<Deps, "sleep">,
  find: (signal: AbortSignal) => Promise<R | undefined>,
  signal: AbortSignal,
): Promise<Reconciled<R>> {
  const receipt = await retryUntilVisible(deps, find, signal);
  return receipt === undefined ? { state: "not-done" } : { state: "done", receipt };
}

/** A call for a new account, which may not be visible to it yet. */
export async function callOnceVisible(
  deps: Pick<Deps, "sleep">,
  call: () => Promise<Receipt>,
  signal: AbortSignal,
): Promise<Receipt> {
  let gone: GovernanceError | undefined;
  const receipt = await retryUntilVisible(
    deps,
    async () => {
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof GovernanceError) || error.reason !== "user-gone") throw error;
        gone = error;
        return undefined;
      }
    },
    signal,
  );
  if (receipt === undefined)
    throw gone ?? new GovernanceError("internal", "a call for a new account has no answer");
  return receipt;
}

/**
 * The account as it is now. It is gone only when no read shows it and it was not made a moment ago: a new account is
 * readable a moment later (mark 50).
 */
export async function userIfThere(
  deps: Pick<Deps, "sleep" | "users">,
  account: Account,
  signal: AbortSignal,
): Promise<UserDetails | undefined> {
  const { users } = deps;
  const user = await users.reread(account, signal);
  if (user !== undefined || !(await users.maybeThere(account, signal))) return user;
  return await retryUntilVisible(deps, (inner) => users.reread(account, inner), signal);
}

/**
 * The account as it is after the change, or `made`, as its calls have left it, when it cannot be read: the change is made
 * all the same, and its answer may hold a password that is given only once (mark 50).
 */
export async function readBack(
  deps: Pick<Deps, "sleep" | "users">,
  made: User,
  signal: AbortSignal,
): Promise<User> {
  try {
    return (await retryUntilVisible(deps, (inner) => deps.users.reread(made, inner), signal)) ?? made;
  } catch {
    return made;
  }
}
