import type { Group } from "../../core/group.ts";
import type { User } from "../../core/user.ts";
import type { MemberRef, ResourceKind } from "../resource.ts";
import type { NamedBy } from "./list-records.ts";

/** One published run of the inventory. */
export interface ListRun {
  readonly run: number;
  readonly beganAt: Date;
  readonly counts: Readonly<Record<ResourceKind, number>>;
}

/** A part of a listing: what is behind the key, without the first `skip`. */
export interface ListPart {
  readonly after: string;
  readonly skip: number;
  readonly limit: number;
  /** Nothing behind this key. */
  readonly upTo?: string | undefined;
}

/** A condition on rows that every match of a filter meets. */
export interface RowCondition {
  readonly sql: string;
  readonly parameters: readonly (string | number)[];
}

/**
 * The pool as a run of the inventory has it. Keys are the `sub` of a user and the name of a group, in the order of their
 * bytes. A run stays as it is, so what is read of one run at different times fits together.
 */
export interface ListInventory {
  /** Another number after every commit. */
  version(): number;
  /** False once another file is at its place. */
  isCurrent(): boolean;
  newestRun(): ListRun | undefined;
  run(number: number): ListRun | undefined;
  users(run: number, part: ListPart, condition?: RowCondition): readonly User[];
  groups(run: number, part: ListPart, condition?: RowCondition): readonly Group[];
  keys(kind: ResourceKind, run: number, part: ListPart): readonly string[];
  /** The key behind so many others; undefined where the listing ends before. `isNewest` is faster for that run. */
  keyBehind(
    kind: ResourceKind,
    run: number,
    part: Omit<ListPart, "limit">,
    isNewest: boolean,
  ): string | undefined;
  user(run: number, sub: string): User | undefined;
  group(run: number, name: string): Group | undefined;
  /** The members behind the sub. */
  members(run: number, group: string, part: ListPart): readonly MemberRef[];
  isMember(run: number, group: string, sub: string): boolean;
  groupsOf(run: number, sub: string): readonly string[];
  /** The names of the groups of each user from the first sub to the last one. */
  groupsBetween(run: number, first: string, last: string): ReadonlyMap<string, readonly string[]>;
  /** Of the newest run: keys of those that have this value, in any letter case. */
  named(kind: ResourceKind, attribute: NamedBy, value: string): readonly string[];
  close(): void;
}
