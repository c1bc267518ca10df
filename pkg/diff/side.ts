import type { SyncScope } from "../core/sync-scope.ts";

/** A user as both sides of a comparison have it. */
export interface ComparedUser {
  readonly sub: string;
  readonly username: string;
  readonly enabled: boolean;
  readonly modifiedAt: string;
  /** By name: every attribute under its Cognito name, and `username`, `status` and `identities`. */
  readonly fields: ReadonlyMap<string, string>;
}

export interface ComparedGroup {
  readonly name: string;
  /** ISO text: with the name it tells a group from an older one of the name. */
  readonly createdAt: string;
  readonly modifiedAt: string;
  /** `description`, `precedence`, `role_arn`, where the group has them. */
  readonly fields: ReadonlyMap<string, string>;
}

export interface ComparedMembership {
  readonly group: string;
  readonly sub: string;
  readonly groupCreatedAt: string;
}

/** What is read of a pool; ids of users are of the kind that the side has. */
export interface SideScope extends SyncScope {
  readonly userIdKind: "sub" | "username";
}

/**
 * One reading of a pool. Rows come one by one: users in the order of `sub`, groups in that of their names, memberships in
 * that of group, sub and creation of the group; texts are ordered by their bytes. One listing is read at a time.
 */
export interface Side {
  /** For messages: what was named, and which reading of it. */
  readonly name: string;
  readonly poolId: string;
  readonly scope: SideScope;
  users(): AsyncIterable<ComparedUser> | Iterable<ComparedUser>;
  groups(): AsyncIterable<ComparedGroup> | Iterable<ComparedGroup>;
  memberships(): AsyncIterable<ComparedMembership> | Iterable<ComparedMembership>;
  /** May be called while a listing is read; undefined when the side does not have the account. */
  usernameOf(sub: string): Promise<string | undefined>;
  close(): Promise<void>;
}
