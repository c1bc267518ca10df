// The calls that disable, enable and sign out a user, for every change that does so.
import type { Receipt } from "../../core/directory-writer.ts";
import type { GovernanceError } from "../../core/errors.ts";
import type { User } from "../../core/user.ts";
import type { Steps } from "../change-plan.ts";
import type { Deps } from "../deps.ts";
import type { Account } from "../known-accounts.ts";
import { reconcileUser } from "./user-change.ts";

type AccessDeps = Pick<Deps, "directory" | "sleep" | "users">;

/** `wrap` makes the request: a new account may not be visible to it at first. */
export async function disableStep(
  deps: AccessDeps,
  steps: Steps,
  user: User,
  wrap: (call: () => Promise<Receipt>, signal: AbortSignal) => Promise<Receipt> = (call) => call(),
): Promise<void> {
  await steps.make(
    "AdminDisableUser",
    (signal) => wrap(() => deps.directory.disableUser(user.username, signal), signal),
    (signal) => reconcileUser(deps, user, ({ enabled }) => !enabled, signal),
  );
}

export async function enableStep(deps: AccessDeps, steps: Steps, user: User): Promise<void> {
  await steps.make(
    "AdminEnableUser",
    (signal) => deps.directory.enableUser(user.username, signal),
    (signal) => reconcileUser(deps, user, ({ enabled }) => enabled, signal),
  );
}

/** Resolves with whether it was done. A user who is disabled is so without it too. */
export async function signOutStep(
  { directory }: Pick<Deps, "directory">,
  steps: Steps,
  { username }: Pick<Account, "username">,
  isTolerated?: (failure: GovernanceError) => boolean,
): Promise<boolean> {
  return await steps.tryOptional(
    "AdminUserGlobalSignOut",
    "the sessions of the user were not ended",
    (signal) => directory.signOutUser(username, signal),
    isTolerated,
  );
}
