import type { Receipt } from "../../core/directory-writer.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { User } from "../../core/user.ts";
import type { UserFinder } from "../find-user.ts";
import type { Settled } from "../plan.ts";

/**
 * Whether the first password of a fresh account stands although the answer was lost. Sent once more, which sets the same
 * one; a pool with a history then refuses it as used before, and that says that the first call did it. Otherwise the
 * account itself tells, for nobody else has a password of it yet.
 */
export async function firstPasswordIsSet(
  users: UserFinder,
  created: User,
  set: (signal: AbortSignal) => Promise<Receipt>,
  signal: AbortSignal,
): Promise<Settled<Receipt>> {
  try {
    return { state: "done", receipt: await set(signal) };
  } catch (error) {
    const failure = GovernanceError.from(error);
    if (failure.reason === "password-reused") {
      return { state: "done", receipt: { requestId: failure.requestId } };
    }
  }
  const now = await users.again(created, signal);
  const confirmed = now !== undefined && now.status === "CONFIRMED";
  const changed = confirmed && now.modifiedAt.getTime() > created.modifiedAt.getTime();
  // Where accounts live without a password the status was CONFIRMED before.
  return confirmed && (created.status !== "CONFIRMED" || changed)
    ? { state: "done", receipt: { requestId: undefined } }
    : { state: "not-done" };
}
