import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createInventoryFixture,
  OTHER_POOL,
  POOL,
  RUN_TIMES,
  subOf,
} from "../../../test/support/inventory-fixture.ts";
import type { ChangeFeed, FeedChange, FeedPosition } from "../../core/change-feed.ts";
import { DatabaseSync } from "../../sqlite/database.ts";
import { openInventoryReader } from "../open-reader.ts";
import type { InventoryReader } from "../reader.ts";
import { createInventoryFile } from "../sqlite/inventory-file.ts";
import { createInventoryFeed } from "./inventory-feed.ts";

const never = new AbortController().signal;
const START: FeedPosition = { kind: "start", at: undefined };
const [first, second, third, fourth] = RUN_TIMES;

let folder: string;
let path: string;
let reader: InventoryReader;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "connector-feed-"));
  path = join(folder, "pool.db");
  createInventoryFixture(path);
  reader = await openInventoryReader({ engine: "sqlite", name: path }, never);
});
afterAll(async () => {
  await reader.close();
  rmSync(folder, { recursive: true, force: true });
});

const feedOf = (poolId = POOL): ChangeFeed => createInventoryFeed({ poolId, open: async () => reader });

async function allFrom(
  position: FeedPosition,
  limit = 1000,
  feed = feedOf(),
): Promise<readonly FeedChange[]> {
  const all: FeedChange[] = [];
  for (let at = position; ; ) {
    const { changes, hasMore } = await feed.changesFrom(at, limit, never);
    expect(changes.length).toBeLessThanOrEqual(limit);
    all.push(...changes);
    const last = changes.at(-1);
    if (!hasMore || last === undefined) return all;
    at = { kind: "after", change: last.change, runId: last.runId };
  }
}

function told({ change, recordedAs, subject }: FeedChange): readonly unknown[] {
  const who = "user" in subject ? [subject.user.username] : [];
  const group = "groupName" in subject ? [subject.groupName] : subject.kind === "group" ? [subject.name] : [];
  return [change, recordedAs, ...group, ...who];
}

