/** The state of one user of the pool: as it is at the server, or as it must be after the answers that a caller got. */
export interface Standing {
  readonly sub: string;
  readonly enabled: boolean;
  readonly groups: Iterable<string>;
  /** How many write calls of each operation reached AWS for this user. */
  readonly calls: ReadonlyMap<string, number>;
}

/** One line; equal states give equal lines. */
export function standingText({ sub, enabled, groups, calls }: Standing): string {
  const counts = [...calls].map(([operation, count]) => `${operation}=${count}`);
  return [sub, enabled ? "enabled" : "disabled", [...groups].sort().join(","), counts.sort().join(",")].join(
    " | ",
  );
}

/** The first groups of a caller's user: every second one, so that there are as many grants as revokes. */
export function firstGroups(groups: readonly string[], caller: number): readonly string[] {
  return groups.filter((_, place) => (place + caller) % 2 === 0);
}

export function countUp(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
