// Readers of the feed at random moments between random runs: what each has read at the end is what was recorded.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import type { FeedPosition } from "../../core/change-feed.ts";
import type { DatabaseSync } from "../../sqlite/database.ts";
import { openInventoryReader } from "../open-reader.ts";
import { createInventoryFile } from "../sqlite/inventory-file.ts";
import { createInventoryFeed } from "./inventory-feed.ts";

const never = new AbortController().signal;
const POOL = "eu-west-1_Random001";
const OTHER = "eu-west-1_Random002";
const HOUR = 3_600_000;
const USERS = 5;
const GROUPS = 3;

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

interface Row {
  readonly kind: string;
  readonly sub: string | null;
  readonly group: string | null;
}

const userKind = fc.constantFrom("user_enabled", "user_disabled", "user_changed");
const someSub = fc.nat(USERS - 1).map((n) => `sub-${n}`);
const someGroup = fc.nat(GROUPS - 1).map((n) => `group-${n}`);
const row: fc.Arbitrary<Row> = fc.oneof(
  fc.record({ kind: userKind, sub: someSub, group: fc.constant(null) }),
  fc.record({ kind: fc.constant("group_changed"), sub: fc.constant(null), group: someGroup }),
  fc.record({
    kind: fc.constantFrom("membership_added", "membership_removed"),
    sub: someSub,
    group: someGroup,
  }),
);

type Step =
  | { readonly act: "run"; readonly pool: string; readonly rows: readonly Row[]; readonly clockBack: boolean }
  | { readonly act: "read"; readonly reader: number; readonly limit: number };

const READERS = 3;
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    act: fc.constant("run" as const),
    pool: fc.constantFrom(POOL, POOL, OTHER),
    rows: fc.array(row, { maxLength: 12 }),
    clockBack: fc.boolean(),
  }),
  fc.record({
    act: fc.constant("read" as const),
    reader: fc.nat(READERS - 1),
    limit: fc.integer({ min: 1, max: 7 }),
  }),
);

/** Writes runs as a sync publishes them, and knows what the feed has to show of them. */
function createWriter(database: DatabaseSync) {
  const runs = new Map<string, number>();
  const numbers = new Map<string, number>();
  /** The ends of the runs of the pool that is read, and the ids of what the feed shows of each. */
  const recorded: { readonly endedMs: number; readonly ids: string[] }[] = [];
  let nowMs = Date.UTC(2026, 0, 1);

  function publish(pool: string, rows: readonly Row[], clockBack: boolean): void {
    const run = (runs.get(pool) ?? 0) + 1;
    runs.set(pool, run);
    nowMs += clockBack ? -HOUR : 3 * HOUR;
    const syncId = `run-${pool.slice(-1)}-${String(run).padStart(5, "0")}`;
    database.exec("BEGIN IMMEDIATE");
    insert(database, "runs", {
      pool_id: pool,
      run,
      sync_id: syncId,
      began_at: iso(nowMs - HOUR),
      ended_at: iso(nowMs),
      users: USERS,
      groups: GROUPS,
      memberships: 0,
      changes: rows.length,
      origins_known: 1,
    });
    if (run === 1) for (let n = 0; n < USERS; n += 1) insert(database, "users", userRow(pool, n));
    let before = "";
    const ids: string[] = [];
    if (pool === POOL) recorded.push({ endedMs: nowMs, ids });
    // The first run of a pool records nothing.
    for (const { kind, sub, group } of run === 1 ? [] : rows) {
      const number = (numbers.get(pool) ?? 0) + 1;
      numbers.set(pool, number);
      insert(database, "recorded_changes", {
        pool_id: pool,
        change_number: number,
        run,
        kind,
        sub,
        group_name: group,
        field: kind.endsWith("_changed") ? "email" : null,
      });
      const isMembership = sub !== null && group !== null;
      const subject = `${String(sub)} ${String(group)}`;
      if (isMembership || subject !== before) ids.push(`${syncId} ${number}`);
      before = isMembership ? "" : subject;
    }
    database.exec("COMMIT");
  }

  return {
    publish,
    now: () => nowMs,
    /** From the first run on that ended then or later: a clock that is set back afterwards hides nothing. */
    shownSince(startMs: number): readonly string[] {
      const from = recorded.findIndex(({ endedMs }) => endedMs >= startMs);
      return from === -1 ? [] : recorded.slice(from).flatMap(({ ids }) => ids);
    },
  };
}

const iso = (ms: number): string => new Date(ms).toISOString();

function userRow(pool: string, n: number) {
  return {
    pool_id: pool,
    sub: `sub-${n}`,
    username: `user-${n}`,
    enabled: 1,
    status: "CONFIRMED",
    federated: 0,
    created_at: iso(0),
    modified_at: iso(0),
    attributes: "{}",
    identities: "[]",
    from_run: 1,
  };
}

function insert(
  database: DatabaseSync,
  table: string,
  values: Readonly<Record<string, string | number | null>>,
): void {
  const names = Object.keys(values);
  database
    .prepare(`INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`)
    .run(...Object.values(values));
}

describe("the feed of an inventory between runs", () => {
  test("gives every reader each change once and in order, from its start time on", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const folder = mkdtempSync(join(tmpdir(), "connector-feed-"));
        folders.push(folder);
        const path = join(folder, "pool.db");
        const database = createInventoryFile(path, () => 0);
        const writer = createWriter(database);
        const reader = await openInventoryReader({ engine: "sqlite", name: path }, never);
        const feed = createInventoryFeed({ poolId: POOL, open: async () => reader });
        const positions = new Map<number, { start: number; at: FeedPosition; seen: string[] }>();

        /** The first reader reads from the beginning, the second from now, the third from a time to come. */
        const openReader = (n: number) => {
          const start = n === 0 ? 0 : writer.now() + (n - 1) * HOUR;
          const at: FeedPosition = { kind: "start", at: n === 0 ? undefined : new Date(start) };
          return { start, at, seen: [] };
        };

        async function read(n: number, limit: number): Promise<boolean> {
          const state = positions.get(n) ?? openReader(n);
          positions.set(n, state);
          const { changes, hasMore } = await feed.changesFrom(state.at, limit, never);
          expect(changes.length <= limit && (changes.length === limit || !hasMore)).toBe(true);
          state.seen.push(...changes.map(({ runId, change }) => `${runId} ${change}`));
          const last = changes.at(-1);
          if (last !== undefined) state.at = { kind: "after", change: last.change, runId: last.runId };
          return hasMore;
        }

        try {
          for (const one of steps) {
            if (one.act === "run") writer.publish(one.pool, one.rows, one.clockBack);
            else await read(one.reader, one.limit);
          }
          for (const [n, { start, seen }] of positions) {
            while (await read(n, 4));
            expect(seen).toEqual(writer.shownSince(start));
          }
        } finally {
          await reader.close();
          database.close();
        }
      }),
      { numRuns: 25 },
    );
  });
});
