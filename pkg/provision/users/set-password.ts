import { GovernanceError } from "../../core/errors.ts";
import { passwordProblem } from "../../core/passwords/check.ts";
import type { Pool } from "../../core/pool.ts";
import type { Secret } from "../../core/secret.ts";
import type { User } from "../../core/user.ts";
import type { Outcome, WriteContext } from "../context.ts";
import type { Account } from "../find-user.ts";
import type { Parts } from "../parts.ts";
import type { Plan, Steps } from "../plan.ts";
import type { ChangedUser } from "../provisioner.ts";
import { readBack } from "../read-back.ts";
import { changeUser } from "./user-change.ts";

/** A password that the caller chose. */
export function setPassword(
  parts: Parts,
  user: Account,
  password: Secret,
  { permanent }: { readonly permanent: boolean },
  context: WriteContext,
  signal: AbortSignal,
): Promise<Outcome<ChangedUser>> {
  async function plan(fresh: User, inner: AbortSignal): Promise<Plan<ChangedUser>> {
    parts.guard.ownProfile(fresh, "a password");
    checkPassword(await parts.directory.describePool(inner), password, "password");
    return {
      kind: "change",
      steps: ["AdminSetUserPassword"],
      preview: { user: fresh },
      facts: { username: fresh.username },
      async apply(steps) {
        await makePassword(parts, steps, fresh.username, password, permanent);
        return { user: await readBack(parts, fresh, steps.signal) };
      },
    };
  }
  return changeUser(parts, "set-password", user, plan, context, signal);
}

/** Refuses what the pool's policy would refuse, before anything is written (L-02, mark 41). */
export function checkPassword(pool: Pool, password: Secret, field: string): void {
  const problem = passwordProblem(pool.passwordPolicy, password.reveal());
  if (problem !== undefined) {
    throw new GovernanceError("invalid-argument", `${field}: ${problem}`, { reason: "password-refused" });
  }
}

/**
 * AdminSetUserPassword as one step. When the answer is lost it is sent once more, which sets the same password; a pool
 * with a history then refuses it as used before, and that says that the first one was done.
 */
export async function makePassword(
  { directory }: Pick<Parts, "directory">,
  steps: Steps,
  username: string,
  password: Secret,
  permanent: boolean,
): Promise<void> {
  await steps.make(
    "AdminSetUserPassword",
    (signal) => directory.setPassword(username, password, permanent, signal),
    async (signal) => {
      try {
        return { state: "done", receipt: await directory.setPassword(username, password, permanent, signal) };
      } catch (error) {
        if (!(error instanceof GovernanceError) || error.reason !== "password-reused") throw error;
        return { state: "done", receipt: { requestId: error.requestId } };
      }
    },
  );
}
