import type { EpochMs } from "../../core/clock.ts";
import type { Group } from "../../core/group.ts";
import type { User } from "../../core/user.ts";
import type { KeptResource, OwnWrite } from "../records.ts";
import type { ResourceKind } from "../resource.ts";

/** A change of this program as lists apply it, without what was written. */
export interface WriteMark {
  /** 1, 2, 3 … in the order of the changes. */
  readonly seq: number;
  readonly at: EpochMs;
  /** A hidden resource is in the pool and not shown. */
  readonly kind: OwnWrite["kind"] | "user-hidden" | "user-shown" | "group-hidden" | "group-shown";
  /** The `sub` of a user, the name of a group. */
  readonly subject: string;
  /** The `sub` of the member that the group got or lost. */
  readonly member: string | undefined;
}

/** What lists read of the records, in the thread of the lists. */
export interface ListRecords {
  /** Another number after every commit. */
  version(): number;
  /** Those behind the number, oldest first. */
  writesAfter(seq: number, limit: number): readonly WriteMark[];
  /** The account as the write left it; undefined where the write has been dropped. */
  writtenUser(seq: number): User | undefined;
  writtenGroup(seq: number): Group | undefined;
  kept(kind: ResourceKind, id: string): KeptResource | undefined;
  /** Of the resources from the first id up to the last one. */
  keptBetween(kind: ResourceKind, first: string, last: string): ReadonlyMap<string, KeptResource>;
  /** Ids of kept resources, in order, with the time when each was kept. */
  keptAfter(kind: ResourceKind, id: string, limit: number): readonly KeptMark[];
  /** Ids of the resources that keep, or were written with, this value, in any letter case. */
  named(kind: ResourceKind, attribute: NamedBy, value: string): readonly string[];
  /** Writes up to this time have been dropped. */
  settledUntil(): EpochMs;
  close(): void;
}

export interface KeptMark {
  readonly id: string;
  readonly at: EpochMs;
}

export type NamedBy = "userName" | "email" | "phone" | "externalId" | "displayName";
