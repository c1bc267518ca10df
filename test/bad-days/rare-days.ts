// What a day hardly ever draws by itself, and what a defect may hide behind. Of ten seeds in a row, each kind has one; the
// other days stay as they were drawn.

import type { DayPlan, Draw, PoolChange } from "./schedule.ts";

export const RARE = [
  /** A `sub` that no part selects, or that is not in lower case. */
  "odd-subs",
  /** As many users as estimated, in parts that are proved; the search by a prefix may lack somebody. */
  "proved-parts",
  /** Groups are deleted and made again between an unfinished process and the next one. */
  "made-again",
  /** Most users are deleted between two syncs. */
  "most-leave",
] as const;
export type Rare = (typeof RARE)[number];

const OUT_OF = 10;

/** Which of ten seeds in a row has which kind differs from ten to ten. */
export function rareOf(seed: number): Rare | undefined {
  return RARE[(seed + 3 * Math.floor(seed / OUT_OF)) % OUT_OF];
}

export function withRare(plan: DayPlan, draw: Draw): DayPlan {
  switch (rareOf(plan.seed)) {
    case "odd-subs":
      return oddSubs(plan, draw);
    case "proved-parts":
      return provedParts(plan, draw);
    case "made-again":
      return madeAgain(plan, draw);
    case "most-leave":
      return mostLeave(plan, draw);
    case undefined:
      return plan;
  }
}

function oddSubs(plan: DayPlan, { random, below, pick }: Draw): DayPlan {
  return {
    ...plan,
    users: 10 + below(50),
    // So that some are in no group, and are met nowhere but in the listing of all users.
    memberChance: random() * 0.2,
    pageItems: 2 + below(9),
    shards: pick([2, 8, 16]),
    readMembers: pick(["auto", "by-group"] as const),
    // Parts are asked of no smaller pool.
    estimatedUsers: 1_000,
    oddSubs: 0.1 + random() * 0.4,
  };
}

/** Nobody who is met in a group alone may leave it: the proof knows of the others by such a member. */
const KEEPS_MEMBERS: readonly PoolChange["kind"][] = [
  "add-user",
  "change-user",
  "disable-user",
  "change-group",
  "join",
];

function provedParts(plan: DayPlan, { below, pick, random }: Draw): DayPlan {
  const isSearchWhole = random() < 0.3;
  const users = 1_010 + below(50);
  return {
    ...plan,
    users,
    groups: 1 + below(3),
    memberChance: 0.01 + random() * 0.04,
    pageItems: 60,
    ratePerSecond: 30,
    latencyMs: pick([1, 20]),
    shards: pick([2, 8, 16]),
    readMembers: "by-group",
    estimatedUsers: users + below(11) - 5,
    syncs: 1,
    lasting: plan.lasting.slice(0, 2),
    changes: plan.changes.filter(({ kind }) => isSearchWhole || KEEPS_MEMBERS.includes(kind)).slice(0, 20),
    searchLacks: isSearchWhole ? undefined : { members: 1 + below(3), others: 1 + below(6) },
  };
}

function madeAgain(plan: DayPlan, { random, below, pick, many }: Draw): DayPlan {
  return {
    ...plan,
    users: 20 + below(30),
    groups: 4 + below(4),
    memberChance: 0.2 + random() * 0.5,
    pageItems: 2 + below(3),
    readMembers: "by-group",
    // Another process would read meanwhile.
    sudden: plan.sudden.filter(({ kind }) => kind !== "second-sync"),
    madeAgain: many(4, () =>
      many(4 + below(8), () => ({ kind: "remake-group", atMs: 0, choice: random() }) as const),
    ),
    kills: plan.kills.map((kill, at) =>
      at < 2 ? { afterCalls: 12 + below(20), write: 1 + below(5) } : kill,
    ),
    restsMs: plan.restsMs.map(() => pick([100, 11_000, 61_000])),
  };
}

function mostLeave(plan: DayPlan, { random, below }: Draw): DayPlan {
  return {
    ...plan,
    users: 5 + below(55),
    groups: Math.max(1, plan.groups),
    memberChance: 0.1 + random() * 0.5,
    pageItems: 2 + below(9),
    ratePerSecond: Math.max(5, plan.ratePerSecond),
    syncs: 2 + below(2),
    leaving: 0.6 + random() * 0.4,
  };
}
