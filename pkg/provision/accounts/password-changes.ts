import { GovernanceError } from "../../core/errors.ts";
import type { OpenChange } from "../../core/journal.ts";
import type { Secret } from "../../core/secret.ts";
import type { User } from "../../core/user.ts";
import type { Plan } from "../change-plan.ts";
import type { Deps } from "../deps.ts";
import type { Family } from "../family.ts";
import type { ChangedUser, Credential, RecoveryResult, RotatedCredential } from "../provisioner.ts";
import { changeUser } from "../users/user-change.ts";
import { readBack } from "../visibility.ts";
import { checkPassword, choosePassword, setPasswordStep, withPassword } from "./credentials.ts";

/** New passwords: one that the caller chose, or one that is generated. The old password is invalid at once. */
export function createPasswordChanges(
  deps: Deps,
): Family<"setPassword" | "rotateCredential", "set-password" | "rotate-credential"> {
  const { policy, randomBelow } = deps;

  async function planSet(
    user: User,
    password: Secret,
    permanent: boolean,
    signal: AbortSignal,
  ): Promise<Plan<ChangedUser>> {
    policy.ownProfile(user, "a password");
    checkPassword(await deps.pool(signal), password, "password");
    return {
      kind: "change",
      steps: ["AdminSetUserPassword"],
      preview: { user },
      hints: { username: user.username },
      async apply(steps) {
        const chosen = { secret: password, permanent, generated: false };
        await setPasswordStep(deps, steps, user.username, chosen, user);
        return { user: await readBack(deps, withPassword(user, permanent), steps.signal) };
      },
    };
  }

  async function planRotation(
    user: User,
    credential: Credential,
    signal: AbortSignal,
  ): Promise<Plan<RotatedCredential>> {
    policy.ownProfile(user, "a password");
    const pool = await deps.pool(signal);
    const password = choosePassword(pool, credential, randomBelow);
    if (password === undefined) {
      throw new GovernanceError(
        "invalid-argument",
        "credential_options: a rotation needs a password; ask for a random one or give one",
      );
    }
    const { secret, temporary, generated } = password;
    return {
      kind: "change",
      steps: ["AdminSetUserPassword"],
      preview: { user, password: undefined },
      hints: { username: user.username, generated },
      async apply(steps) {
        const chosen = { secret, permanent: !temporary, generated };
        await setPasswordStep(deps, steps, user.username, chosen, user);
        return {
          user: await readBack(deps, withPassword(user, !temporary), steps.signal),
          password: generated ? secret : undefined,
        };
      },
    };
  }

  return {
    methods: {
      setPassword: (user, password, { permanent }, context, signal) =>
        changeUser(
          deps,
          { kind: "set-password", user, plan: (now, inner) => planSet(now, password, permanent, inner) },
          context,
          signal,
        ),
      rotateCredential: (user, credential, context, signal) =>
        changeUser(
          deps,
          { kind: "rotate-credential", user, plan: (now, inner) => planRotation(now, credential, inner) },
          context,
          signal,
        ),
    },
    reconcile: { "set-password": reconcileSet, "rotate-credential": reconcileRotation },
  };
}

/** Nothing in the pool shows which password an account has. */
async function reconcileSet({ target }: OpenChange): Promise<RecoveryResult> {
  return {
    outcome: "unknown",
    says: `it is not known whether the password of user ${target.user ?? ""} was set; set it again`,
  };
}

/** The journal shows at best that the call was answered. Nobody got the new password. */
async function reconcileRotation({ target, hints, steps }: OpenChange): Promise<RecoveryResult> {
  const { user: sub = "" } = target;
  const state = steps.findLast(({ operation }) => operation === "AdminSetUserPassword")?.state;
  if (state === "not-done") {
    return { outcome: "failed", says: `the password of user ${sub} was not set` };
  }
  const lost = hints["generated"] === true ? ", and nobody has received it" : "";
  return state === "done"
    ? { outcome: "done", says: `a new password of user ${sub} was set${lost}: rotate again` }
    : { outcome: "unknown", says: `a new password of user ${sub} may be set${lost}: rotate again` };
}
