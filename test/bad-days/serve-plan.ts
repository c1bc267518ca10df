// What a seed draws for a bad day of the running service: a pool, callers and a schedule of faults. Plain data, so that a day
// can be printed, written by hand and repeated. Faults come by the number of the request at the server, not by a clock: their
// order is the same for a seed on every machine.

import { randomOf } from "../support/changing-pool.ts";
import { SOURCE_KINDS, type SourceKind } from "../support/credential-source.ts";

/** Faults of requests. */
export const REQUEST_FAULTS = [
  "throttling-storm",
  "quota-eaten-by-sign-ins",
  "server-errors",
  "unavailable",
  "reset-before",
  "reset-mid-body",
  "lost-answer",
  "malformed-answer",
  "black-hole",
  "late-answer",
  "expired-credentials",
] as const;

/** Faults of the process and of what is around it. */
export const PROCESS_FAULTS = ["kill", "kill-after-answer", "kill-between", "stop", "disk-full"] as const;
export const REDIS_FAULTS = ["redis-killed", "redis-flushed", "redis-paused"] as const;
export const POSTGRES_FAULTS = ["postgres-restarted", "postgres-crashed"] as const;

/** Of the service that gives the credentials: for so many tenths of a second it does not answer, fails, or takes no connections. */
export const KEY_FAULTS = ["keys-silent", "keys-failing", "keys-refused"] as const;
export type KeyFaultKind = (typeof KEY_FAULTS)[number];

/** What other programs do to the pool meanwhile. */
export const OTHERS = [
  "others-add-user",
  "others-delete-user",
  "others-add-group",
  "others-delete-group",
  "others-remake-group",
  "others-join",
  "others-leave",
] as const;

export type RequestFaultKind = (typeof REQUEST_FAULTS)[number];
export type OtherKind = (typeof OTHERS)[number];
export type FaultKind =
  | RequestFaultKind
  | (typeof PROCESS_FAULTS)[number]
  | (typeof REDIS_FAULTS)[number]
  | (typeof POSTGRES_FAULTS)[number]
  | KeyFaultKind
  /** Credentials have expired during the day. */
  | "keys-expired"
  | "platform-errors"
  | OtherKind;

export interface Fault {
  readonly kind: FaultKind;
  /** The number of the request at the server at which it begins. */
  readonly at: number;
  /** How many requests it lasts, or meets. */
  readonly requests: number;
  /** Which requests it can meet. */
  readonly on: "all" | "writes" | "reads" | "pages";
  /** Of each request. Of changes by others: who it is about. */
  readonly chance: number;
}

export const CHANGES = [
  "grant",
  "revoke",
  "create-user",
  "delete-user",
  "enable",
  "disable",
  "set-nickname",
  "create-group",
  "delete-group",
] as const;
export type ChangeKind = (typeof CHANGES)[number];

export interface Step {
  readonly kind: ChangeKind;
  /** One of the people of the first pool, by index. */
  readonly user: number;
  /** One of the groups of the first pool, by index. */
  readonly group: number;
  /** For what is made: the end of its name. Several callers may choose one name. */
  readonly name: string;
  /** A new account gets a random password, which takes one call more. */
  readonly password: boolean;
  /** How often it is asked for again where the answer says that it was not made. */
  readonly again: number;
  /** The caller goes away after so many requests at the server. */
  readonly leavesAfter: number | undefined;
}

export interface Actor {
  readonly name: string;
  readonly front: "grpc" | "scim" | "platform";
  readonly steps: readonly Step[];
}

export interface Reader {
  readonly name: string;
  readonly front: "grpc" | "scim" | "platform";
  readonly rounds: number;
  readonly pageSize: number;
}

export interface ServeDay {
  readonly seed: number;
  readonly users: number;
  readonly groups: number;
  readonly memberChance: number;
  readonly order: "sub" | "insertion";
  /** Items of a page of the server. */
  readonly pageItems: number;
  readonly latencyMs: number;
  /** Requests a second in each category. */
  readonly rate: number;
  readonly scim: boolean;
  readonly platform: boolean;
  readonly scheduled: "none" | "file" | "inventory" | "both";
  readonly redis: boolean;
  readonly postgres: boolean;
  /** Where the credentials come from. `static` ones do not expire. */
  readonly keys: SourceKind | "static";
  readonly keysLiveMs: number;
  readonly actors: readonly Actor[];
  readonly readers: readonly Reader[];
  readonly faults: readonly Fault[];
}

export interface Beside {
  readonly redis?: boolean;
  readonly postgres?: boolean;
}

export type Pick = <T>(items: readonly T[]) => T;

