import type { Receipt } from "../../core/directory-writer.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { Group } from "../../core/group.ts";
import type { OpenChange } from "../../core/journal.ts";
import type { Plan, Reconciled, Steps } from "../change-plan.ts";
import type { Deps } from "../deps.ts";
import type { Family } from "../family.ts";
import type { DeletedGroup, RecoveryResult } from "../provisioner.ts";
import { goneIsDone, type StepLog } from "../steps.ts";
import { type Member, membersOfGroup } from "./listings.ts";

/** Deletes a group with its memberships, which are kept in the audit log (L-26, mark 35). */
export function createGroupDeletion(deps: Deps): Family<"deleteGroup", "delete-group"> {
  const { directory, policy, changes, groups } = deps;

  async function plan(name: string, signal: AbortSignal): Promise<Plan<DeletedGroup>> {
    const group = await groups.current(name, signal);
    if (group === undefined) return { kind: "nothing-to-do", result: { name, members: 0 } };
    policy.notManaged(name);
    policy.group(name);
    const members = await membersOfGroup(directory, name, signal);
    const result = { name, members: members.length };
    const { description, roleArn, precedence } = group;
    return {
      kind: "change",
      steps: ["DeleteGroup"],
      preview: result,
      budgets: ["deletions"],
      hints: { createdAtMs: group.createdAt.getTime() },
      undo: { group: { description, roleArn, precedence }, members: members.map(({ sub }) => sub) },
      async apply(steps) {
        try {
          await remove(steps, group);
        } catch (error) {
          const onlyEmpty = error instanceof GovernanceError && error.code === "invalid-argument";
          if (!onlyEmpty || members.length === 0) throw error;
          await empty(steps, name, members);
          await removeOrRefill(steps, group, members);
        }
        return result;
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
  }

  async function reconcileGone(group: Group, signal: AbortSignal): Promise<Reconciled<Receipt>> {
    const there = await groups.current(group.name, signal);
    const gone = there === undefined || there.createdAt.getTime() !== group.createdAt.getTime();
    return gone ? { state: "done", receipt: { requestId: undefined } } : { state: "not-done" };
  }

  /** Older AWS documents say that a group must be empty. When this fails half way, the removed members are added again. */
  async function empty(steps: Steps, name: string, members: readonly Member[]): Promise<void> {
    for (const [i, { username }] of members.entries()) {
      try {
        await steps.make("AdminRemoveUserFromGroup", (signal) =>
          goneIsDone(directory.removeMember(name, username, signal)),
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
    for (const { username } of members.toReversed()) {
      const back = await steps.takeBack(1, "AdminAddUserToGroup", (signal) =>
        goneIsDone(directory.addMember(name, username, signal)),
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
    if (group === undefined) return { outcome: "done", says: `group ${name} is deleted` };
    if (hints["createdAtMs"] !== group.createdAt.getTime()) {
      return { outcome: "done", says: `group ${name} was deleted; another one has its name now` };
    }
    const removals = made.filter(({ operation }) => operation === "AdminRemoveUserFromGroup").length;
    const taken = (undo?.members ?? []).slice(0, removals);
    if (taken.length === 0) return { outcome: "failed", says: `group ${name} is not deleted` };
    for (const sub of taken) {
      const [user] = await directory.findUsers("sub", sub, steps.signal);
      if (user === undefined) continue;
      const back = await steps.takeBack(1, "AdminAddUserToGroup", (signal) =>
        directory.addMember(name, user.username, signal),
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

  return {
    methods: {
      deleteGroup: (name, context, signal) =>
        changes.run(
          {
            kind: "delete-group",
            lock: `group:${name}`,
            target: { group: name },
            plan: (inner) => plan(name, inner),
          },
          context,
          signal,
        ),
    },
    reconcile: { "delete-group": reconcile },
  };
}
