import { GovernanceError } from "../../core/errors.ts";
import type { Group } from "../../core/group.ts";
import type { OpenChange } from "../../core/journal.ts";
import type { Plan } from "../change-plan.ts";
import type { Deps } from "../deps.ts";
import type { Family } from "../family.ts";
import type { Account } from "../known-accounts.ts";
import type { Membership, RecoveryResult, WriteContext } from "../provisioner.ts";
import { isRefusedByAws, type StepLog } from "../steps.ts";
import { changeAccount, changeAccountIfFound, userGone } from "../users/user-change.ts";
import { userIfThere } from "../visibility.ts";
import { endsSessions, signOutAll } from "./end-sessions.ts";
import { groupGone, groupsOfUser } from "./listings.ts";
import { addMemberStep, checkGrantable, checkGroupCount, removeMemberStep } from "./membership-steps.ts";

/**
 * Adds a user to a group, or removes one (D14). A grant is `nothing-to-do` when the user is in the group; a revoke when
 * the user is not in it, or when the user or the group is gone. A listing that an own write of the last minute contradicts
 * decides neither.
 */
export function createMemberships(deps: Deps): Family<"grant" | "revoke", "grant" | "revoke"> {
  const { directory, users, policy, groups, recentMembers } = deps;

  async function planGrant(user: Account, name: string, signal: AbortSignal): Promise<Plan<Membership>> {
    await checkGrantable(deps, name, signal);
    const fresh = await userIfThere(deps, user, signal);
    if (fresh === undefined) throw userGone(user.sub);
    const memberOf = await groupsOfUser(directory, fresh.username, signal);
    const result = { user: fresh, group: name };
    const isSure = !recentMembers.contradicts(name, fresh.username, true);
    if (memberOf.has(name) && isSure) return { kind: "nothing-to-do", result };
    checkGroupCount(deps, `user ${user.sub}`, memberOf.size, new Set([...memberOf, name]).size);
    return {
      kind: "change",
      steps: ["AdminAddUserToGroup"],
      preview: result,
      hints: { username: fresh.username },
      apply: async (steps) => {
        await addMemberStep(deps, steps, fresh, name);
        return result;
      },
    };
  }

  /**
   * Where sessions end with it, a user who is not in the group is signed out all the same: an earlier attempt may have stopped
   * between the two calls.
   */
  async function planRevoke(
    user: Account,
    name: string,
    context: WriteContext,
    signal: AbortSignal,
  ): Promise<Plan<Membership>> {
    policy.notManaged(name);
    const fresh = await userIfThere(deps, user, signal);
    if (fresh === undefined) return await withoutUser(name, context, signal);
    const isListed = (await groupsOfUser(directory, fresh.username, signal)).has(name);
    const isIn = isListed || recentMembers.contradicts(name, fresh.username, false);
    if (!isIn) await checkExists(name, context, signal);
    const endSessions = endsSessions(deps, context);
    if (!isIn && !endSessions) return { kind: "nothing-to-do", result: { user: fresh, group: name } };
    return {
      kind: "change",
      steps: [
        ...(isIn ? (["AdminRemoveUserFromGroup"] as const) : []),
        ...(endSessions ? (["AdminUserGlobalSignOut"] as const) : []),
      ],
      preview: { user: fresh, group: name, signedOut: endSessions },
      hints: { username: fresh.username, signOut: endSessions },
      apply: async (steps) => {
        if (isIn) await removeMemberStep(deps, steps, fresh, name);
        const signedOut = endSessions && (await signOutAll(deps, steps, [fresh])) === 1;
        return { user: fresh, group: name, signedOut };
      },
    };
  }

  /** A revoke from a user who is not there, or no longer there. */
  async function withoutUser(
    name: string,
    context: WriteContext,
    signal: AbortSignal,
  ): Promise<Plan<Membership>> {
    await checkExists(name, context, signal);
    return { kind: "nothing-to-do", result: { user: undefined, group: name } };
  }

  /** Where IAM allows no read of the group, nobody can say that it is misspelt. */
  async function checkExists(
    name: string,
    { groupMustExist = false }: WriteContext,
    signal: AbortSignal,
  ): Promise<void> {
    if (!groupMustExist) return;
    let group: Group | undefined;
    try {
      group = await groups.recent(name, signal);
    } catch (error) {
      if (error instanceof GovernanceError && error.code === "permission-denied") return;
      throw error;
    }
    if (group === undefined) throw groupGone(name);
  }

  async function reconcile({ kind, target, hints }: OpenChange, steps: StepLog): Promise<RecoveryResult> {
    const { signal } = steps;
    const { username, signOut } = hints;
    const { group = "", user: sub = "" } = target;
    if (typeof username !== "string") {
      return {
        outcome: "unknown",
        says: `it is not known whether the ${kind} of group ${group} for user ${sub} was done`,
      };
    }
    const user = await users.reread({ sub, username }, signal);
    const is = user !== undefined && (await groupsOfUser(directory, username, signal)).has(group);
    const says = `user ${sub} is ${is ? "" : "not "}in group ${group}`;
    if (is !== (kind === "grant")) return { outcome: "failed", says };
    if (kind === "grant" || signOut !== true || user === undefined) return { outcome: "done", says };
    const isSignedOut = (await signOutAll(deps, steps, [user], isRefusedByAws)) === 1;
    return isSignedOut
      ? { outcome: "done", says: `${says}, and is signed out` }
      : { outcome: "partial", says: [says, ...steps.warnings()].join("; ") };
  }

  return {
    methods: {
      grant: (user, group, context, signal) =>
        changeAccount(
          deps,
          { kind: "grant", user, group, plan: (account, inner) => planGrant(account, group, inner) },
          context,
          signal,
        ),
      revoke: (user, group, context, signal) =>
        changeAccountIfFound<Membership>(
          deps,
          {
            kind: "revoke",
            user,
            group,
            plan: (account, inner) => planRevoke(account, group, context, inner),
          },
          (inner) => withoutUser(group, context, inner),
          context,
          signal,
        ),
    },
    reconcile: { grant: reconcile, revoke: reconcile },
  };
}