export function drawServeDay(seed: number, beside: Beside = {}): ServeDay {
  const random = randomOf(seed);
  const below = (bound: number): number => Math.floor(random() * bound);
  const pick: Pick = (items) => {
    const item = items[below(items.length)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  };
  const many = <T>(count: number, draw: (index: number) => T): readonly T[] =>
    Array.from({ length: count }, (_, index) => draw(index));
  const { redis = false, postgres = false } = beside;
  const users = 12 + below(24);
  const groups = 3 + below(5);
  const scim = random() < 0.5;
  const platform = random() < 0.5;

  const step = (name: string): Step => ({
    kind: pick(["grant", "grant", "grant", "revoke", "revoke", "set-nickname", ...CHANGES]),
    user: below(users),
    group: below(groups),
    name: random() < 0.2 ? "shared" : name,
    password: random() < 0.5,
    again: below(3),
    leavesAfter: random() < 0.1 ? 1 + below(4) : undefined,
  });
  const actor = (front: Actor["front"], name: string, steps: number): Actor => ({
    name,
    front,
    steps: many(steps, (index) => step(`${name}-${index}`)),
  });
  const fault = (kinds: readonly FaultKind[], requests: number): Fault => ({
    kind: pick(kinds),
    at: 3 + below(150),
    requests: 1 + below(requests),
    on: pick(["all", "writes", "reads"]),
    chance: pick([0.4, 0.8, 1]),
  });
  const drawn: Omit<ServeDay, "keys" | "keysLiveMs"> = {
    seed,
    users,
    groups,
    memberChance: random() * 0.5,
    order: pick(["sub", "insertion"]),
    pageItems: 3 + below(8),
    latencyMs: pick([0, 5, 20]),
    rate: pick([15, 30, 60]),
    scim,
    platform,
    scheduled: postgres ? "inventory" : pick(["none", "file", "inventory", "both"]),
    redis,
    postgres,
    actors: [
      ...many(2 + below(2), (index) => actor("grpc", `g${index}`, 7 + below(8))),
      ...(scim ? many(1 + below(2), (index) => actor("scim", `s${index}`, 6 + below(6))) : []),
      ...(platform ? [actor("platform", "p0", 4 + below(5))] : []),
    ],
    readers: [
      { name: "r0", front: "grpc", rounds: 2 + below(3), pageSize: pick([0, 2, 50]) },
      ...(scim ? [{ name: "rs", front: "scim", rounds: 1 + below(2), pageSize: 7 } as const] : []),
      ...(platform ? [{ name: "rp", front: "platform", rounds: 1, pageSize: 0 } as const] : []),
    ],
    faults: [
      ...many(1 + below(4), () => fault(REQUEST_FAULTS, 8)),
      ...many(below(3), () => fault(PROCESS_FAULTS, 20)),
      ...many(1 + below(6), () => ({ ...fault(OTHERS, 1), chance: random() })),
      ...(platform ? many(below(2), () => fault(["platform-errors"], 3)) : []),
      ...(redis ? many(1 + below(2), () => fault(REDIS_FAULTS, 20)) : []),
      ...(postgres ? many(1 + below(2), () => fault(POSTGRES_FAULTS, 1)) : []),
    ],
  };
  const keys = drawKeys(seed);
  const faults = [...drawn.faults, ...keys.faults].toSorted((a, b) => a.at - b.at);
  return { ...drawn, ...keys, faults };
}

interface DrawnKeys {
  readonly keys: ServeDay["keys"];
  readonly keysLiveMs: number;
  readonly faults: readonly Fault[];
}

/** What came to the days later, from numbers of its own: what a seed draws otherwise stays as it was. */
function drawKeys(seed: number): DrawnKeys {
  const random = randomOf(seed ^ 0x165667b1);
  const below = (bound: number): number => Math.floor(random() * bound);
  if (random() < 0.5) return { keys: "static", keysLiveMs: 0, faults: [] };
  return {
    keys: SOURCE_KINDS[below(SOURCE_KINDS.length)] ?? "container",
    keysLiveMs: 1_000 + below(4_000),
    faults: Array.from({ length: below(3) }, () => ({
      kind: KEY_FAULTS[below(KEY_FAULTS.length)] ?? "keys-silent",
      at: 3 + below(150),
      requests: 1 + below(80),
      on: "all" as const,
      chance: 1,
    })),
  };
}

export const isOfKeys = (kind: FaultKind): kind is KeyFaultKind => KEY_FAULTS.some((one) => one === kind);

/** The day in plain lines. */
export function linesOf(day: ServeDay): readonly string[] {
  const { actors, readers, faults, ...rest } = day;
  const settings = Object.entries(rest).map(([name, value]) => `${name} ${value}`);
  return [
    settings.join(", "),
    ...actors.map(({ name, front, steps }) => `${name} by ${front}: ${steps.map(textOfStep).join("; ")}`),
    ...readers.map(({ name, front, rounds }) => `${name} by ${front}: lists everything ${rounds} times`),
    ...faults.map(textOfFault),
  ];
}

function textOfStep({ kind, user, group, name, password, again, leavesAfter }: Step): string {
  const what: Readonly<Partial<Record<ChangeKind, string>>> = {
    grant: `p${user} into group ${group}`,
    revoke: `p${user} from group ${group}`,
    "create-user": `${name}${password ? " with a password" : ""}`,
    "create-group": name,
    "delete-group": `${group}`,
  };
  const about = what[kind] ?? `p${user}`;
  const leaves = leavesAfter === undefined ? "" : `, leaves after ${leavesAfter} requests`;
  return `${kind} ${about}${again > 0 ? `, again ${again} times` : ""}${leaves}`;
}

function textOfFault({ kind, at, requests, on, chance }: Fault): string {
  if (isOfKeys(kind)) return `at request ${at}: ${kind} for ${requests / 10} s`;
  if (kind.startsWith("others-")) return `at request ${at}: ${kind} (${chance.toFixed(3)})`;
  return `at request ${at}: ${kind} for ${requests} requests (${on}, chance ${chance})`;
}
