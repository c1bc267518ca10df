// The checks and the calls that put a user into a group or take one out, for every change that does so.
import type { Receipt } from "../../core/directory-writer.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { Group } from "../../core/group.ts";
import type { Reconciled, Steps } from "../change-plan.ts";
import type { Deps } from "../deps.ts";
import type { Account } from "../known-accounts.ts";
import { goneIsDone } from "../steps.ts";
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
  deps: Pick<Deps, "directory" | "groups" | "sleep">,
  steps: Steps,
  { username }: Pick<Account, "username">,
  group: string,
  wrap: (call: () => Promise<Receipt>, signal: AbortSignal) => Promise<Receipt> = (call) => call(),
): Promise<void> {
  await steps.make(
    "AdminAddUserToGroup",
    (signal) => wrap(() => addMember(deps, group, username, signal), signal),
    (signal) => isMember(deps, username, group, true, signal),
  );
}

export async function removeMemberStep(
  deps: Pick<Deps, "directory" | "sleep">,
  steps: Steps,
  { username }: Pick<Account, "username">,
  group: string,
): Promise<void> {
  await steps.make(
    "AdminRemoveUserFromGroup",
    (signal) => goneIsDone(deps.directory.removeMember(group, username, signal)),
    (signal) => isMember(deps, username, group, false, signal),
  );
}

async function addMember(
  { directory, groups }: Pick<Deps, "directory" | "groups">,
  group: string,
  username: string,
  signal: AbortSignal,
): Promise<Receipt> {
  try {
    return await directory.addMember(group, username, signal);
  } catch (error) {
    if (error instanceof GovernanceError && error.reason === "group-gone") groups.forget(group);
    throw error;
  }
}

async function isMember(
  deps: Pick<Deps, "directory" | "sleep">,
  username: string,
  group: string,
  wanted: boolean,
  signal: AbortSignal,
): Promise<Reconciled<Receipt>> {
  async function find(inner: AbortSignal): Promise<Receipt | undefined> {
    const is = (await groupsOfUser(deps.directory, username, inner)).has(group);
    return is === wanted ? { requestId: undefined } : undefined;
  }
  return await reconciledBy(deps, find, signal);
}
