import { hash } from "./hash.ts";
import type { GroupRecord } from "./model.ts";
import { departments } from "./people-names.ts";

export interface GeneratedGroups {
  readonly groups: readonly GroupRecord[];
  find(name: string): GroupRecord | undefined;
  sizeOf(name: string): number;
  /** User indexes of the members numbered `from` to `to` (exclusive). */
  members(name: string, from: number, to: number): Iterable<number>;
  groupsOf(userIndex: number): readonly GroupRecord[];
  readonly memberships: number;
}

export interface Crowd {
  readonly users: number;
  readonly groups: number;
  readonly memberships: number;
  /** Each group has lost one member in a hundred. */
  readonly changed?: boolean;
}

const roles = [
  "admins",
  "editors",
  "readers",
  "on-call",
  "auditors",
  "owners",
  "contractors",
  "билинг",
  "日本",
  "beta🚀",
];

function nameAt(index: number): string {
  const department = (departments[index % departments.length] ?? "")
    .toLowerCase()
    .replaceAll(/[^a-z]+/gu, "-");
  const role = roles[Math.floor(index / departments.length) % roles.length] ?? "";
  return `${department.replaceAll(/^-|-$/gu, "")}:${role}/${index}`;
}

function groupAt(seed: number, index: number): GroupRecord {
  const createdMs = Date.UTC(2019, 5, 1) + hash(seed, index, 31) / 50;
  return {
    name: nameAt(index),
    description: hash(seed, index, 32) % 4 === 0 ? undefined : `Group ${index} of the generated pool`,
    roleArn: index % 25 === 0 ? `arn:aws:iam::123456789012:role/group-${index}` : undefined,
    precedence: index % 3 === 0 ? Math.floor(index / 3) : undefined,
    createdMs: Math.floor(createdMs),
    modifiedMs: Math.floor(createdMs) + 86_400_000,
  };
}

/** Group sizes from many to few by 1/(n+k), none above the number of users, summing to exactly the total. */
function groupSizes({ users, groups, memberships }: Crowd): number[] {
  if (memberships > users * Math.min(groups, 100)) {
    throw new RangeError(`${memberships} memberships need more than 100 groups, or all of them, per user`);
  }
  const weights = Array.from({ length: groups }, (_, index) => 1 / (index + 8));
  const sizes = weights.map(() => 0);
  let left = memberships;
  while (left > 0) {
    const open = weights.map((weight, index) => ((sizes[index] ?? 0) < users ? weight : 0));
    const sum = open.reduce((total, weight) => total + weight, 0);
    const round = left;
    for (let index = 0; index < groups && left > 0; index += 1) {
      const share = Math.ceil((round * (open[index] ?? 0)) / sum);
      const more = Math.min(share, left, users - (sizes[index] ?? 0));
      sizes[index] = (sizes[index] ?? 0) + more;
      left -= more;
    }
  }
  return sizes;
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

function inverse(value: number, modulus: number): number {
  let [r0, r1] = [modulus, value % modulus];
  let [t0, t1] = [0, 1];
  while (r1 !== 0) {
    const quotient = Math.floor(r0 / r1);
    [r0, r1] = [r1, r0 - quotient * r1];
    [t0, t1] = [t1, t0 - quotient * t1];
  }
  return ((t0 % modulus) + modulus) % modulus;
}

/**
 * All memberships laid end to end around a ring of nine tenths of the users. A group is an arc no longer than the
 * ring, so no member comes twice; a user's groups are the arcs over its place. The stride scatters neighbours.
 */
export function generatedGroups(seed: number, crowd: Crowd): GeneratedGroups {
  const most = Math.max(1, Math.floor(crowd.users * 0.9));
  const ring = crowd.memberships <= most * Math.min(crowd.groups, 100) ? most : crowd.users;
  const sizes = groupSizes({ ...crowd, users: ring });
  const kept = sizes.map((size) => (crowd.changed === true ? size - Math.floor(size / 100) : size));
  const starts: number[] = [];
  let total = 0;
  for (const size of sizes) {
    starts.push(total);
    total += size;
  }
  let stride = 1 + (hash(seed, 0, 41) % Math.max(1, ring - 1));
  while (gcd(stride, ring) !== 1) stride += 1;
  const back = inverse(stride, ring);

  const groups = sizes.map((_, index) => groupAt(seed, index));
  const byName = new Map(groups.map((group, index) => [group.name, index]));

  const groupAtPlace = (place: number): number => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((starts[middle] ?? 0) <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  };

  return {
    groups,
    find: (name) => groups[byName.get(name) ?? -1],
    memberships: kept.reduce((sum, size) => sum + size, 0),
    sizeOf: (name) => kept[byName.get(name) ?? -1] ?? 0,
    *members(name, from, to) {
      const start = starts[byName.get(name) ?? -1] ?? 0;
      for (let nth = from; nth < to; nth += 1) yield (((start + nth) % ring) * stride) % ring;
    },
    groupsOf(userIndex) {
      const found: GroupRecord[] = [];
      if (userIndex >= ring) return found;
      for (let place = (userIndex * back) % ring; place < total; place += ring) {
        const at = groupAtPlace(place);
        const group = groups[at];
        const isKept = place - (starts[at] ?? 0) < (kept[at] ?? 0);
        if (group !== undefined && isKept) found.push(group);
      }
      return found;
    },
  };
}
