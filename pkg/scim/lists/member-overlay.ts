import { compareKeyBytes } from "./key-order.ts";

interface Version {
  readonly seq: number;
  readonly isMember: boolean;
}

/** Memberships that this program has changed since a run began. Earlier states stay readable. */
export class MemberOverlay {
  /** By group, then by the sub of the member. */
  readonly #groups = new Map<string, Map<string, Version[]>>();
  readonly #groupsOf = new Map<string, Set<string>>();
  /** When groups were deleted: one that is made again under the name has none of the members. */
  readonly #deletions = new Map<string, number[]>();

  apply(seq: number, group: string, sub: string, isMember: boolean): void {
    const members = this.#groups.get(group) ?? new Map<string, Version[]>();
    this.#groups.set(group, members);
    const versions = members.get(sub) ?? [];
    members.set(sub, versions);
    versions.push({ seq, isMember });
    const groups = this.#groupsOf.get(sub) ?? new Set<string>();
    this.#groupsOf.set(sub, groups);
    groups.add(group);
  }

  groupDeleted(seq: number, group: string): void {
    this.#deletions.set(group, [...(this.#deletions.get(group) ?? []), seq]);
  }

  /** Whether the members of the run are still those of the group. */
  keepsMembers(group: string, seq: number): boolean {
    return this.#deletedAt(group, seq) === 0;
  }

  /** Undefined: as the run has it, where the group keeps the members of the run. */
  at(group: string, sub: string, seq: number): boolean | undefined {
    const deletedAt = this.#deletedAt(group, seq);
    const version = this.#groups
      .get(group)
      ?.get(sub)
      ?.findLast((one) => one.seq <= seq);
    if (version !== undefined && version.seq > deletedAt) return version.isMember;
    return deletedAt > 0 ? false : undefined;
  }

  /** The subs of a group that may differ from the run, in order. */
  changedIn(group: string): readonly string[] {
    return [...(this.#groups.get(group)?.keys() ?? [])].toSorted(compareKeyBytes);
  }

  /** The groups of a user that may differ from the run. */
  changedOf(sub: string): readonly string[] {
    return [...(this.#groupsOf.get(sub) ?? [])];
  }

  #deletedAt(group: string, seq: number): number {
    return this.#deletions.get(group)?.findLast((one) => one <= seq) ?? 0;
  }
}
