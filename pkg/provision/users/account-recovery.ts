import type { Medium } from "../../core/directory-writer.ts";
import type { OpenChange } from "../../core/journal.ts";
import { MFA_FACTORS, type User, type UserDetails } from "../../core/user.ts";
import type { Plan } from "../change-plan.ts";
import type { Deps } from "../deps.ts";
import type { Family } from "../family.ts";
import { invitationMedia } from "../invitation-media.ts";
import type { ChangedUser, RecoveryResult } from "../provisioner.ts";
import type { StepLog } from "../steps.ts";
import { readBack } from "../visibility.ts";
import { changeUser, reconcileUser, userState } from "./user-change.ts";

type AccountRecovery = Family<
  "resetPassword" | "resendInvitation" | "confirmSignUp" | "resetMfa",
  "reset-password" | "resend-invitation" | "confirm-sign-up" | "reset-mfa"
>;

/** For people who cannot sign in: a code, a new invitation, the confirmation, a new second factor. */
export function createAccountRecovery(deps: Deps): AccountRecovery {
  const { directory, users, policy } = deps;

  // Cognito answers each of these with NotAuthorizedException, which looks like bad credentials (mark 49).
  async function planReset(user: User): Promise<Plan<ChangedUser>> {
    policy.ownProfile(user, "a password reset");
    if (!user.enabled) throw userState(user, "is disabled, so no code can be sent; enable the account first");
    if (user.status === "FORCE_CHANGE_PASSWORD") {
      throw userState(user, "has never set a password; resend the invitation or set a password instead");
    }
    if (!verified(user, "email") && !verified(user, "phone_number")) {
      throw userState(
        user,
        "has no verified e-mail address or phone number to send a code to; set a password instead",
      );
    }
    return {
      kind: "change",
      steps: ["AdminResetUserPassword"],
      preview: { user },
      hints: { username: user.username, before: user.status },
      async apply(steps) {
        await steps.make(
          "AdminResetUserPassword",
          (signal) => directory.resetPassword(user.username, signal, steps.clientMetadata),
          // After an earlier reset the status is the same, so only a change of the status is a proof.
          async (signal) =>
            user.status === "RESET_REQUIRED"
              ? { state: "unknown" }
              : reconcileUser(deps, user, ({ status }) => status === "RESET_REQUIRED", signal),
        );
        return { user: await readBack(deps, { ...user, status: "RESET_REQUIRED" }, steps.signal) };
      },
    };
  }

  async function planResend(
    user: User,
    deliverBy: readonly Medium[] | undefined,
    reading: AbortSignal,
  ): Promise<Plan<ChangedUser>> {
    if (user.status !== "FORCE_CHANGE_PASSWORD") {
      throw userState(
        user,
        `is ${user.status} and does not wait for a first sign-in; reset or set the password instead`,
      );
    }
    const by = await invitationMedia({
      deliverBy,
      attributes: user.attributes,
      pool: () => deps.pool(reading),
      refused: (problem) => userState(user, problem),
    });
    return {
      kind: "change",
      steps: ["AdminCreateUser"],
      preview: { user },
      budgets: ["invitations"],
      hints: { username: user.username },
      async apply(steps) {
        await steps.make("AdminCreateUser", (signal) =>
          directory.resendInvitation(user.username, by, signal, steps.clientMetadata),
        );
        return { user: await readBack(deps, user, steps.signal) };
      },
    };
  }

  async function planConfirm(user: User): Promise<Plan<ChangedUser>> {
    if (user.status === "CONFIRMED") return { kind: "nothing-to-do", result: { user } };
    if (user.status !== "UNCONFIRMED") {
      throw userState(user, `is ${user.status}; only an UNCONFIRMED sign-up can be confirmed`);
    }
    return {
      kind: "change",
      steps: ["AdminConfirmSignUp"],
      preview: { user },
      hints: { username: user.username },
      async apply(steps) {
        await steps.make(
          "AdminConfirmSignUp",
          (signal) => directory.confirmSignUp(user.username, signal, steps.clientMetadata),
          (signal) => reconcileUser(deps, user, ({ status }) => status === "CONFIRMED", signal),
        );
        return { user: await readBack(deps, { ...user, status: "CONFIRMED" }, steps.signal) };
      },
    };
  }

  async function planMfa(user: UserDetails): Promise<Plan<ChangedUser>> {
    const { factors } = user;
    if (factors.length === 0) return { kind: "nothing-to-do", result: { user } };
    const known = MFA_FACTORS.filter((factor) => factors.includes(factor));
    const unknown = factors.filter((factor) => !known.some((each) => each === factor));
    if (unknown.length > 0) {
      throw userState(
        user,
        `has the second factor ${unknown.join(", ")}, which this connector cannot turn off`,
      );
    }
    return {
      kind: "change",
      steps: ["AdminSetUserMFAPreference"],
      preview: { user },
      hints: { username: user.username },
      async apply(steps) {
        await steps.make(
          "AdminSetUserMFAPreference",
          // A factor that the user does not have is left out: AWS may refuse to turn it off.
          (inner) => directory.clearMfa(user.username, known, inner),
          (inner) => reconcileUser(deps, user, (now) => now.factors.length === 0, inner),
        );
        return { user: await readBack(deps, user, steps.signal) };
      },
    };
  }

  async function reconcile({ kind, target, hints }: OpenChange, steps: StepLog): Promise<RecoveryResult> {
    const { user: sub = "" } = target;
    const { username, before } = hints;
    const user =
      typeof username === "string" ? await users.reread({ sub, username }, steps.signal) : undefined;
    if (typeof username === "string" && user === undefined) {
      return { outcome: "failed", says: `user ${sub} is no longer in the pool` };
    }
    const says = `user ${sub} is ${user?.status}`;
    if (kind === "confirm-sign-up" && user !== undefined) {
      return { outcome: user.status === "UNCONFIRMED" ? "failed" : "done", says };
    }
    if (kind === "reset-password" && user !== undefined && before !== "RESET_REQUIRED") {
      return { outcome: user.status === "RESET_REQUIRED" ? "done" : "failed", says };
    }
    if (kind === "reset-mfa" && user?.factors.length === 0) {
      return { outcome: "done", says: `user ${sub} has no second factor` };
    }
    return {
      outcome: "unknown",
      says: `it is not known whether ${kind} for user ${sub} was done; repeat it if it is still wanted`,
    };
  }

  return {
    methods: {
      resetPassword: (user, context, signal) =>
        changeUser(deps, { kind: "reset-password", user, plan: planReset }, context, signal),
      resendInvitation: (user, { deliverBy }, context, signal) =>
        changeUser(
          deps,
          { kind: "resend-invitation", user, plan: (now, inner) => planResend(now, deliverBy, inner) },
          context,
          signal,
        ),
      confirmSignUp: (user, context, signal) =>
        changeUser(deps, { kind: "confirm-sign-up", user, plan: planConfirm }, context, signal),
      resetMfa: (user, context, signal) =>
        changeUser(deps, { kind: "reset-mfa", user, plan: planMfa }, context, signal),
    },
    reconcile: {
      "reset-password": reconcile,
      "resend-invitation": reconcile,
      "confirm-sign-up": reconcile,
      "reset-mfa": reconcile,
    },
  };
}

function verified(user: User, name: "email" | "phone_number"): boolean {
  return user.attributes.get(`${name}_verified`) === "true" && (user.attributes.get(name) ?? "") !== "";
}
