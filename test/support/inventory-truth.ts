// Random histories of a pool, read into an inventory by processes that die at any call: what the inventory says of each run
// is what the pool was. A new engine calls `inventoryTruth` in its own test file.

import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createConnector } from "../../pkg/connector/create-connector.ts";
import { GovernanceError } from "../../pkg/core/errors.ts";
import type { ReadMembers } from "../../pkg/core/sync-plan.ts";
import { WHOLE_POOL } from "../../pkg/core/sync-scope.ts";
import type { InventoryReader } from "../../pkg/inventory/reader.ts";
import type { PublishedInventory } from "../../pkg/inventory/target/published.ts";
import { type SyncOnceOptions, syncOnce } from "../../pkg/sync/sync-once.ts";
import type { PublishedRun, SyncTarget } from "../../pkg/sync/target.ts";
import { changedPool, type PlainPool, randomOf, randomPool } from "./changing-pool.ts";
import { type FakePool, fakeDirectory, POOL } from "./fake-directory.ts";
import {
  changesBetween,
  type InventoryState,
  partsOf,
  recordedIn,
  rowsOf,
  stateAt,
  stateOf,
} from "./inventory-state.ts";
import { mortalTarget } from "./mortal-target.ts";

export interface InventoryUnderTest {
  /** Opens it as a new process would, over what the earlier one left. */
  open(options: { readonly now: () => number }): Promise<SyncTarget<PublishedInventory>>;
  /** Opens a `.c1z` that the same sync fills. */
  openFile(options: { readonly now: () => number }): Promise<SyncTarget>;
  /** The process that has these open dies: nothing is closed, and what is on disk stays as it is. */
  die(targets: readonly SyncTarget[]): Promise<void>;
  reader(): Promise<InventoryReader>;
  remove(): Promise<void> | void;
}

export interface TruthOptions {
  readonly histories: number;
  /** `INVENTORY_SEED` repeats one history. */
  readonly seed: number;
}

const never = new AbortController().signal;
/** Users and groups of a page. */
const PAGE = 4;
const RUNS = 5;

type Random = () => number;

export function inventoryTruth(name: string, make: () => InventoryUnderTest, options: TruthOptions): void {
  describe(`${name}, asked for every run of a random history (INVENTORY-6, INVENTORY-7)`, () => {
    const seeds = Array.from({ length: options.histories }, (_, index) => options.seed + index);
    test.for(seeds)("says what the pool was (seed %i)", async (seed) => {
      const place = make();
      try {
        const { said, expected } = await new History(place, seed).happen();
        expect(said).toHaveLength(RUNS);
        expect(said).toEqual(expected);
      } finally {
        await place.remove();
      }
    });
  });
}

/** What an inventory says of one run. */
interface RunAnswer {
  readonly run: number;
  readonly state: InventoryState;
  /** Users, groups, memberships, changes. */
  readonly counts: readonly number[];
  readonly changes: readonly string[];
  readonly numbers: readonly number[];
  /** Changes that cannot be repeated in their order. */
  readonly dangling: readonly string[];
}

interface Answers {
  readonly said: readonly RunAnswer[];
  /** From the pool; of a run in which the pool changed, only what follows from the run itself. */
  readonly expected: readonly RunAnswer[];
}

class History {
  readonly #place: InventoryUnderTest;
  readonly #random: Random;
  /** Whether the same reading fills a `.c1z`. */
  readonly #besideFile: boolean;
  /** Whether its processes may read memberships by user. */
  readonly #mayBeByUser: boolean;
  /** What the pool was in each run; undefined where it changed while it was read. */
  readonly #expected: (InventoryState | undefined)[] = [];
  #pool: PlainPool;
  #nowMs = Date.UTC(2026, 10, 1);

  constructor(place: InventoryUnderTest, seed: number) {
    this.#place = place;
    this.#random = randomOf(seed);
    this.#besideFile = this.#random() < 0.3;
    this.#mayBeByUser = seed % 3 === 0;
    this.#pool = randomPool(this.#random, 4 + Math.floor(this.#random() * 12));
  }

  async happen(): Promise<Answers> {
    for (let run = 1; run <= RUNS; run += 1) {
      const isStill = await this.#readWhole();
      this.#expected.push(isStill ? stateOf(this.#pool) : undefined);
      // Sometimes nothing happens between two runs.
      if (this.#random() < 0.85) this.#pool = changedPool(this.#random, this.#pool);
    }
    const reader = await this.#place.reader();
    try {
      return await this.#answers(reader);
    } finally {
      await reader.close();
    }
  }

  #setting(): ReadMembers {
    return this.#mayBeByUser && this.#random() < 0.6 ? "by-user" : "by-group";
  }

  /** Reads until a run is published. Returns whether the pool was the same all the time. */
  async #readWhole(): Promise<boolean> {
    let isStill = true;
    for (let deaths = 0; ; deaths += 1) {
      const dies = deaths < 3 && this.#random() < 0.5;
      if (await this.#readOnce(dies ? Math.floor(this.#random() * 50) : Number.POSITIVE_INFINITY))
        return isStill;
      if (this.#random() < 0.15) {
        this.#pool = changedPool(this.#random, this.#pool);
        isStill = false;
      }
    }
  }

