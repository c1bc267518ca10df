import { GovernanceError } from "../../core/errors.ts";
import type { OpenChange } from "../../core/journal.ts";
import type { User } from "../../core/user.ts";
import type { Settlement } from "../changes.ts";
import type { Outcome, WriteContext } from "../context.ts";
import type { Account } from "../find-user.ts";
import type { Parts } from "../parts.ts";
import type { Plan } from "../plan.ts";
import type { Credential, RotatedCredential } from "../provisioner.ts";
import { readBack } from "../read-back.ts";
import { makePassword } from "../users/set-password.ts";
import { changeUser } from "../users/user-change.ts";
import { choosePassword } from "./credential.ts";

/** A new password; the old one is dead at once. A generated one is in the answer, and nowhere else. */
export function rotateCredential(
  parts: Parts,
  account: Account,
  credential: Credential,
  context: WriteContext,
  signal: AbortSignal,
): Promise<Outcome<RotatedCredential>> {
  return changeUser(
    parts,
    "rotate-credential",
    account,
    (user, inner) => planRotation(parts, user, credential, inner),
    context,
    signal,
  );
}

async function planRotation(
  parts: Parts,
  user: User,
  credential: Credential,
  signal: AbortSignal,
): Promise<Plan<RotatedCredential>> {
  parts.guard.ownProfile(user, "a password");
  const pool = await parts.directory.describePool(signal);
  const password = choosePassword(pool, credential, parts.options.randomBelow);
  if (password === undefined) {
    throw new GovernanceError(
      "invalid-argument",
      "credential_options: there is no rotating to no password; ask for a random one or give one",
    );
  }
  const { secret, temporary, generated } = password;
  return {
    kind: "change",
    steps: ["AdminSetUserPassword"],
    preview: { user, password: undefined },
    facts: { username: user.username, generated },
    async apply(steps) {
      await makePassword(parts, steps, user.username, secret, !temporary);
      return {
        user: await readBack(parts, user, steps.signal),
        password: generated ? secret : undefined,
      };
    },
  };
}

/** Nothing in the pool tells which password an account has, and nobody was told the new one. */
export async function settleRotation({ target, facts, steps }: OpenChange): Promise<Settlement> {
  const { user: sub = "" } = target;
  const state = steps.findLast(({ operation }) => operation === "AdminSetUserPassword")?.state;
  if (state === "not-done") {
    return { outcome: "failed", says: `the password of user ${sub} was not set` };
  }
  const known = facts["generated"] === true ? ", and nobody was told it" : "";
  return state === "done"
    ? { outcome: "done", says: `a new password of user ${sub} was set${known}: rotate again` }
    : { outcome: "unknown", says: `a new password of user ${sub} may be set${known}: rotate again` };
}
