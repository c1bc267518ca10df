// What a seed draws: a pool, a load and a schedule of faults. Plain data, so that a day can be printed and shortened.

import { randomOf } from "../support/changing-pool.ts";
import { withRare } from "./rare-days.ts";

/** Faults that last: while one does, calls or connections meet it by its chance. */
const LASTING = [
  "throttling-storm",
  "quota-eaten",
  "server-errors",
  "reset-before",
  "reset-mid-body",
  "lost-answer",
  "black-hole",
  "malformed-answer",
  "unknown-host",
  "connection-refused",
  "no-connection",
  "expired-credentials",
  "full-disk",
] as const;

/** Faults of the groups of a user, drawn for themselves. AWS contradicts itself for a while, and a policy may be changed. */
const OF_USER_GROUPS = ["no-such-user", "groups-denied"] as const;

/** Faults of one moment. */
export const SUDDEN = ["clock-forward", "clock-back", "network-cut", "second-sync"] as const;

export const ALL_LASTING = [...LASTING, ...OF_USER_GROUPS] as const;
export type LastingKind = (typeof ALL_LASTING)[number];
export type SuddenKind = (typeof SUDDEN)[number];
/** `long-rest`: markers, which live one hour, have died before the next process. */
export type FaultKind =
  | LastingKind
  | SuddenKind
  | "kill"
  | "long-rest"
  | "marker-refused"
  | "change"
  | "made-again"
  | "most-leave";

export interface LastingFault {
  readonly kind: LastingKind;
  readonly fromMs: number;
  readonly toMs: number;
  readonly chance: number;
}

export interface SuddenFault {
  readonly kind: SuddenKind;
  readonly atMs: number;
  /** Of a clock. */
  readonly byMs: number;
}

export const CHANGES = [
  "add-user",
  "delete-user",
  "change-user",
  "disable-user",
  "add-group",
  "delete-group",
  "remake-group",
  "change-group",
  "join",
  "leave",
] as const;

/** Drawn for themselves too. Who is deleted and made again has the username of before, and other groups. */
const REMAKE_USER = "remake-user";

/** Another program changes the pool. */
export interface PoolChange {
  readonly kind: (typeof CHANGES)[number] | typeof REMAKE_USER;
  readonly atMs: number;
  /** From 0 to 1: who it is about. */
  readonly choice: number;
}

export interface PoolPlan {
  readonly seed: number;
  readonly users: number;
  readonly groups: number;
  readonly memberChance: number;
}

export const TARGETS = ["file", "inventory", "both"] as const;

export const READ_MEMBERS = ["auto", "by-group", "by-user"] as const;

/** Before which write a process is killed, counted from the answer to its call of that number on; 0: from its start. */
export interface Kill {
  readonly afterCalls: number;
  readonly write: number;
  /** Counted from the moment at which the new file is packed. */
  readonly whilePacking?: boolean;
}

export interface DayPlan extends PoolPlan {
  /** Items of a page. */
  readonly pageItems: number;
  readonly ratePerSecond: number;
  readonly latencyMs: number;
  readonly targets: (typeof TARGETS)[number];
  /** `--list-shards`. */
  readonly shards: number;
  /** `--read-members`. */
  readonly readMembers: (typeof READ_MEMBERS)[number];
  /** What Cognito estimates; undefined: the truth. */
  readonly estimatedUsers: number | undefined;
  /** The share of the users whose `sub` has another form than AWS gives today. */
  readonly oddSubs: number;
  /** So many members of groups, and so many others, are in no answer to a search by a prefix. */
  readonly searchLacks: { readonly members: number; readonly others: number } | undefined;
  /** The share of the users who are deleted after the first finished sync, while no process runs. */
  readonly leaving: number;
  /** Made while no process runs: after the first process that ends unfinished, after the second one, and so on. */
  readonly madeAgain: readonly (readonly PoolChange[])[];
  /** How many syncs are to be finished. */
  readonly syncs: number;
  readonly lasting: readonly LastingFault[];
  readonly sudden: readonly SuddenFault[];
  readonly changes: readonly PoolChange[];
  /** For each process of the day in turn. */
  readonly kills: readonly (Kill | undefined)[];
  /** Between two processes. */
  readonly restsMs: readonly number[];
}

