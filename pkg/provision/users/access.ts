import type { OpenChange } from "../../core/journal.ts";
import type { User } from "../../core/user.ts";
import type { Plan } from "../change-plan.ts";
import type { Deps } from "../deps.ts";
import type { Family } from "../family.ts";
import type { ChangedUser, RecoveryResult } from "../provisioner.ts";
import { isRefusedByAws, type StepLog } from "../steps.ts";
import { disableStep, enableStep, signOutStep } from "./access-steps.ts";
import { changeUser } from "./user-change.ts";

type Access = Family<
  "enableUser" | "disableUser" | "signOutUser",
  "enable-user" | "disable-user" | "sign-out-user"
>;

/** Whether an account may sign in, and whether it is signed in. */
export function createAccess(deps: Deps): Access {
  const { directory, users } = deps;

  async function planEnable(user: User): Promise<Plan<ChangedUser>> {
    if (user.enabled) return { kind: "nothing-to-do", result: { user } };
    return {
      kind: "change",
      steps: ["AdminEnableUser"],
      preview: { user },
      hints: { username: user.username },
      async apply(steps) {
        await enableStep(deps, steps, user);
        return { user: { ...user, enabled: true } };
      },
    };
  }

  /**
   * A disabled account is signed out all the same: an earlier attempt may have stopped between the two calls. When the
   * second call is not made, the account is disabled all the same, as was asked for (D22). When its answer is lost, the
   * change fails, and the account stays disabled, which is the safe half.
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
      hints: { username: user.username, signOut },
      async apply(steps) {
        if (user.enabled) await disableStep(deps, steps, user);
        if (signOut) await signOutStep(deps, steps, user);
        return { user: { ...user, enabled: false } };
      },
    };
  }

  async function planSignOut(user: User): Promise<Plan<ChangedUser>> {
    return {
      kind: "change",
      steps: ["AdminUserGlobalSignOut"],
      preview: { user },
      hints: { username: user.username, signOut: true },
      async apply(steps) {
        await steps.make("AdminUserGlobalSignOut", (signal) => directory.signOutUser(user.username, signal));
        return { user };
      },
    };
  }

  /** Finishes what is harmless to repeat. An account that is still enabled is not disabled now, perhaps hours later. */
  async function reconcile(
    { kind, target, hints, steps: made }: OpenChange,
    steps: StepLog,
  ): Promise<RecoveryResult> {
    const { user: sub = "" } = target;
    const { username, signOut: wanted } = hints;
    if (typeof username !== "string") {
      return { outcome: "unknown", says: `it is not known what became of ${kind} for user ${sub}` };
    }
    const user = await users.reread({ sub, username }, steps.signal);
    if (user === undefined) return { outcome: "failed", says: `user ${sub} is no longer in the pool` };
    const state = `user ${sub} is ${user.enabled ? "enabled" : "disabled"}`;
    if (kind === "enable-user") return { outcome: user.enabled ? "done" : "failed", says: state };
    if (kind === "disable-user" && user.enabled) return { outcome: "failed", says: state };
    if (wanted !== true) return { outcome: "done", says: state };
    const isSignedOut =
      kind === "disable-user"
        ? await signOutStep(deps, steps, user)
        : await signOutStep(deps, steps, user, isRefusedByAws);
    if (isSignedOut) return { outcome: "done", says: `${state} and signed out everywhere` };
    const says = [state, ...steps.warnings()].join("; ");
    if (kind === "disable-user") return { outcome: "partial", says };
    return made.every((step) => step.state === "not-done")
      ? { outcome: "failed", says }
      : { outcome: "unknown", says: `${says}; an earlier call may have ended them` };
  }

  return {
    methods: {
      enableUser: (user, context, signal) =>
        changeUser(deps, { kind: "enable-user", user, plan: planEnable }, context, signal),
      disableUser: (user, { signOut }, context, signal) =>
        changeUser(
          deps,
          { kind: "disable-user", user, plan: (now) => planDisable(now, signOut) },
          context,
          signal,
        ),
      signOutUser: (user, context, signal) =>
        changeUser(deps, { kind: "sign-out-user", user, plan: planSignOut }, context, signal),
    },
    reconcile: { "enable-user": reconcile, "disable-user": reconcile, "sign-out-user": reconcile },
  };
}
