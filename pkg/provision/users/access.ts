import type { OpenChange } from "../../core/journal.ts";
import type { User } from "../../core/user.ts";
import type { Settlement } from "../changes.ts";
import type { Outcome, WriteContext } from "../context.ts";
import type { Account } from "../find-user.ts";
import type { Parts } from "../parts.ts";
import type { Plan } from "../plan.ts";
import type { ChangedUser } from "../provisioner.ts";
import { readBack } from "../read-back.ts";
import type { StepLog } from "../steps.ts";
import { changeUser, settledBy } from "./user-change.ts";

/** Whether an account may sign in, and whether it is signed in. */
export interface Access {
  enable(user: Account, context: WriteContext, signal: AbortSignal): Promise<Outcome<ChangedUser>>;
  disable(
    user: Account,
    how: { readonly signOut: boolean },
    context: WriteContext,
    signal: AbortSignal,
  ): Promise<Outcome<ChangedUser>>;
  signOut(user: Account, context: WriteContext, signal: AbortSignal): Promise<Outcome<ChangedUser>>;
  settle(change: OpenChange, steps: StepLog): Promise<Settlement>;
}

export function createAccess(parts: Parts): Access {
  const { directory, users } = parts;

  async function planEnable(user: User): Promise<Plan<ChangedUser>> {
    if (user.enabled) return { kind: "nothing-to-do", result: { user } };
    return {
      kind: "change",
      steps: ["AdminEnableUser"],
      preview: { user },
      facts: { username: user.username },
      async apply(steps) {
        await steps.make(
          "AdminEnableUser",
          (signal) => directory.enableUser(user.username, signal),
          (signal) => settledBy(parts, user, ({ enabled }) => enabled, signal),
        );
        return { user: await readBack(parts, user, steps.signal) };
      },
    };
  }

  /**
   * An account that is disabled already is signed out all the same: the first attempt may have broken off between the
   * two. When the second call fails the account stays disabled, which is the safe half.
   */
  async function planDisable(user: User, signOut: boolean): Promise<Plan<ChangedUser>> {
    if (!user.enabled && !signOut) return { kind: "nothing-to-do", result: { user } };
    return {
      kind: "change",
      steps: [
        ...(user.enabled ? (["AdminDisableUser"] as const) : []),
        ...(signOut ? (["AdminUserGlobalSignOut"] as const) : []),
      ],
      preview: { user },
      budgets: user.enabled ? ["disables"] : [],
      facts: { username: user.username, signOut },
      async apply(steps) {
        if (user.enabled) {
          await steps.make(
            "AdminDisableUser",
            (signal) => directory.disableUser(user.username, signal),
            (signal) => settledBy(parts, user, ({ enabled }) => !enabled, signal),
          );
        }
        if (signOut) {
          await steps.make("AdminUserGlobalSignOut", (signal) =>
            directory.signOutUser(user.username, signal),
          );
        }
        return { user: await readBack(parts, user, steps.signal) };
      },
    };
  }

  async function planSignOut(user: User): Promise<Plan<ChangedUser>> {
    return {
      kind: "change",
      steps: ["AdminUserGlobalSignOut"],
      preview: { user },
      facts: { username: user.username, signOut: true },
      async apply(steps) {
        await steps.make("AdminUserGlobalSignOut", (signal) => directory.signOutUser(user.username, signal));
        return { user };
      },
    };
  }

  /** Goes on with what is harmless to repeat; an account that is not disabled is not disabled now, hours later. */
  async function settle({ kind, target, facts }: OpenChange, steps: StepLog): Promise<Settlement> {
    const { user: sub = "" } = target;
    const { username, signOut } = facts;
    if (typeof username !== "string") {
      return { outcome: "unknown", says: `what became of ${kind} of user ${sub} cannot be told` };
    }
    const user = await users.again({ sub, username }, steps.signal);
    if (user === undefined) return { outcome: "failed", says: `user ${sub} is no longer in the pool` };
    const state = `user ${sub} is ${user.enabled ? "enabled" : "disabled"}`;
    if (kind === "enable-user") return { outcome: user.enabled ? "done" : "failed", says: state };
    if (kind === "disable-user" && user.enabled) return { outcome: "failed", says: state };
    if (signOut !== true) return { outcome: "done", says: state };
    await steps.make("AdminUserGlobalSignOut", (signal) => directory.signOutUser(username, signal));
    return { outcome: "done", says: `${state} and signed out everywhere` };
  }

  return {
    enable: (user, context, signal) => changeUser(parts, "enable-user", user, planEnable, context, signal),
    disable: (user, { signOut }, context, signal) =>
      changeUser(parts, "disable-user", user, (fresh) => planDisable(fresh, signOut), context, signal),
    signOut: (user, context, signal) =>
      changeUser(parts, "sign-out-user", user, planSignOut, context, signal),
    settle,
  };
}
