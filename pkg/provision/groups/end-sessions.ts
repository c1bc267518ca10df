// Tokens name the groups of a user until they expire (mark 47), also after the membership has ended.
import { GovernanceError } from "../../core/errors.ts";
import type { Deps } from "../deps.ts";
import type { Account } from "../known-accounts.ts";
import type { WriteContext } from "../provisioner.ts";
import { goneIsDone, type StepLog } from "../steps.ts";

/** Whether the change is to sign out the users who lose a group. */
export function endsSessions({ policy }: Pick<Deps, "policy">, { endSessions }: WriteContext): boolean {
  return endSessions ?? policy.endSessions;
}

/** Ends the sessions of users who have lost a group. Resolves with how many; stops at a failure that `isTolerated` takes. */
export async function signOutAll(
  { directory }: Pick<Deps, "directory">,
  steps: Pick<StepLog, "tryOptional">,
  accounts: readonly Account[],
  isTolerated: (failure: GovernanceError) => boolean = isImpossible,
): Promise<number> {
  let signedOut = 0;
  for (const { sub, username } of accounts) {
    const others = accounts.length - signedOut - 1;
    const without = `the sessions of user ${sub}${others === 0 ? "" : ` and ${others} others`} were not ended`;
    const signOut = (signal: AbortSignal) => goneIsDone(directory.signOutUser(username, signal));
    try {
      const isDone = await steps.tryOptional("AdminUserGlobalSignOut", without, signOut, isTolerated);
      if (!isDone) return signedOut;
    } catch (error) {
      const failure = GovernanceError.from(error);
      throw failure.with({ message: `${failure.message}; ${without}` });
    }
    signedOut += 1;
  }
  return signedOut;
}

/** To repeat the change does not help: AWS denies the call, or the endpoint does not have it. */
function isImpossible({ code, reason }: GovernanceError): boolean {
  return reason === "iam-denied" || code === "unimplemented";
}

/**
 * What is to be known of the tokens of users who lost the group. `isEnded`: all of them were signed out. `wasAsked`: that was
 * asked for.
 */
export function tokensNote(group: string, isEnded: boolean, wasAsked = isEnded): string {
  if (isEnded) return `tokens that an application checks by itself name group ${group} until they expire`;
  const note = `tokens that were issued before name group ${group} until they expire`;
  return wasAsked ? note : `${note}; --end-sessions signs users out as well`;
}

export const TOKENS_OF_DELETED =
  "tokens that were issued before stay valid until they expire, where an application checks them by itself";
