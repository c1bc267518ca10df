/** Members in groups, each group in the order of arrival. The largest group is known without a search. */
export interface Groups<T> {
  add(group: string, member: T): void;
  /** Does nothing if it is not in the group. */
  remove(group: string, member: T): void;
  members(group: string): readonly T[];
  /** The size of the largest group. */
  largest(): number;
  /** The member of a largest group that has been there longest; of `preferred` if that group is one of them. */
  oldestOfLargest(preferred: string | undefined): T | undefined;
}

export function createGroups<T>(): Groups<T> {
  const groups = new Map<string, Set<T>>();
  const bySize = new Map<number, Set<string>>();
  let largest = 0;

  function resize(group: string, from: number, to: number): void {
    const before = bySize.get(from);
    before?.delete(group);
    if (before?.size === 0) bySize.delete(from);
    if (to > 0) {
      const now = bySize.get(to) ?? new Set();
      now.add(group);
      bySize.set(to, now);
    }
    if (to > largest) largest = to;
    else if (from === largest && !bySize.has(from)) largest = to;
  }

  return {
    add(group, member) {
      const members = groups.get(group) ?? new Set();
      const from = members.size;
      members.add(member);
      groups.set(group, members);
      resize(group, from, members.size);
    },
    remove(group, member) {
      const members = groups.get(group);
      if (members === undefined || !members.delete(member)) return;
      if (members.size === 0) groups.delete(group);
      resize(group, members.size + 1, members.size);
    },
    members: (group) => [...(groups.get(group) ?? [])],
    largest: () => largest,
    oldestOfLargest(preferred) {
      const candidates = bySize.get(largest);
      if (candidates === undefined) return undefined;
      const [first] = candidates;
      const group = preferred !== undefined && candidates.has(preferred) ? preferred : first;
      const [oldest] = groups.get(group ?? "") ?? [];
      return oldest;
    },
  };
}