describe("the feed of an inventory", () => {
  test("has every change of the pool in its order", async () => {
    expect((await allFrom(START)).map(told)).toEqual([
      [1, "membership_removed", "finance", "ada"],
      [2, "user_changed", "ada"],
      [3, "user_disabled", "hal"],
      [4, "membership_removed", "finance", "ida"],
      [5, "membership_removed", "old-team", "eli"],
      [6, "membership_removed", "support", "ben"],
      [7, "membership_removed", "support", "eli"],
      [8, "user_deleted", "ida"],
      [9, "group_deleted", "old-team"],
      [10, "group_recreated", "support"],
      [11, "user_created", "dora"],
      [12, "membership_added", "support", "eli"],
      [13, "user_created", "jon"],
      [14, "group_changed", "finance"],
      [15, "membership_added", "finance", "ada"],
      [16, "membership_added", "finance", "jon"],
    ]);
  });

  test.for([1, 2, 3, 5, 15, 16, 17])("has them once in pages of %i", async (limit) => {
    expect(await allFrom(START, limit)).toEqual(await allFrom(START));
  });

  test("says between which times each was made, and which change of the connector it was", async () => {
    const changes = await allFrom(START);
    expect(changes[2]).toMatchObject({
      after: first.beganAt,
      before: second.endedAt,
      auditId: "c-0001",
      runId: expect.stringMatching(/a02$/),
    });
    expect(changes[13]).toMatchObject({ after: third.beganAt, before: fourth.endedAt, auditId: undefined });
  });

  test("has the member as the run saw it", async () => {
    const changes = await allFrom(START);
    const subject = changes[0]?.subject;
    const user = subject?.kind === "member-removed" ? subject.user : undefined;
    // The run that removed ada also found another address.
    expect(Object.fromEntries(user?.attributes ?? [])).toEqual({
      sub: subOf(1),
      email: "ada@example.com",
      email_verified: "true",
      given_name: "Ada",
      "custom:cost": "7",
    });
    expect(user).toMatchObject({
      enabled: true,
      status: "CONFIRMED",
      modifiedAt: new Date("2026-10-05T09:00:00Z"),
    });
  });

  test("has the account of a member who is gone as the last run saw it", async () => {
    const changes = await allFrom(START);
    expect(changes[3]?.subject).toMatchObject({
      kind: "member-removed",
      user: { sub: subOf(10), username: "ida", enabled: true },
    });
  });

  test.for([
    [new Date(0), 1],
    [second.endedAt, 1],
    [new Date(second.endedAt.getTime() + 1), 4],
    [third.endedAt, 4],
    [fourth.beganAt, 13],
  ] as const)("begins at %o with change %i", async ([at, expected]) => {
    expect((await allFrom({ kind: "start", at }))[0]?.change).toBe(expected);
  });

  test("is empty where no run ended since", async () => {
    const at = new Date(fourth.endedAt.getTime() + 1);
    expect(await allFrom({ kind: "start", at })).toEqual([]);
  });

  test("is empty for a pool whose first run has recorded nothing, and for one without a run", async () => {
    for (const pool of [OTHER_POOL, "us-east-1_Nothing"]) {
      expect(await allFrom(START, 10, feedOf(pool))).toEqual([]);
      expect(await allFrom({ kind: "start", at: first.beganAt }, 10, feedOf(pool))).toEqual([]);
    }
  });

  test("is empty while no sync has made the inventory, and goes on once one has", async () => {
    const later = join(folder, "later.db");
    let missed = 0;
    const feed = createInventoryFeed({
      poolId: POOL,
      open: (signal) => openInventoryReader({ engine: "sqlite", name: later }, signal),
      onMissing: () => void (missed += 1),
    });
    const start: FeedPosition = { kind: "start", at: fourth.endedAt };
    expect(await feed.changesFrom(start, 10, never)).toEqual({ changes: [], hasMore: false });
    expect(missed).toBe(1);
    createInventoryFixture(later);
    expect((await feed.changesFrom(start, 10, never)).changes).toHaveLength(4);
    expect(missed).toBe(1);
  });

  test("fails where the inventory is gone that a reader has read from", async () => {
    const open = (signal: AbortSignal) =>
      openInventoryReader({ engine: "sqlite", name: join(folder, "none.db") }, signal);
    const feed = createInventoryFeed({ poolId: POOL, open });
    await expect(allFrom({ kind: "after", change: 1, runId: "r" }, 10, feed)).rejects.toMatchObject({
      code: "failed-precondition",
      message: expect.stringContaining("does not exist"),
    });
  });

  test("fails where the inventory cannot be read, and is not empty", async () => {
    const other = join(folder, "other.db");
    writeFileSync(other, "not a database at all".repeat(100));
    const feed = createInventoryFeed({
      poolId: POOL,
      open: (signal) => openInventoryReader({ engine: "sqlite", name: other }, signal),
    });
    await expect(allFrom(START, 10, feed)).rejects.toMatchObject({ code: "failed-precondition" });
  });

  test("reads the file that is at the path now", async () => {
    const replaced = join(folder, "replaced.db");
    createInventoryFixture(replaced);
    const open = await openInventoryReader({ engine: "sqlite", name: replaced }, never);
    const feed = createInventoryFeed({ poolId: POOL, open: async () => open });
    const [last] = (await allFrom(START, 1000, feed)).slice(-1);
    rmSync(replaced);
    createInventoryFile(replaced, () => 0).close();
    expect(await allFrom(START, 10, feed)).toEqual([]);
    const gone = allFrom({ kind: "after", change: last?.change ?? 0, runId: last?.runId ?? "" }, 10, feed);
    await expect(gone).rejects.toMatchObject({ code: "invalid-argument" });
    await open.close();
  });

  test.for<[string, string]>([
    ["an unknown kind", "UPDATE recorded_changes SET kind = 'user_renamed' WHERE change_number = 16"],
    ["no user for a change", `DELETE FROM users WHERE sub = '${subOf(11)}'`],
    ["attributes that are not JSON", `UPDATE users SET attributes = '{' WHERE sub = '${subOf(11)}'`],
    ["no run for a change", "DELETE FROM runs WHERE run = 4"],
  ])("fails where somebody has written %s", async ([, sql]) => {
    const broken = join(folder, "broken.db");
    createInventoryFixture(broken);
    const database = new DatabaseSync(broken);
    database.exec(sql);
    database.close();
    const open = (signal: AbortSignal) => openInventoryReader({ engine: "sqlite", name: broken }, signal);
    const failed = allFrom(START, 10, createInventoryFeed({ poolId: POOL, open }));
    await expect(failed).rejects.toMatchObject({ code: "data-loss" });
    rmSync(broken);
  });

  test.for([
    ["a change that is not there", { kind: "after", change: 17, runId: "3MQ1VqVfNWcserrPtRDPDx6Ya04" }],
    ["another run", { kind: "after", change: 3, runId: "3MQ1VqVfNWcserrPtRDPDx6Ya03" }],
  ] as const)("refuses the position of another history: %s", async ([, position]) => {
    await expect(allFrom(position)).rejects.toMatchObject({
      code: "invalid-argument",
      message: expect.stringMatching(/^cursor: the inventory .* does not hold the change/),
    });
  });
});
