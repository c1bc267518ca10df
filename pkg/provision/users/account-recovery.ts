import type { Medium } from "../../core/directory-writer.ts";
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
import { changeUser, settledBy, userState } from "./user-change.ts";

/** What helps a person who cannot sign in: a code, a new invitation, the confirmation, a new second factor. */
export interface RecoveryOfAccess {
  resetPassword(user: Account, context: WriteContext, signal: AbortSignal): Promise<Outcome<ChangedUser>>;
  resendInvitation(user: Account, context: WriteContext, signal: AbortSignal): Promise<Outcome<ChangedUser>>;
  confirmSignUp(user: Account, context: WriteContext, signal: AbortSignal): Promise<Outcome<ChangedUser>>;
  resetMfa(user: Account, context: WriteContext, signal: AbortSignal): Promise<Outcome<ChangedUser>>;
  settle(change: OpenChange, steps: StepLog): Promise<Settlement>;
}

export function createRecoveryOfAccess(parts: Parts): RecoveryOfAccess {
  const { directory, users, guard } = parts;

  // Cognito answers NotAuthorizedException to each of these, which reads as bad credentials (mark 49).
  async function planReset(user: User): Promise<Plan<ChangedUser>> {
    guard.ownProfile(user, "a password reset");
    if (!user.enabled) throw userState(user, "is disabled, so no code can be sent; enable the account first");
    if (user.status === "FORCE_CHANGE_PASSWORD") {
      throw userState(user, "has never set a password; resend the invitation or set a password instead");
    }
    if (!verified(user, "email") && !verified(user, "phone_number")) {
      throw userState(
        user,
        "has no verified e-mail or phone that a code could go to; set a password instead",
      );
    }
    return {
      kind: "change",
      steps: ["AdminResetUserPassword"],
      preview: { user },
      facts: { username: user.username, before: user.status },
      async apply(steps) {
        await steps.make(
          "AdminResetUserPassword",
          (signal) => directory.resetPassword(user.username, signal),
          // A reset before this one looks the same, so only a change of the status tells.
          async (signal) =>
            user.status === "RESET_REQUIRED"
              ? { state: "unknown" }
              : settledBy(parts, user, ({ status }) => status === "RESET_REQUIRED", signal),
        );
        return { user: await readBack(parts, user, steps.signal) };
      },
    };
  }

  async function planResend(user: User): Promise<Plan<ChangedUser>> {
    if (user.status !== "FORCE_CHANGE_PASSWORD") {
      throw userState(
        user,
        `is ${user.status} and not waiting for a first sign-in; reset or set the password instead`,
      );
    }
    const by = mediumOf(user);
    if (by === undefined) {
      throw userState(user, "has neither e-mail nor phone that an invitation could go to; set one first");
    }
    return {
      kind: "change",
      steps: ["AdminCreateUser"],
      preview: { user },
      budgets: ["invitations"],
      facts: { username: user.username },
      async apply(steps) {
        await steps.make("AdminCreateUser", (signal) =>
          directory.resendInvitation(user.username, [by], signal),
        );
        return { user: await readBack(parts, user, steps.signal) };
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
      facts: { username: user.username },
      async apply(steps) {
        await steps.make(
          "AdminConfirmSignUp",
          (signal) => directory.confirmSignUp(user.username, signal),
          (signal) => settledBy(parts, user, ({ status }) => status === "CONFIRMED", signal),
        );
        return { user: await readBack(parts, user, steps.signal) };
      },
    };
  }

  async function planMfa(user: User): Promise<Plan<ChangedUser>> {
    return {
      kind: "change",
      steps: ["AdminSetUserMFAPreference"],
      preview: { user },
      facts: { username: user.username },
      async apply(steps) {
        await steps.make("AdminSetUserMFAPreference", (signal) => directory.clearMfa(user.username, signal));
        return { user: await readBack(parts, user, steps.signal) };
      },
    };
  }

  async function settle({ kind, target, facts }: OpenChange, steps: StepLog): Promise<Settlement> {
    const { user: sub = "" } = target;
    const { username, before } = facts;
    const user =
      typeof username === "string" ? await users.again({ sub, username }, steps.signal) : undefined;
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
    return {
      outcome: "unknown",
      says: `whether ${kind} of user ${sub} was made cannot be told; repeat it if it is still wanted`,
    };
  }

  return {
    resetPassword: (user, context, signal) =>
      changeUser(parts, "reset-password", user, planReset, context, signal),
    resendInvitation: (user, context, signal) =>
      changeUser(parts, "resend-invitation", user, planResend, context, signal),
    confirmSignUp: (user, context, signal) =>
      changeUser(parts, "confirm-sign-up", user, planConfirm, context, signal),
    resetMfa: (user, context, signal) => changeUser(parts, "reset-mfa", user, planMfa, context, signal),
    settle,
  };
}

function verified(user: User, name: "email" | "phone_number"): boolean {
  return user.attributes.get(`${name}_verified`) === "true" && (user.attributes.get(name) ?? "") !== "";
}

/** How a message reaches the user, from what they have: Cognito's own default is SMS, whatever they have (mark 40). */
function mediumOf(user: User): Medium | undefined {
  if ((user.attributes.get("email") ?? "") !== "") return "EMAIL";
  return (user.attributes.get("phone_number") ?? "") === "" ? undefined : "SMS";
}
