// Whether the users that were read in parts are all of them (D30, SYNC-12). AWS promises no format of `sub`, and has no filter
// "does not begin with", so a set of prefixes might leave somebody out without a word.
//
// What is held against the parts:
//   - every `sub` that was met begins as one of the parts does;
//   - everyone who was met in a group was met in a part, unless the user was created after the run began, or is gone now;
//   - Cognito's estimate, and the newest complete run, are not larger by more than the tolerance.
//
// The working stores keep who was met in groups alone, so members may be read beside the parts, and the proof goes on in another
// process.

import { MAX_PAGE_ITEMS } from "../core/page.ts";
import { isUserPart } from "../core/sync-plan.ts";
import type { PageProof, Unlisted } from "../core/unlisted-users.ts";
import { isShardable, mayBeAllUsers } from "../core/user-shards.ts";
import type { SyncPage } from "./target.ts";

export interface ShardProof {
  /** A page was read: the same page with what a target keeps of its users for the proof. */
  look(page: SyncPage): SyncPage;
  /** Why the parts cannot be all users, where a page has shown it already: the rest of them need not be read. */
  problem(): string | undefined;
  /** Why the parts are not proved to be all users. Asked once everything else is read. */
  failure(read: AllRead): Promise<string | undefined>;
}

export interface AllRead {
  /** Of the run. */
  readonly users: number;
  /** Users whom no part has listed; ids of at most so many. */
  readonly unlisted: (most: number) => Promise<Unlisted>;
  /** Whether the pool has no user with this id now. */
  readonly isGone: (id: string) => Promise<boolean>;
}

export interface ShardProofOptions {
  readonly startedAt: Date;
  readonly estimatedUsers: number | undefined;
  readonly previousUsers: number | undefined;
}

/** So many people are not deleted while a pool is read, and more calls cost too much. */
const MOST_LOOKED_FOR = 1_000;

export function createShardProof(options: ShardProofOptions): ShardProof {
  let problem: string | undefined;

  function tooFew(inParts: number, known: number | undefined, what: string): string | undefined {
    if (known === undefined || mayBeAllUsers(inParts, known)) return undefined;
    return `they hold ${inParts} users, and ${what} ${known}`;
  }

  function proofOf({ cursor, users }: SyncPage): PageProof {
    const lists = isUserPart(cursor);
    return {
      lists,
      users: users.map(({ user, resourceId }) => ({
        id: resourceId,
        // Nobody excuses an odd `sub`: another process has to find it again.
        isNew: user.createdAt >= options.startedAt && isShardable(user.sub),
      })),
    };
  }

  return {
    look(page) {
      if (!page.users.every(({ user }) => isShardable(user.sub)))
        problem ??= "a user has an id (sub) that none of them selects";
      return page.users.length === 0 ? page : { ...page, proof: proofOf(page) };
    },
    problem: () => problem,
    async failure({ users, unlisted, isGone }) {
      if (problem !== undefined) return problem;
      if (options.estimatedUsers === undefined && options.previousUsers === undefined)
        return "how many users there are about is not known";
      // A quarter of what reading them again would cost.
      const worthALook = Math.min(MOST_LOOKED_FOR, Math.ceil(users / MAX_PAGE_ITEMS / 4));
      const { total, isNew, ids } = await unlisted(worthALook + 1);
      const inParts = users - total;
      const count =
        tooFew(inParts, options.estimatedUsers, "Cognito's estimate is") ??
        tooFew(inParts, options.previousUsers, "the run before had");
      if (count !== undefined) return count;
      const outside = total - isNew;
      const reason = `${outside} members of groups were not among them`;
      if (outside > worthALook) return reason;
      for (const id of ids) if (!(await isGone(id))) return reason;
      return undefined;
    },
  };
}
