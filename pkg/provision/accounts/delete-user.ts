import type { Receipt } from "../../core/directory-writer.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { OpenChange } from "../../core/journal.ts";
import type { User } from "../../core/user.ts";
import type { Plan, Steps } from "../change-plan.ts";
import type { Deps } from "../deps.ts";
import type { Family } from "../family.ts";
import { groupsOfUser } from "../groups/listings.ts";
import type { Account } from "../known-accounts.ts";
import type { DeletedUser, RecoveryResult } from "../provisioner.ts";
import { goneIsDone, type StepLog } from "../steps.ts";
import { changeAccountIfFound, reconcileUser } from "../users/user-change.ts";
import { reconciledBy, userIfThere } from "../visibility.ts";

/** Deletes an account with its memberships, whose names the audit log keeps. It succeeds for a missing one (mark 34). */
export function createUserDeletion(deps: Deps): Family<"deleteUser", "delete-user"> {
  return {
    methods: {
      deleteUser: (user, context, signal) =>
        changeAccountIfFound<DeletedUser>(
          deps,
          { kind: "delete-user", user, plan: (account, inner) => planDeletion(deps, account, inner) },
          async () => ({ kind: "nothing-to-do", result: { user: undefined, groups: [] } }),
          context,
          signal,
        ),
    },
    reconcile: { "delete-user": (change, steps) => reconcileDeletion(deps, change, steps) },
  };
}

async function planDeletion(deps: Deps, account: Account, signal: AbortSignal): Promise<Plan<DeletedUser>> {
  const { directory, policy } = deps;
  const user = await userIfThere(deps, account, signal);
  const groups = user === undefined ? undefined : await groupsIfThere(deps, user, signal);
  if (user === undefined || groups === undefined) {
    return { kind: "nothing-to-do", result: { user: undefined, groups: [] } };
  }
  policy.deletable(user);
  const result = { user, groups };
  return {
    kind: "change",
    steps: ["AdminDeleteUser"],
    preview: result,
    budgets: ["deletions"],
    hints: { username: user.username },
    undo: { groups },
    async apply(steps) {
      try {
        await remove(deps, steps, user);
      } catch (error) {
        if (!user.enabled || !mayWantDisabled(error)) throw error;
        await steps.make(
          "AdminDisableUser",
          (inner) => directory.disableUser(user.username, inner),
          (inner) => reconcileUser(deps, user, ({ enabled }) => !enabled, inner),
        );
        await removeOrEnable(deps, steps, user);
      }
      return result;
    },
  };
}

async function groupsIfThere(
  { directory }: Deps,
  { username }: User,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  try {
    return [...(await groupsOfUser(directory, username, signal))];
  } catch (error) {
    if (error instanceof GovernanceError && error.reason === "user-gone") return undefined;
    throw error;
  }
}

async function remove(deps: Deps, steps: Steps, user: User): Promise<void> {
  const { directory, users, recentMembers } = deps;
  async function isGone(signal: AbortSignal): Promise<Receipt | undefined> {
    return (await users.reread(user, signal)) === undefined ? { requestId: undefined } : undefined;
  }
  await steps.make(
    "AdminDeleteUser",
    (signal) => goneIsDone(directory.deleteUser(user.username, signal)),
    (signal) => reconciledBy(deps, isGone, signal),
  );
  recentMembers.forgetUser(user.username);
}

/** When the account cannot be deleted, its user must be able to sign in as before. */
async function removeOrEnable(deps: Deps, steps: Steps, user: User): Promise<void> {
  try {
    await remove(deps, steps, user);
  } catch (error) {
    await steps.takeBack(1, "AdminEnableUser", (signal) => deps.directory.enableUser(user.username, signal));
    throw error;
  }
}

/** One page of AWS still says that a user must be disabled before it can be deleted. */
function mayWantDisabled(error: unknown): boolean {
  return (
    error instanceof GovernanceError &&
    (error.reason === "user-state" || error.reason === "request-refused" || error.code === "invalid-argument")
  );
}

/** The account is gone, or as it was before: a deletion that was cut off is not finished hours later. */
async function reconcileDeletion(
  { directory, users }: Deps,
  { target, hints, steps: made }: OpenChange,
  steps: StepLog,
): Promise<RecoveryResult> {
  const { user: sub = "" } = target;
  const { username } = hints;
  if (typeof username !== "string") {
    return { outcome: "unknown", says: `it is not known whether user ${sub} was deleted` };
  }
  const user = await users.reread({ sub, username }, steps.signal);
  if (user === undefined) return { outcome: "done", says: `user ${sub} is deleted` };
  const disabled = made.some(
    ({ operation, state }) => operation === "AdminDisableUser" && state !== "not-done",
  );
  if (!disabled || user.enabled) return { outcome: "failed", says: `user ${sub} is not deleted` };
  const enabled = await steps.takeBack(1, "AdminEnableUser", (signal) =>
    directory.enableUser(username, signal),
  );
  return enabled
    ? { outcome: "undone", says: `user ${sub} is not deleted, and is enabled again` }
    : { outcome: "partial", says: `user ${sub} is not deleted, and was left disabled: enable the account` };
}
