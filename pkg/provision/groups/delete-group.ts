import type { Receipt } from "../../core/directory-writer.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { Group } from "../../core/group.ts";
import type { OpenChange } from "../../core/journal.ts";
import type { Member, User } from "../../core/user.ts";
import type { Plan, Reconciled, Steps } from "../change-plan.ts";
import type { Deps } from "../deps.ts";
import type { Family } from "../family.ts";
import type { DeletedGroup, RecoveryResult } from "../provisioner.ts";
import { goneIsDone, isRefusedByAws, type StepLog } from "../steps.ts";
import { reconciledBy } from "../visibility.ts";
import { endsSessions, signOutAll } from "./end-sessions.ts";
import { membersOfGroup } from "./listings.ts";
import { addMember, removeMember } from "./membership-steps.ts";

/** Deletes a group with its memberships, which are kept in the audit log (L-26, mark 35). */
export function createGroupDeletion(deps: Deps): Family<"deleteGroup", "delete-group"> {
  const { directory, policy, changes, groups, recentMembers } = deps;

  async function plan(name: string, endSessions: boolean, signal: AbortSignal): Promise<Plan<DeletedGroup>> {
    const group = await groups.current(name, signal);
    if (group === undefined) return { kind: "nothing-to-do", result: { name, members: 0, signedOut: 0 } };
    policy.notManaged(name);
    policy.group(name);
    const members = await membersOfGroup(directory, name, signal);
    // A listing may not show yet who was added a moment ago.
    const all = new Map([...members, ...recentMembers.addedTo(name)].map((one) => [one.sub, one]));
    const toSignOut = endSessions ? [...all.values()] : [];
    const { description, roleArn, precedence } = group;
    return {
      kind: "change",
      steps: ["DeleteGroup", ...(toSignOut.length > 0 ? (["AdminUserGlobalSignOut"] as const) : [])],
      preview: { name, members: members.length, signedOut: toSignOut.length },
      budgets: ["deletions"],
      hints: { createdAtMs: group.createdAt.getTime(), signOut: endSessions },
      undo: { group: { description, roleArn, precedence }, members: members.map(({ sub }) => sub) },
      async apply(steps) {
        try {
          await remove(steps, group);
        } catch (error) {
          const onlyEmpty =
            error instanceof GovernanceError &&
            (error.reason === "request-refused" || error.code === "invalid-argument");
          if (!onlyEmpty || members.length === 0) throw error;
          await empty(steps, name, members);
          await removeOrRefill(steps, group, members);
        }
        const signedOut = await signOutAll(deps, steps, toSignOut);
        return { name, members: members.length, signedOut };
      },
    };
  }

  async function remove(steps: Steps, group: Group): Promise<void> {
    await steps.make(
      "DeleteGroup",
      (signal) =>
        goneIsDone(directory.deleteGroup(group.name, signal)).finally(() => groups.forget(group.name)),
      (signal) => reconcileGone(group, signal),
    );
    recentMembers.forgetGroup(group.name);
  }

  async function reconcileGone(group: Group, signal: AbortSignal): Promise<Reconciled<Receipt>> {
    async function isGone(inner: AbortSignal): Promise<Receipt | undefined> {
      const there = await groups.current(group.name, inner);
      const gone = there === undefined || there.createdAt.getTime() !== group.createdAt.getTime();
      return gone ? { requestId: undefined } : undefined;
    }
    return await reconciledBy(deps, isGone, signal);
  }

  /** Older AWS documents say that a group must be empty. When this fails half way, the removed members are added again. */
  async function empty(steps: Steps, name: string, members: readonly Member[]): Promise<void> {
    for (const [i, member] of members.entries()) {
      try {
        await steps.make("AdminRemoveUserFromGroup", (signal) =>
          goneIsDone(removeMember(deps, name, member, signal)),
        );
      } catch (error) {
        await refill(steps, name, members.slice(0, i));
        throw error;
      }
    }
  }

  async function removeOrRefill(steps: Steps, group: Group, members: readonly Member[]): Promise<void> {
    try {
      await remove(steps, group);
    } catch (error) {
      await refill(steps, group.name, members);
      throw error;
    }
  }

  async function refill(steps: Steps, name: string, members: readonly Member[]): Promise<void> {
    for (const member of members.toReversed()) {
      const back = await steps.takeBack(1, "AdminAddUserToGroup", (signal) =>
        userGoneIsDone(addMember(deps, name, member, signal)),
      );
      if (!back) return;
    }
  }

  async function reconcile(
    { target, hints, undo, steps: made }: OpenChange,
    steps: StepLog,
  ): Promise<RecoveryResult> {
    const { group: name = "" } = target;
    const group = await groups.current(name, steps.signal);
    if (group === undefined || hints["createdAtMs"] !== group.createdAt.getTime()) {
      const says =
        group === undefined
          ? `group ${name} is deleted`
          : `group ${name} was deleted; another one has its name now`;
      return hints["signOut"] === true
        ? await finishSignOuts(undo?.members ?? [], says, steps)
        : { outcome: "done", says };
    }
    const removals = made.filter(({ operation }) => operation === "AdminRemoveUserFromGroup").length;
    const taken = (undo?.members ?? []).slice(0, removals);
    if (taken.length === 0) return { outcome: "failed", says: `group ${name} is not deleted` };
    for (const sub of taken) {
      const [user] = await directory.findUsers("sub", sub, steps.signal);
      if (user === undefined) continue;
      const back = await steps.takeBack(1, "AdminAddUserToGroup", (signal) =>
        addMember(deps, name, user, signal),
      );
      if (!back) {
        return {
          outcome: "partial",
          says: `group ${name} is not deleted, and not all of its members were added again`,
        };
      }
    }
    return {
      outcome: "undone",
      says: `group ${name} is not deleted; ${taken.length} members were added again`,
    };
  }

  /** To sign somebody out again does no harm. */
  async function finishSignOuts(
    subs: readonly string[],
    says: string,
    steps: StepLog,
  ): Promise<RecoveryResult> {
    const users: User[] = [];
    for (const sub of subs) users.push(...(await directory.findUsers("sub", sub, steps.signal)));
    if ((await signOutAll(deps, steps, users, isRefusedByAws)) < users.length) {
      return { outcome: "partial", says: [says, ...steps.warnings()].join("; ") };
    }
    return { outcome: "done", says: `${says}, and its ${subs.length} members are signed out` };
  }

  return {
    methods: {
      deleteGroup: (name, context, signal) =>
        changes.run(
          {
            kind: "delete-group",
            lock: `group:${name}`,
            target: { group: name },
            plan: (inner) => plan(name, endsSessions(deps, context), inner),
          },
          context,
          signal,
        ),
    },
    reconcile: { "delete-group": reconcile },
  };
}

/** A group that is gone takes nobody back: it may be this change that deleted it, and could not write that down. */
async function userGoneIsDone(call: Promise<Receipt>): Promise<Receipt> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof GovernanceError && error.reason === "user-gone")
      return { requestId: error.requestId };
    throw error;
  }
}