export const HOUR_MS = 3_600_000;

export interface Draw {
  readonly random: () => number;
  readonly below: (bound: number) => number;
  readonly pick: <T>(items: readonly T[]) => T;
  readonly many: <T>(count: number, draw: () => T) => readonly T[];
}

export function drawing(seed: number): Draw {
  const random = randomOf(seed);
  const below = (bound: number): number => Math.floor(random() * bound);
  return {
    random,
    below,
    pick(items) {
      const [first] = items;
      if (first === undefined) throw new Error("nothing to pick from");
      return items[below(items.length)] ?? first;
    },
    many: (count, draw) => Array.from({ length: count }, draw),
  };
}

export function drawDay(seed: number): DayPlan {
  const { random, below, pick, many } = drawing(seed);
  const size = random();
  const isLarge = size < 0.05;
  const shards = random() < 0.25 ? pick([2, 8, 16]) : 1;
  // About as long as its syncs take.
  const dayMs = pick([8_000, 30_000, 120_000, 600_000]);
  const members = drawMembers(seed, dayMs);
  const plan: DayPlan = {
    seed,
    users: isLarge ? 1_000 + below(300) : 1 + below(60),
    groups: below(8),
    memberChance: isLarge ? 0.05 : random() * 0.6,
    pageItems: isLarge ? 60 : 2 + below(9),
    ratePerSecond: isLarge ? 30 : pick([1, 5, 5, 30]),
    latencyMs: pick([1, 20, 200, 800]),
    targets: pick(TARGETS),
    shards,
    readMembers: members.readMembers,
    estimatedUsers: shards > 1 && !isLarge ? 1_000 : undefined,
    oddSubs: 0,
    searchLacks: undefined,
    leaving: 0,
    madeAgain: [],
    syncs: 1 + below(3),
    lasting: [...many(below(6), () => drawLasting({ random, below, pick, many }, dayMs)), ...members.lasting],
    sudden: many(below(4), () => ({
      kind: pick(SUDDEN),
      atMs: below(dayMs),
      byMs: pick([1_000, 30_000, 10 * 60_000, HOUR_MS, 40 * 24 * HOUR_MS]),
    })),
    changes: [
      ...many(below(pick([1, 10, 60])), () => ({
        kind: pick(CHANGES),
        atMs: below(dayMs),
        choice: random(),
      })),
      ...members.changes,
    ],
    kills: many(4, () => drawKill({ random, below, pick, many })),
    restsMs: many(6, () => pick([0, 100, 11_000, 61_000, HOUR_MS + 60_000, HOUR_MS + 60_000, 25 * HOUR_MS])),
  };
  return withRare(plan, drawing(seed ^ 0x7feb352d));
}

/** What came to the days later, from numbers of its own: what a seed draws otherwise stays as it was. */
function drawMembers(seed: number, dayMs: number): Pick<DayPlan, "readMembers" | "lasting" | "changes"> {
  const { random, below, pick, many } = drawing(seed ^ 0x165667b1);
  return {
    readMembers: pick(READ_MEMBERS),
    lasting: many(below(3), () => ({
      ...drawLasting({ random, below, pick, many }, dayMs),
      kind: pick(OF_USER_GROUPS),
    })),
    changes: many(below(pick([1, 10, 40])), () => ({
      kind: pick([REMAKE_USER, REMAKE_USER, "remake-group"] as const),
      atMs: below(dayMs),
      choice: random(),
    })),
  };
}

/** Publishing takes a few writes of hundreds, so some kills are meant for it. */
function drawKill({ random, below, pick }: Draw): Kill | undefined {
  if (random() < 0.1) return { afterCalls: 0, write: 1 + below(12), whilePacking: true };
  if (random() < 0.66) return undefined;
  return { afterCalls: below(pick([1, 6, 20, 60])), write: 1 + below(pick([3, 20, 100])) };
}

export function drawLasting({ below, pick }: Draw, dayMs: number): LastingFault {
  const fromMs = below(dayMs);
  const lastsMs = 500 + below(pick([2_000, 20_000, 200_000]));
  return { kind: pick(LASTING), fromMs, toMs: fromMs + lastsMs, chance: pick([0.1, 0.5, 1]) };
}
