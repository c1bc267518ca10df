// What this process has just written of memberships.
//
// AWS's listings lag behind a change for a moment (mark 50): the groups of a user may not show the one that the user was put into a
// second ago. Where a listing and an own write of the last minute differ, nobody can say which is right, so the change is
// sent: to add a member again, or to remove somebody who is no member, does no harm (mark 33).
import type { EpochClock } from "../core/clock.ts";
import type { Receipt } from "../core/directory-writer.ts";
import { GovernanceError } from "../core/errors.ts";
import { createRecentMap } from "../core/recent-map.ts";
import type { Account } from "./known-accounts.ts";

export interface RecentMembers {
  /** Whether this process has written the opposite of what a listing shows, or may have. */
  contradicts(group: string, username: string, isListed: boolean): boolean;
  /** Those whom this process has added, or may have. */
  addedTo(group: string): readonly Account[];
  /** The same, of one user. */
  groupsGivenTo(username: string): readonly string[];
  /** The groups that a listing shows of a user, with what is known to be written over it. */
  groupsAsWritten(username: string, listed: readonly string[]): readonly string[];
}

/** A membership that is being written: `call` is the request to AWS. */
export interface MembershipWrite {
  readonly kind: "added" | "removed";
  readonly group: string;
  readonly account: Account;
  readonly call: () => Promise<Receipt>;
}

export interface MembershipWriter extends RecentMembers {
  write(one: MembershipWrite): Promise<Receipt>;
  /** After a listing has shown what was written. */
  forget(group: string, username: string): void;
  /** After the group was deleted: one that is made again with this name is empty. */
  forgetGroup(group: string): void;
  /** After the account was deleted: one that is made again with this name is in no group. */
  forgetUser(username: string): void;
}

/** After this time every listing shows a change. */
const SHOWN_WITHIN_MS = 60_000;

const REMEMBERED = 10_000;

interface Written {
  readonly group: string;
  readonly account: Account;
  /** Unclear: it is under way, or its answer was lost. */
  readonly state: MembershipWrite["kind"] | "unclear";
}

export function createRecentMembers(now: EpochClock): MembershipWriter {
  const recent = createRecentMap<Written>(now, SHOWN_WITHIN_MS, REMEMBERED);

  function* maybeAdded(): Generator<Written> {
    for (const [, written] of recent.entries()) if (written.state !== "removed") yield written;
  }

  function forgetAll(isOver: (written: Written) => boolean): void {
    for (const [key, written] of recent.entries()) if (isOver(written)) recent.delete(key);
  }

  return {
    forget: (group, username) => recent.delete(keyOf(group, username)),
    forgetGroup: (name) => forgetAll(({ group }) => group === name),
    forgetUser: (username) => forgetAll(({ account }) => account.username === username),
    contradicts(group, username, isListed) {
      const written = recent.get(keyOf(group, username));
      if (written === undefined) return false;
      return written.state === "unclear" || (written.state === "added") !== isListed;
    },
    addedTo: (name) => [...maybeAdded()].flatMap(({ group, account }) => (group === name ? [account] : [])),
    groupsGivenTo: (username) =>
      [...maybeAdded()].flatMap(({ group, account }) => (account.username === username ? [group] : [])),
    groupsAsWritten(username, listed) {
      const groups = new Set(listed);
      for (const [, { group, account, state }] of recent.entries()) {
        if (account.username !== username) continue;
        if (state === "added") groups.add(group);
        else if (state === "removed") groups.delete(group);
      }
      return [...groups];
    },
    async write({ kind, group, account: { sub, username }, call }) {
      const key = keyOf(group, username);
      const before = recent.get(key);
      const written = { group, account: { sub, username } };
      recent.set(key, { ...written, state: "unclear" });
      try {
        const receipt = await call();
        recent.set(key, { ...written, state: kind });
        return receipt;
      } catch (error) {
        const isUnclear = GovernanceError.from(error).reason === "outcome-unknown";
        if (!isUnclear && before === undefined) recent.delete(key);
        else if (!isUnclear && before !== undefined) recent.set(key, before);
        throw error;
      }
    },
  };
}

function keyOf(group: string, username: string): string {
  return JSON.stringify([group, username]);
}
