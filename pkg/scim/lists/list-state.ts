import type { Group } from "../../core/group.ts";
import type { User } from "../../core/user.ts";
import type { MemberRef, ResourceKind } from "../resource.ts";
import { compareKeyBytes } from "./key-order.ts";
import type { Changed, Shift } from "./keyed-overlay.ts";
import type { ListInventory, ListPart, RowCondition } from "./list-inventory.ts";
import type { ListRecords } from "./list-records.ts";
import type { RunIndex } from "./run-index.ts";
import { SEGMENT } from "./run-index.ts";

/** A part of a listing, and where the next one begins; without it, the listing has ended. */
export interface ListBatch<T> {
  readonly rows: readonly T[];
  readonly next: string | undefined;
}

/** Where a listing goes on. */
export type Position = Pick<ListPart, "after" | "skip">;

/** The pool at one moment: a run, and what this program had changed by then. It never changes. */
export class ListState {
  readonly index: RunIndex;
  /** The number of the last write that it has. */
  readonly seq: number;
  readonly #inventory: ListInventory;
  readonly #records: ListRecords;
  readonly #shifts = new Map<ResourceKind, Shift>();

  constructor(index: RunIndex, seq: number, inventory: ListInventory, records: ListRecords) {
    this.index = index;
    this.seq = seq;
    this.#inventory = inventory;
    this.#records = records;
  }

  get run(): number {
    return this.index.run.run;
  }

  total(kind: ResourceKind): number {
    return this.index.run.counts[kind] + this.#shift(kind).total;
  }

  /** Where the resource of that number is, from 0. */
  positionOf(kind: ResourceKind, offset: number): Position {
    const keys = this.index.segments[kind];
    const segment = this.#segmentAt(kind, offset);
    const after = keys[segment] ?? "";
    const skip = offset - this.#startOf(kind, segment);
    const last = keys[segment + 1];
    const changed = this.index.overlays[kind].between(after, last, this.seq);
    if (changed.length === 0 || skip === 0) return { after, skip };
    const found = this.#inventory.keys(kind, this.run, { after, skip: 0, limit: SEGMENT });
    const shown = merged(
      found,
      changed,
      (key) => key,
      ({ key }) => key,
    );
    return { after: shown[skip - 1] ?? last ?? after, skip: 0 };
  }