  /** One process. It may die at a call to the pool or to a target, before or after it. True: it published the run. */
  async #readOnce(diesAt: number): Promise<boolean> {
    const now = (): number => (this.#nowMs += 1000);
    let calls = 0;
    const isDead = (): boolean => diesAt !== Number.POSITIVE_INFINITY && calls > diesAt;
    const step = (): void => {
      calls += 1;
      if (isDead()) throw new GovernanceError("unavailable", "the process is dead");
    };
    const opened: SyncTarget[] = [];
    const opener = (open: InventoryUnderTest["open"] | InventoryUnderTest["openFile"]) => async () => {
      const target = await open.call(this.#place, { now });
      opened.push(target);
      return mortalTarget(target, { step, isDead });
    };
    const { directory } = fakeDirectory(fakePool(this.#pool), step);
    const syncOptions: SyncOnceOptions<PublishedRun> = {
      connector: createConnector({ directory, poolId: POOL, userIdKind: "sub", now }),
      scope: WHOLE_POOL,
      targets: [
        ...(this.#besideFile ? [opener((options) => this.#place.openFile(options))] : []),
        opener((options) => this.#place.open(options)),
      ],
      members: {
        setting: this.#setting(),
        pace: () => ({ listPerSecond: 1, perUserPerSecond: 1, latencyMs: 1 }),
        sleep: async () => {},
      },
      listingsAtOnce: 1 + Math.floor(this.#random() * 3),
      publishing: { acceptShrink: true },
      clocks: { now, monotonic: now },
      randomBytes,
      callTotals: () => ({ calls: 0, throttles: 0 }),
      resumedBy: "the next process",
      events: {},
    };
    try {
      const { published } = await syncOnce(syncOptions, never);
      return published.length > 0;
    } catch (error) {
      if (!isDead()) throw error;
      await this.#place.die(opened);
      return await this.#isPublished();
    }
  }

  /** A process may die just after the merge: then the run is there, and the next process begins another one. */
  async #isPublished(): Promise<boolean> {
    const reader = await this.#place.reader();
    try {
      const [row] = await rowsOf(reader, "SELECT count(*) AS n FROM runs WHERE pool_id = ?", [POOL]);
      return Number(row?.["n"]) > this.#expected.length;
    } finally {
      await reader.close();
    }
  }

  async #answers(reader: InventoryReader): Promise<Answers> {
    const said: RunAnswer[] = [];
    const expected: RunAnswer[] = [];
    let before: InventoryState | undefined;
    let newest = 0;
    const runs = await rowsOf(reader, "SELECT * FROM runs WHERE pool_id = ? ORDER BY run", [POOL]);
    for (const { run, users, groups, memberships, changes } of runs) {
      const state = await stateAt(reader, POOL, Number(run));
      const recorded = await recordedIn(reader, POOL, Number(run));
      const lines = recorded.map(({ line }) => line);
      said.push({
        run: Number(run),
        state,
        counts: [users, groups, memberships, changes].map(Number),
        changes: lines.toSorted(),
        numbers: recorded.map(({ number }) => number),
        dangling: before === undefined ? [] : danglingIn(lines, before),
      });
      const wanted = this.#expected[Number(run) - 1] ?? state;
      const differences = before === undefined ? [] : changesBetween(before, state);
      expected.push({
        run: expected.length + 1,
        state: wanted,
        counts: [wanted.users.length, wanted.groups.length, wanted.memberships.length, differences.length],
        changes: differences.toSorted(),
        numbers: differences.map((_, at) => newest + at + 1),
        dangling: [],
      });
      newest += differences.length;
      before = state;
    }
    return { said, expected };
  }
}

/** Memberships that lack their user or group when the changes are repeated one by one. */
function danglingIn(lines: readonly string[], before: InventoryState): readonly string[] {
  const users = new Set<unknown>(before.users.map((row) => row["sub"]));
  const groups = new Set<unknown>(before.groups.map((row) => row["name"]));
  return lines.filter((text) => {
    const [kind, sub, group] = partsOf(text);
    if (kind === "user_created") users.add(sub);
    if (kind === "user_deleted") users.delete(sub);
    if (kind === "group_created") groups.add(group);
    if (kind === "group_deleted") groups.delete(group);
    const isMembership = kind === "membership_added" || kind === "membership_removed";
    return isMembership && !(users.has(sub) && groups.has(group));
  });
}

function fakePool({ users, groups, members }: PlainPool): Partial<FakePool> {
  const listed = new Map(
    [...members].map(([name, subs]) => [name, [...subs].flatMap((sub) => users.get(sub) ?? [])] as const),
  );
  return {
    users: [...users.values()],
    groups: [...groups.values()],
    members: new Map(listed),
    pageItems: PAGE,
  };
}
