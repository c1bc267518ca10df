import type { Group } from "../../../core/group.ts";
import type { ListingCursor } from "../../../core/sync-plan.ts";
import type { PageProof } from "../../../core/unlisted-users.ts";
import type { User } from "../../../core/user.ts";
import type { SyncPage } from "../../../sync/target.ts";

/** What tells whether the run has a user as it is now. */
export interface StagedKey {
  readonly sub: string;
  /** Changes with the user. */
  readonly stamp: string;
}

export interface StagedUser extends StagedKey {
  /** May be left out of a user that the run has with this stamp. */
  readonly user: User | undefined;
}

/** A page of a sync as data, which can be sent to another thread. */
export interface StagedPage {
  readonly cursor: ListingCursor;
  readonly opens: readonly ListingCursor[];
  readonly membersAreIdle: boolean;
  readonly proof: PageProof | undefined;
  readonly users: readonly StagedUser[];
  readonly groups: readonly Group[];
  readonly memberships: readonly StagedMembership[];
}

export interface StagedMembership {
  readonly groupName: string;
  readonly sub: string;
}

export function stagedKeys({ users }: SyncPage): readonly StagedKey[] {
  return users.map(({ user, stamp }) => ({ sub: user.sub, stamp }));
}

/** `lacking` are the places of the users that the run does not have as they are; by default all are sent. */
export function stagedPage(page: SyncPage, lacking?: ReadonlySet<number>): StagedPage {
  const { cursor, opens, membersAreIdle = false, proof, users, groups, memberships } = page;
  return {
    cursor,
    opens,
    membersAreIdle,
    proof,
    users: users.map(({ user, stamp }, place) => ({
      sub: user.sub,
      stamp,
      user: lacking === undefined || lacking.has(place) ? user : undefined,
    })),
    groups: groups.map(({ group }) => group),
    memberships: memberships.map(({ groupName, member }) => ({ groupName, sub: member.user.sub })),
  };
}
