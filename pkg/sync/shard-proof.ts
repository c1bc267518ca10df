// Whether the users that were read in parts are all of them (D30, SYNC-12). AWS promises no format of `sub`, and has no filter
// "does not begin with", so a set of prefixes might leave somebody out without a word.
//
// What is held against the parts:
//   - every `sub` that was met begins as one of the parts does;
//   - everyone who was met in a group and had been created before the run began was met in a part;
//   - Cognito's estimate, and the newest complete run, are not larger by more than the tolerance.

import { isUserPart } from "../core/sync-plan.ts";
import { isShardable, mayBeAllUsers } from "../core/user-shards.ts";
import type { SyncPage } from "./target.ts";

export interface ShardProof {
  /** A page was read. */
  look(page: SyncPage): void;
  /** It was committed: the run has so many users now. */
  committed(page: SyncPage, users: number): void;
  /** Why the parts cannot be all users, where a page has shown it already: the rest of them need not be read. */
  problem(): string | undefined;
  /** Why the parts are not proved to be all users. Asked once everything else is read. */
  failure(): string | undefined;
}

export interface ShardProofOptions {
  readonly startedAt: Date;
  /** Another process has read a part of the run. */
  readonly isResumed: boolean;
  /** That process had read all parts. */
  readonly partsHadEnded: boolean;
  readonly estimatedUsers: number | undefined;
  readonly previousUsers: number | undefined;
}

/** Ids in memory of those who were created meanwhile. More of them are no proof. */
const MOST_CREATED = 100_000;

export function createShardProof(options: ShardProofOptions): ShardProof {
  const { startedAt, isResumed, partsHadEnded } = options;
  /** Created since the run began, and met in a part; and those who were met in groups alone. */
  const listed = new Set<string>();
  const met = new Set<string>();
  let inParts = 0;
  let users = 0;
  let problem = partsHadEnded
    ? "an earlier process had read all parts, and whom it met in them is not known"
    : undefined;

  function tooFew(known: number | undefined, what: string): string | undefined {
    if (known === undefined || mayBeAllUsers(inParts, known)) return undefined;
    return `they hold ${inParts} users, and ${what} ${known}`;
  }

  return {
    look(page) {
      const isPart = isUserPart(page.cursor);
      for (const { user } of page.users) {
        if (!isShardable(user.sub)) problem ??= "a user has an id (sub) that none of them selects";
        if (user.createdAt < startedAt) continue;
        if (isPart) listed.add(user.sub);
        else if (!listed.has(user.sub)) met.add(user.sub);
        if (listed.size + met.size > MOST_CREATED) {
          problem ??= `more than ${MOST_CREATED} users were created meanwhile`;
          listed.clear();
          met.clear();
        }
      }
    },
    committed({ cursor }, usersNow) {
      users = usersNow;
      if (isUserPart(cursor)) inParts = usersNow;
    },
    problem: () => problem,
    failure() {
      if (problem !== undefined) return problem;
      if (options.estimatedUsers === undefined && options.previousUsers === undefined)
        return "how many users there are about is not known";
      const count =
        tooFew(options.estimatedUsers, "Cognito's estimate is") ??
        tooFew(options.previousUsers, "the run before had");
      if (count !== undefined) return count;
      // What an earlier process met in the parts is not in memory, so nobody counts as created meanwhile.
      const outside = users - inParts - (isResumed ? 0 : met.size);
      if (outside <= 0) return undefined;
      return `${outside} members of groups were not among them`;
    },
  };
}
