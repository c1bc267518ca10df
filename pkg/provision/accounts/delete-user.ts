import type { Receipt } from "../../core/directory-writer.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { OpenChange } from "../../core/journal.ts";
import type { User } from "../../core/user.ts";
import type { Settlement } from "../changes.ts";
import type { Outcome, WriteContext } from "../context.ts";
import type { Account } from "../find-user.ts";
import { goneIsDone } from "../groups/gone.ts";
import { groupsOfUser } from "../groups/listings.ts";
import type { Parts } from "../parts.ts";
import type { Plan, Settled, Steps } from "../plan.ts";
import type { DeletedUser } from "../provisioner.ts";
import type { StepLog } from "../steps.ts";

/** Deletes an account with its memberships, whose names the audit log keeps. One that is gone is deleted (mark 34). */
export function deleteUser(
  parts: Parts,
  account: Account,
  context: WriteContext,
  signal: AbortSignal,
): Promise<Outcome<DeletedUser>> {
  return parts.changes.run(
    {
      kind: "delete-user",
      lock: `user:${account.sub}`,
      target: { user: account.sub },
      plan: (inner) => planDeletion(parts, account, inner),
    },
    context,
    signal,
  );
}

async function planDeletion(parts: Parts, account: Account, signal: AbortSignal): Promise<Plan<DeletedUser>> {
  const { directory, users, guard } = parts;
  const user = await users.again(account, signal);
  const groups = user === undefined ? undefined : await groupsIfThere(parts, user, signal);
  if (user === undefined || groups === undefined) {
    return { kind: "nothing-to-do", result: { user: undefined, groups: [] } };
  }
  guard.deletable(user);
  const result = { user, groups };
  return {
    kind: "change",
    steps: ["AdminDeleteUser"],
    preview: result,
    budgets: ["deletions"],
    facts: { username: user.username },
    undo: { groups },
    async apply(steps) {
      try {
        await remove(parts, steps, user);
      } catch (error) {
        if (!user.enabled || !mayWantDisabled(error)) throw error;
        await steps.make(
          "AdminDisableUser",
          (inner) => directory.disableUser(user.username, inner),
          (inner) => isDisabled(parts, user, inner),
        );
        await removeOrEnable(parts, steps, user);
      }
      return result;
    },
  };
}

async function groupsIfThere(
  { directory }: Parts,
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

function remove({ directory, users }: Parts, steps: Steps, user: User): Promise<Receipt> {
  return steps.make(
    "AdminDeleteUser",
    (signal) => goneIsDone(directory.deleteUser(user.username, signal)),
    async (signal): Promise<Settled<Receipt>> =>
      (await users.again(user, signal)) === undefined
        ? { state: "done", receipt: { requestId: undefined } }
        : { state: "not-done" },
  );
}

/** An account that stays must be able to sign in as before. */
async function removeOrEnable(parts: Parts, steps: Steps, user: User): Promise<void> {
  try {
    await remove(parts, steps, user);
  } catch (error) {
    await steps.takeBack(1, "AdminEnableUser", (signal) => parts.directory.enableUser(user.username, signal));
    throw error;
  }
}

/** One page of AWS still says that sign-in must be switched off before an account can be deleted. */
function mayWantDisabled(error: unknown): boolean {
  return (
    error instanceof GovernanceError && (error.reason === "user-state" || error.code === "invalid-argument")
  );
}

async function isDisabled({ users }: Parts, user: User, signal: AbortSignal): Promise<Settled<Receipt>> {
  const now = await users.again(user, signal);
  return now === undefined || now.enabled
    ? { state: "not-done" }
    : { state: "done", receipt: { requestId: undefined } };
}

/** Gone, or as it was: a deletion that was cut off is not finished hours later. */
export async function settleDeletion(
  { directory, users }: Parts,
  { target, facts, steps: made }: OpenChange,
  steps: StepLog,
): Promise<Settlement> {
  const { user: sub = "" } = target;
  const { username } = facts;
  if (typeof username !== "string") {
    return { outcome: "unknown", says: `whether user ${sub} was deleted cannot be told` };
  }
  const user = await users.again({ sub, username }, steps.signal);
  if (user === undefined) return { outcome: "done", says: `user ${sub} is deleted` };
  const disabled = made.some(
    ({ operation, state }) => operation === "AdminDisableUser" && state !== "not-done",
  );
  if (!disabled || user.enabled) return { outcome: "failed", says: `user ${sub} is not deleted` };
  const enabled = await steps.takeBack(1, "AdminEnableUser", (signal) =>
    directory.enableUser(username, signal),
  );
  return enabled
    ? { outcome: "undone", says: `user ${sub} is not deleted, and enabled again` }
    : { outcome: "partial", says: `user ${sub} is not deleted, and was left disabled: enable the account` };
}
