import type { Directory } from "../core/directory.ts";
import type { DirectoryWriter, Receipt } from "../core/directory-writer.ts";
import { GovernanceError } from "../core/errors.ts";
import type { Group } from "../core/group.ts";
import type { OpenChange } from "../core/journal.ts";
import type { User } from "../core/user.ts";
import type { Changes, Settlement } from "./changes.ts";
import type { Outcome, WriteContext } from "./context.ts";
import type { UserFinder } from "./find-user.ts";
import { groupsOfUser } from "./groups-of-user.ts";
import type { Guard } from "./guard.ts";
import type { Plan, Settled } from "./plan.ts";
import type { Membership } from "./provisioner.ts";

export interface MembershipParts {
  readonly directory: Directory & DirectoryWriter;
  readonly users: UserFinder;
  readonly guard: Guard;
  readonly changes: Changes;
  readonly maxGroupsPerUser: number;
}

export interface Memberships {
  /** Puts the user into the group. `nothing-to-do` when they are in it (D14). */
  grant(user: User, group: string, context: WriteContext, signal: AbortSignal): Promise<Outcome<Membership>>;
  /** Takes the user out. `nothing-to-do` when they are not in it, or when the user or the group is gone. */
  revoke(user: User, group: string, context: WriteContext, signal: AbortSignal): Promise<Outcome<Membership>>;
  settle(change: OpenChange, signal: AbortSignal): Promise<Settlement>;
}

export function createMemberships(parts: MembershipParts): Memberships {
  const { directory, users, guard, changes, maxGroupsPerUser } = parts;

  async function planGrant(user: User, name: string, signal: AbortSignal): Promise<Plan<Membership>> {
    const group = await existingGroup(name, signal);
    guard.grantable(group);
    const fresh = await users.again(user, signal);
    if (fresh === undefined) throw userGone(user);
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

  async function planRevoke(user: User, name: string, signal: AbortSignal): Promise<Plan<Membership>> {
    guard.notManaged(name);
    const fresh = await users.again(user, signal);
    const result = { user: fresh ?? user, group: name };
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

  async function existingGroup(name: string, signal: AbortSignal): Promise<Group> {
    try {
      return await directory.getGroup(name, signal);
    } catch (error) {
      if (!(error instanceof GovernanceError) || error.reason !== "group-gone") throw error;
      throw new GovernanceError("not-found", `group ${name} is not in this pool`, { reason: "group-gone" });
    }
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

/** Nobody is left in a group that is gone, and nobody who is gone is left in one. */
async function goneIsDone(call: Promise<Receipt>): Promise<Receipt> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof GovernanceError && (error.reason === "group-gone" || error.reason === "user-gone")) {
      return { requestId: error.requestId };
    }
    throw error;
  }
}

function userGone({ sub }: User): GovernanceError {
  return new GovernanceError("not-found", `user ${sub} is not in this pool`, { reason: "user-gone" });
}
