import { status } from "@grpc/grpc-js";
import { describe, expect, test } from "vitest";
import { GovernanceError } from "../../pkg/core/errors.ts";
import { createLogger } from "../../pkg/ops/logger.ts";
import { closeInOrder } from "./app/close-in-order.ts";
import { printSummary, type SyncSummary } from "./cli/output/sync-summary.ts";
import { exitCodeOf } from "./process/exit-codes.ts";
import { failureLine } from "./process/messages.ts";
import { memoryOutput } from "./testing.fixture.ts";

describe("exit codes (D19)", () => {
  test.for([
    ["canceled", status.CANCELLED],
    ["deadline-exceeded", status.DEADLINE_EXCEEDED],
    ["not-found", status.NOT_FOUND],
    ["already-exists", status.ALREADY_EXISTS],
    ["permission-denied", status.PERMISSION_DENIED],
    ["resource-exhausted", status.RESOURCE_EXHAUSTED],
    ["failed-precondition", status.FAILED_PRECONDITION],
    ["aborted", status.ABORTED],
    ["unimplemented", status.UNIMPLEMENTED],
    ["internal", status.INTERNAL],
    ["unavailable", status.UNAVAILABLE],
    ["throttled", status.UNAVAILABLE],
    ["data-loss", status.DATA_LOSS],
    ["unauthenticated", status.UNAUTHENTICATED],
    ["invalid-argument", 2],
    ["refused-by-guard", 21],
  ] as const)("%s is %i", ([code, exitCode]) => {
    expect(exitCodeOf(new GovernanceError(code, "x"))).toBe(exitCode);
  });

  test("of what nobody expected is that of an internal error", () => {
    expect(exitCodeOf(new TypeError("x"))).toBe(13);
  });
});

describe("the failure line", () => {
  test("is our own message", () => {
    expect(failureLine(new GovernanceError("not-found", "no such\ngroup"))).toBe(
      "connector: no such\\u{a}group\n",
    );
  });

  test("says what it means for the output first", () => {
    const line = failureLine(new GovernanceError("unavailable", "AWS is away"), "the output is incomplete");
    expect(line).toBe("connector: the output is incomplete: AWS is away\n");
  });

  test("names what nobody expected and where, and keeps its text to itself", () => {
    const line = failureLine(new TypeError("bad ann@example.com"));
    expect(line).toMatch(
      /^connector: unexpected failure, a bug of the connector \(TypeError at .*small\.test\.ts:\d+:\d+\)?\)\n$/,
    );
    expect(line).not.toContain("example.com");
  });
});

describe("closing", () => {
  test("goes in order, one after the other, past one that fails", async () => {
    const events: string[] = [];
    const lines: string[] = [];
    const log = createLogger({
      level: "info",
      format: "json",
      write: (line) => lines.push(line),
      now: () => 0,
    });
    const piece = (name: string, fails = false) => ({
      name,
      async close() {
        events.push(`${name} closing`);
        await Promise.resolve();
        events.push(`${name} closed`);
        if (fails) throw new Error("stuck");
      },
    });
    await closeInOrder([piece("front"), piece("middle", true), piece("back")], log);
    expect(events).toEqual([
      "front closing",
      "front closed",
      "middle closing",
      "middle closed",
      "back closing",
      "back closed",
    ]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain("closing middle failed");
  });
});

describe("the summary of a sync", () => {
  const summary: SyncSummary = {
    published: {
      file: "/data/\u001b[2Jsync.c1z",
      id: "3MQ1VqVfNWcserrPtRDPDx6Yklq",
      counts: { users: 3000, groups: 40, memberships: 6000 },
      previous: { users: 2900, groups: 41, memberships: 6000 },
      startedAt: new Date(0),
      endedAt: new Date(25_000),
      runs: 2,
      bytes: 1_258_291,
      databaseBytes: 9_000_000,
    },
    poolId: "eu-west-1_A",
    resumed: true,
    droppedGroups: 1,
    pages: 126,
    calls: 127,
    throttles: 2,
    durationMs: 25_040,
  };

  test("for people", async () => {
    const out = memoryOutput();
    await printSummary(summary, "table", out);
    expect(out.text()).toBe(`Synced eu-west-1_A to /data/\\u{1b}[2Jsync.c1z (1.2 MiB) in 25 s
  users        3,000 (+100)
  groups       40 (-1)
  memberships  6,000 (as before)
  calls        127 for 126 pages, 2 throttled
  resumed      a run begun 1970-01-01T00:00:00.000Z
  vanished     1 group, while being read
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

  test("as CSV is a header and a row", async () => {
    const out = memoryOutput();
    await printSummary(summary, "csv", out);
    expect(out.text().split("\r\n")).toHaveLength(3);
  });
});
