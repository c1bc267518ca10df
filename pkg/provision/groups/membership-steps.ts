// The checks and the calls that put a user into a group or take one out, for every change that does so.
import type { Receipt } from "../../core/directory-writer.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { Group } from "../../core/group.ts";
import type { Reconciled, Steps } from "../change-plan.ts";
import type { Deps } from "../deps.ts";
import type { Account } from "../known-accounts.ts";
import { goneIsDone, isRefusedByAws } from "../steps.ts";
import { reconciledBy } from "../visibility.ts";
import { groupGone, groupsOfUser } from "./listings.ts";

/** Refuses a group that nobody may be put into. Rejects with `group-gone` where the pool has no such group. */
export async function checkGrantable(
  { groups, policy }: Pick<Deps, "groups" | "policy">,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  policy.notManaged(name);
  policy.group(name);
  let group: Group | undefined;
  try {
    group = await groups.recent(name, signal);
  } catch (error) {
    // A group with an IAM role, and one of which nobody can tell whether it has one, are refused (mark 57, D22).
    if (!(error instanceof GovernanceError) || error.code !== "permission-denied") throw error;
    policy.unknownRole(name, error);
    return;
  }
  if (group === undefined) throw groupGone(name);
  policy.role(group.roleArn, name);
}

/** Refuses a change after which the user would be in more groups than AWS allows. `who` begins the sentence. */
export function checkGroupCount(
  { policy }: Pick<Deps, "policy">,
  who: string,
  now: number,
  after: number,
): void {
  if (after <= now || after <= policy.maxGroupsPerUser) return;
  throw new GovernanceError(
    "resource-exhausted",
    now >= policy.maxGroupsPerUser
      ? `${who} is in ${now} groups, and AWS allows no more for one user; revoke one first, or raise --max-groups-per-user if the pool has a larger quota`
      : `${who} would be in ${after} groups, and AWS allows ${policy.maxGroupsPerUser} for one user; leave some out, or raise --max-groups-per-user if the pool has a larger quota`,
    { reason: "group-limit" },
  );
}

/** `wrap` makes the request: a new account may not be visible to it at first. */
export async function addMemberStep(
  deps: Pick<Deps, "directory" | "groups" | "recentMembers" | "sleep">,
  steps: Steps,
  account: Account,
  group: string,
  wrap: (call: () => Promise<Receipt>, signal: AbortSignal) => Promise<Receipt> = (call) => call(),
): Promise<void> {
  const find = isMember(deps, account, group, true);
  await steps.make(
    "AdminAddUserToGroup",
    (signal) => wrap(() => addMember(deps, group, account, signal), signal),
    find,
  );
}

export async function removeMemberStep(
  deps: Pick<Deps, "directory" | "recentMembers" | "sleep">,
  steps: Steps,
  account: Account,
  group: string,
): Promise<void> {
  const find = isMember(deps, account, group, false);
  await steps.make(
    "AdminRemoveUserFromGroup",
    (signal) => goneIsDone(removeMember(deps, group, account, signal)),
    find,
  );
}

/** Takes the user out for a recovery. Resolves with whether that was done. */
export async function finishLeaving(
  deps: Pick<Deps, "directory" | "recentMembers">,
  steps: Steps,
  account: Account,
  group: string,
): Promise<boolean> {
  return await steps.tryOptional(
    "AdminRemoveUserFromGroup",
    `the user could not be taken out of group ${group}`,
    (signal) => goneIsDone(removeMember(deps, group, account, signal)),
    isRefusedByAws,
  );
}

/** Every removal of a member is made here. */
export async function removeMember(
  { directory, recentMembers }: Pick<Deps, "directory" | "recentMembers">,
  group: string,
  account: Account,
  signal: AbortSignal,
): Promise<Receipt> {
  const call = () => directory.removeMember(group, account.username, signal);
  return await recentMembers.write({ kind: "removed", group, account, call });
}

/** Every addition of a member is made here. */
export async function addMember(
  { directory, groups, recentMembers }: Pick<Deps, "directory" | "groups" | "recentMembers">,
  group: string,
  account: Account,
  signal: AbortSignal,
): Promise<Receipt> {
  const call = () => directory.addMember(group, account.username, signal);
  try {
    return await recentMembers.write({ kind: "added", group, account, call });
  } catch (error) {
    if (error instanceof GovernanceError && error.reason === "group-gone") groups.forget(group);
    throw error;
  }
}

/**
 * What shows after a lost answer whether the call was done. Where this process has written the opposite just before, a listing
 * may show the state before both, and proves nothing.
 */
function isMember(
  deps: Pick<Deps, "directory" | "recentMembers" | "sleep">,
  { username }: Account,
  group: string,
  wanted: boolean,
): (signal: AbortSignal) => Promise<Reconciled<Receipt>> {
  const { recentMembers } = deps;
  const isUnproved = recentMembers.contradicts(group, username, wanted);
  return async (signal) => {
    let isShown = false;
    const found = await reconciledBy(
      deps,
      async (inner) => {
        isShown = (await groupsOfUser(deps.directory, username, inner)).has(group) === wanted;
        return isShown && !isUnproved ? { requestId: undefined } : undefined;
      },
      signal,
    );
    if (found.state === "done") recentMembers.forget(group, username);
    return isShown && isUnproved ? { state: "unknown" } : found;
  };
}