  users(part: ListPart, condition?: RowCondition): ListBatch<User> {
    const rows = this.#inventory.users(this.run, part, condition);
    return this.#batch(
      "User",
      part,
      rows,
      ({ sub }) => sub,
      (changed) => this.user(changed.key),
    );
  }

  groups(part: ListPart, condition?: RowCondition): ListBatch<Group> {
    const rows = this.#inventory.groups(this.run, part, condition);
    return this.#batch(
      "Group",
      part,
      rows,
      ({ name }) => name,
      (changed) => this.group(changed.key),
    );
  }

  /** Whether the pool has it, shown or hidden. */
  has(kind: ResourceKind, key: string): boolean {
    const changed = this.index.overlays[kind].at(key, this.seq);
    if (changed !== undefined && changed.content > 0) return true;
    const found =
      kind === "User" ? this.#inventory.user(this.run, key) : this.#inventory.group(this.run, key);
    return found !== undefined;
  }

  user(sub: string): User | undefined {
    const changed = this.index.overlays.User.at(sub, this.seq);
    if (changed?.isShown === false) return undefined;
    const written =
      changed === undefined || changed.content === 0 ? undefined : this.#records.writtenUser(changed.content);
    return written ?? this.#inventory.user(this.run, sub);
  }

  group(name: string): Group | undefined {
    const changed = this.index.overlays.Group.at(name, this.seq);
    if (changed?.isShown === false) return undefined;
    const written =
      changed === undefined || changed.content === 0
        ? undefined
        : this.#records.writtenGroup(changed.content);
    return written ?? this.#inventory.group(this.run, name);
  }

  /** The members of a group, in order. */
  members(group: string, part: ListPart): ListBatch<MemberRef> {
    const { members } = this.index;
    const keeps = members.keepsMembers(group, this.seq);
    const rows = keeps ? this.#inventory.members(this.run, group, part) : [];
    const isEnd = rows.length < part.limit;
    const next = isEnd ? undefined : rows.at(-1)?.sub;
    const touched = members
      .changedIn(group)
      .filter(
        (sub) =>
          compareKeyBytes(sub, part.after) > 0 && (next === undefined || compareKeyBytes(sub, next) <= 0),
      )
      .map((sub) => ({ sub, isMember: members.at(group, sub, this.seq) }))
      .filter(({ isMember }) => isMember !== undefined);
    const changed = touched.map(({ sub, isMember }) => ({
      key: sub,
      isShown: isMember === true,
      content: 0,
    }));
    const all = merged(
      rows,
      changed,
      ({ sub }) => sub,
      ({ key }) => this.#memberOf(key),
    );
    return { rows: all.filter(({ sub }) => this.#isShownUser(sub)), next };
  }

  isMember(group: string, sub: string): boolean {
    if (!this.#isShownUser(sub)) return false;
    return this.index.members.at(group, sub, this.seq) ?? this.#inventory.isMember(this.run, group, sub);
  }

  groupsOf(sub: string): readonly string[] {
    return this.groupsFrom(sub, this.#inventory.groupsOf(this.run, sub));
  }

  /** The groups of a user, of whom the run has these. */
  groupsFrom(sub: string, inRun: readonly string[]): readonly string[] {
    const { members, overlays } = this.index;
    const changed = members.changedOf(sub);
    const stay = inRun.filter((group) => members.at(group, sub, this.seq) ?? true);
    const added = changed.filter(
      (group) => members.at(group, sub, this.seq) === true && !inRun.includes(group),
    );
    const all = [...stay, ...added.toSorted(compareKeyBytes)];
    return all.filter((group) => overlays.Group.at(group, this.seq)?.isShown !== false);
  }

  groupsBetween(first: string, last: string): (sub: string) => readonly string[] {
    const inRun = this.#inventory.groupsBetween(this.run, first, last);
    return (sub) => this.groupsFrom(sub, inRun.get(sub) ?? []);
  }

  #batch<T>(
    kind: ResourceKind,
    { after, limit, upTo }: ListPart,
    rows: readonly T[],
    keyOf: (row: T) => string,
    read: (changed: Changed) => T | undefined,
  ): ListBatch<T> {
    const lastRow = rows.at(-1);
    const next = rows.length < limit || lastRow === undefined ? undefined : keyOf(lastRow);
    const changed = this.index.overlays[kind].between(after, next ?? upTo, this.seq);
    if (changed.length === 0) return { rows, next };
    return { rows: merged(rows, changed, keyOf, read), next };
  }

  #memberOf(sub: string): MemberRef | undefined {
    const user = this.user(sub);
    return user && { sub, username: user.username };
  }

  #isShownUser(sub: string): boolean {
    return this.index.overlays.User.at(sub, this.seq)?.isShown ?? true;
  }

  #shift(kind: ResourceKind): Shift {
    const known = this.#shifts.get(kind);
    if (known !== undefined) return known;
    const { overlays, segments } = this.index;
    const shift = overlays[kind].shiftAt(this.seq, segments[kind].length);
    this.#shifts.set(kind, shift);
    return shift;
  }

  /** How many resources are before a part. */
  #startOf(kind: ResourceKind, segment: number): number {
    return segment * SEGMENT + (this.#shift(kind).before[segment] ?? 0);
  }

  #segmentAt(kind: ResourceKind, offset: number): number {
    let low = 0;
    let high = this.index.segments[kind].length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#startOf(kind, middle) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** The rows of a run with what has changed in them. Both are in order, and have the same keys' bounds. */
function merged<T>(
  rows: readonly T[],
  changed: readonly Changed[],
  keyOf: (row: T) => string,
  read: (changed: Changed) => T | undefined,
): readonly T[] {
  const all: T[] = [];
  let at = 0;
  const take = (upTo: string | undefined): boolean => {
    let isReplaced = false;
    for (let one = changed[at]; one !== undefined; one = changed[at]) {
      const order = upTo === undefined ? -1 : compareKeyBytes(one.key, upTo);
      if (order > 0) break;
      isReplaced = order === 0;
      const row = one.isShown ? read(one) : undefined;
      if (row !== undefined) all.push(row);
      at += 1;
    }
    return isReplaced;
  };
  for (const row of rows) if (!take(keyOf(row))) all.push(row);
  take(undefined);
  return all;
}
