import { describe, expect, test } from "vitest";
import { WHOLE_POOL } from "../../../../pkg/core/sync-scope.ts";
import { memoryOutput } from "../../testing.fixture.ts";
import { printSummary, type SyncSummary } from "./sync-summary.ts";

describe("the summary of a sync", () => {
  const summary: SyncSummary = {
    published: [
      {
        kind: "c1z",
        recreatedGroups: ["admins"],
        file: "/data/\u001b[2Jsync.c1z",
        id: "3MQ1VqVfNWcserrPtRDPDx6Yklq",
        counts: { users: 3000, groups: 40, memberships: 6000 },
        previous: { users: 2900, groups: 41, memberships: 6000 },
        startedAt: new Date(0),
        scope: WHOLE_POOL,
        endedAt: new Date(25_000),
        runs: 2,
        bytes: 1_258_291,
        databaseBytes: 9_000_000,
      },
    ],
    poolId: "eu-west-1_A",
    resumed: true,
    droppedGroups: 1,
    pages: 126,
    calls: 127,
    throttles: 2,
    durationMs: 25_040,
    usersRead: "whole",
    membersRead: "by group",
    membersReason: "by group about 2 calls in 1 s, by user about 30 calls in 2 s",
  };

  test("for people", async () => {
    const out = memoryOutput();
    await printSummary(summary, "table", out);
    expect(out.text()).toBe(`Synced eu-west-1_A to /data/\\u{1b}[2Jsync.c1z (1.2 MiB) in 25 s
  users        3,000 (+100)
  groups       40 (-1)
  memberships  6,000 (unchanged)
  calls        127 for 126 pages, 2 throttled
  resumed      a sync that started at 1970-01-01T00:00:00.000Z
  skipped      1 group, deleted during the sync
  made again   1 group, deleted and created under its name: admins
`);
  });

  test.for(["json", "jsonl"] as const)("as %s is one object", async (format) => {
    const out = memoryOutput();
    await printSummary(summary, format, out);
    expect(JSON.parse(out.text())).toMatchObject({
      pool: "eu-west-1_A",
      users: 3000,
      previous_users: 2900,
      memberships: 6000,
      dropped_groups: 1,
      recreated_groups: "admins",
      pages: 126,
      calls: 127,
      throttles: 2,
      seconds: 25.04,
      resumed: true,
      ended: "1970-01-01T00:00:25.000Z",
      runs_in_file: 2,
      bytes: 1_258_291,
    });
  });

  test("with an inventory beside the file is one row, and says what changed", async () => {
    const [file] = summary.published;
    if (file === undefined) throw new Error("no file");
    const { id, counts, previous, startedAt, endedAt, scope } = file;
    const run = { id, counts, previous, startedAt, endedAt, scope };
    const inventory = {
      ...run,
      kind: "inventory",
      inventory: "db.example/pools",
      runNumber: 3,
      changes: 1500,
    } as const;
    const people = memoryOutput();
    await printSummary({ ...summary, published: [file, inventory] }, "table", people);
    expect(people.text()).toContain("sync.c1z (1.2 MiB) and db.example/pools (run 3) in 25 s");
    expect(people.text()).toContain("\n  changes      1,500 since run 2\n");
    const both = memoryOutput();
    await printSummary({ ...summary, published: [file, inventory] }, "json", both);
    const alone = memoryOutput();
    await printSummary({ ...summary, published: [inventory] }, "json", alone);
    const named = { inventory: "db.example/pools", run: 3, changes: 1500, users: 3000 };
    expect(JSON.parse(both.text())).toMatchObject({ ...named, runs_in_file: 2 });
    expect(JSON.parse(alone.text())).toMatchObject({ ...named, file: null, runs_in_file: null });
  });

  test("says of the first run in an inventory that the history begins", async () => {
    const [file] = summary.published;
    if (file === undefined) throw new Error("no file");
    const { id, counts, previous, startedAt, endedAt, scope } = file;
    const run = { id, counts, previous, startedAt, endedAt, scope };
    const first = { ...run, kind: "inventory", inventory: "pool.db", runNumber: 1, changes: 0 } as const;
    const people = memoryOutput();
    await printSummary({ ...summary, published: [first] }, "table", people);
    expect(people.text()).toContain(
      "\n  history      begins with this run: the inventory has no earlier one",
    );
    expect(people.text()).not.toContain("\n  changes ");
  });

  test("as CSV is a header and a row", async () => {
    const out = memoryOutput();
    await printSummary(summary, "csv", out);
    expect(out.text().split("\r\n")).toHaveLength(3);
  });
});
