import type { Receipt } from "../../core/directory-writer.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { OpenChange } from "../../core/journal.ts";
import type { User } from "../../core/user.ts";
import type { Settlement } from "../changes.ts";
import type { Outcome, WriteContext } from "../context.ts";
import type { Account } from "../find-user.ts";
import type { Parts } from "../parts.ts";
import type { Plan, Settled } from "../plan.ts";
import type { Membership } from "../provisioner.ts";
import { userGone } from "../users/user-change.ts";
import { goneIsDone } from "./gone.ts";
import { groupGone, groupIfThere } from "./groups.ts";
import { groupsOfUser } from "./listings.ts";

export interface Memberships {
  /** Puts the user into the group. `nothing-to-do` when they are in it (D14). */
  grant(
    user: Account,
    group: string,
    context: WriteContext,
    signal: AbortSignal,
  ): Promise<Outcome<Membership>>;
  /** Takes the user out. `nothing-to-do` when they are not in it, or when the user or the group is gone. */
  revoke(
    user: Account,
    group: string,
    context: WriteContext,
    signal: AbortSignal,
  ): Promise<Outcome<Membership>>;
  settle(change: OpenChange, signal: AbortSignal): Promise<Settlement>;
}

export function createMemberships(parts: Parts): Memberships {
  const { directory, users, guard, changes } = parts;
  const { maxGroupsPerUser } = parts.options.guard;

  async function planGrant(user: Account, name: string, signal: AbortSignal): Promise<Plan<Membership>> {
    const group = await groupIfThere(parts, name, signal);
    if (group === undefined) throw groupGone(name);
    guard.grantable(group);
    const fresh = await users.again(user, signal);
    if (fresh === undefined) throw userGone(user.sub);
    const groups = await groupsOfUser(directory, fresh.username, signal);
    const result = { user: fresh, group: name };
    if (groups.has(name)) return { kind: "nothing-to-do", result };
    if (groups.size >= maxGroupsPerUser) {
      throw new GovernanceError(
        "resource-exhausted",
        `user ${user.sub} is in ${groups.size} groups, as many as AWS allows one user; revoke one first, or raise --max-groups-per-user if AWS gave the pool more`,
      );
    }
    return {
      kind: "change",
      steps: ["AdminAddUserToGroup"],
      preview: result,
      facts: { username: fresh.username },
      apply: async (steps) => {
        await steps.make(
          "AdminAddUserToGroup",
          (inner) => directory.addMember(name, fresh.username, inner),
          (inner) => isMember(fresh, name, true, inner),
        );
        return result;
      },
    };
  }

  async function planRevoke(user: Account, name: string, signal: AbortSignal): Promise<Plan<Membership>> {
    guard.notManaged(name);
    const fresh = await users.again(user, signal);
    const result = { user: fresh, group: name };
    if (fresh === undefined) return { kind: "nothing-to-do", result };
    const groups = await groupsOfUser(directory, fresh.username, signal);
    if (!groups.has(name)) return { kind: "nothing-to-do", result };
    return {
      kind: "change",
      steps: ["AdminRemoveUserFromGroup"],
      preview: result,
      facts: { username: fresh.username },
      apply: async (steps) => {
        await steps.make(
          "AdminRemoveUserFromGroup",
          (inner) => goneIsDone(directory.removeMember(name, fresh.username, inner)),
          (inner) => isMember(fresh, name, false, inner),
        );
        return result;
      },
    };
  }

  async function isMember(
    user: Pick<User, "username">,
    group: string,
    wanted: boolean,
    signal: AbortSignal,
  ): Promise<Settled<Receipt>> {
    const is = (await groupsOfUser(directory, user.username, signal)).has(group);
    return is === wanted ? { state: "done", receipt: { requestId: undefined } } : { state: "not-done" };
  }

  return {
    grant: (user, group, context, signal) =>
      changes.run(
        {
          kind: "grant",
          lock: `user:${user.sub}`,
          target: { user: user.sub, group },
          plan: (inner) => planGrant(user, group, inner),
        },
        context,
        signal,
      ),
    revoke: (user, group, context, signal) =>
      changes.run(
        {
          kind: "revoke",
          lock: `user:${user.sub}`,
          target: { user: user.sub, group },
          plan: (inner) => planRevoke(user, group, inner),
        },
        context,
        signal,
      ),
    async settle({ kind, target, facts }, signal) {
      const { username } = facts;
      const { group = "", user: sub = "" } = target;
      if (typeof username !== "string") {
        return {
          outcome: "unknown",
          says: `whether ${kind} of group ${group} to user ${sub} was made cannot be told`,
        };
      }
      const user = await users.again({ sub, username }, signal);
      const is = user !== undefined && (await groupsOfUser(directory, username, signal)).has(group);
      const says = `user ${sub} is ${is ? "" : "not "}in group ${group}`;
      return { outcome: is === (kind === "grant") ? "done" : "failed", says };
    },
  };
}
