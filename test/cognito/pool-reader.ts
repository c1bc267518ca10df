import type { Filter } from "./filter.ts";
import type { GroupRecord, UserRecord } from "./model.ts";
import type { PoolSettings } from "./pool-settings.ts";

/** Part of a list: the items after a position, and the position to continue from when more may follow. */
export interface Slice<T> {
  readonly items: readonly T[];
  readonly next: number | undefined;
}

/** A user that can be serialised without being built, so that a million of them cost no memory. */
export interface UserView {
  readonly username: string;
  record(): UserRecord;
  json(): string;
}

/** The position before the first item of every list. */
export const atStart = -1;

/** What the read operations need of a pool, stored or computed. Positions only ever grow along a list. */
export interface PoolReader {
  readonly settings: PoolSettings;
  userCount(): number;
  groupCount(): number;
  membershipCount(): number;
  users(after: number, want: number, filter: Filter | undefined): Slice<UserView>;
  /** Resolves a username, a sub or an alias, as every operation but ListUsers does. */
  findUser(name: string): UserView | undefined;
  groups(after: number, want: number): Slice<GroupRecord>;
  findGroup(name: string): GroupRecord | undefined;
  members(groupName: string, after: number, want: number): Slice<UserView>;
  groupsOf(username: string, after: number, want: number): Slice<GroupRecord>;
}
