import { describe, expect, test, vi } from "vitest";
import { loaded } from "../../../../pkg/config/testing.fixture.ts";
import {
  advance,
  GROUPS_LISTING,
  type ListingCursor,
  membersListing,
  type SyncCounts,
  USERS_LISTING,
} from "../../../../pkg/core/sync-plan.ts";
import { createLogger } from "../../../../pkg/ops/logger.ts";
import { createCallMeter } from "../../../../pkg/ops/metrics/call-meter.ts";
import { createSyncTracker, type SyncState } from "../../../../pkg/sync/sync-progress.ts";
import { shortWait, shortWaitText } from "../../app/waits.ts";
import { memoryContext, memoryOutput } from "../../testing.fixture.ts";
import { formatDuration } from "../output/text.ts";
import { followSync } from "./follow-sync.ts";
import { createLiveLine } from "./live-line.ts";
import { progressText } from "./progress-text.ts";

const NONE: SyncCounts = { users: 0, groups: 0, memberships: 0 };

function state(over: Partial<SyncState> = {}): SyncState {
  return {
    counts: NONE,
    estimatedUsers: 6000,
    previous: undefined,
    usersOpen: true,
    usersListed: over.counts?.users ?? 0,
    groupsOpen: true,
    membersOpen: 0,
    isByUser: false,
    ...over,
  };
}

describe("the live line", () => {
  const pace = {
    setPerSecond: 5,
    grantedPerSecond: 5,
    usedPerSecond: 4.94,
    throttles: 0,
    trouble: undefined,
  };

  test("shows the time left first, then what is read, how much of the total, and the rate", () => {
    const at = state({ counts: { users: 1200, groups: 40, memberships: 0 }, membersOpen: 40 });
    expect(progressText(at, pace, { ms: 95_000, known: false })).toBe(
      "at least 2 min left · reading users, groups, members of 40 groups · 1,200 of about 6,000 users · 40 groups · 0 memberships · 4.9 of 5 calls/s",
    );
  });

  test("shows more after an earlier run", () => {
    const previous = { users: 1, groups: 12, memberships: 500 };
    const at = state({ previous, groupsOpen: true, membersOpen: 3 });
    expect(progressText(at, { ...pace, throttles: 1234 }, { ms: 2_400, known: true })).toBe(
      "about 3 s left · reading users, groups, members of 3 groups · 0 of about 6,000 users · 0 of about 12 groups · 0 of about 500 memberships · 4.9 of 5 calls/s · 1,234 throttles",
    );
  });

  test.for([
    ["ECONNREFUSED", "retrying: connection refused"],
    ["ECONNRESET", "retrying: connection lost"],
    ["ENOTFOUND", "retrying: name of the host not found"],
    ["AttemptTimeout", "retrying: no answer in time"],
    ["Error", "retrying: connection lost"],
    ["InternalErrorException", "retrying: AWS reports an internal error"],
    ["SomethingNewException", "retrying: SomethingNewException"],
    ["TooManyRequestsException", "slowed down by AWS"],
    ["ThrottlingException", "slowed down by AWS"],
  ] as const)("shows trouble first, and no time left, while calls fail with %s", ([trouble, words]) => {
    const text = progressText(state(), { ...pace, trouble }, { ms: 1, known: true });
    expect(text).toMatch(new RegExp(`^${words} · reading `));
    expect(text).not.toContain("left");
  });

  test.for([
    [{ attempt: 3, why: "connection refused" }, "retrying: connection refused (5 s)"],
    [{ attempt: 1, why: "no answer yet" }, "waiting for AWS: no answer yet (5 s)"],
    [{ attempt: 1, why: "AWS credentials" }, "waiting for AWS: AWS credentials (5 s)"],
    [{ attempt: 2, why: "slowed down by AWS" }, "slowed down by AWS"],
  ] as const)("shows first what a call waits for, and no time left: %o", ([wait, words]) => {
    const waiting = shortWaitText({ operation: "ListUsers", waitedMs: 5_400, ...wait });
    const trouble = "ECONNREFUSED";
    const text = progressText(state(), { ...pace, trouble }, { ms: 60_000, known: true }, waiting);
    expect(text.startsWith(`${words} · reading users`)).toBe(true);
    expect(text).not.toContain("left");
  });

  test.for([
    ["console", "xterm", true],
    ["console", "dumb", false],
    ["json", "xterm", false],
  ] as const)(
    "of a sync has the wait in it, with logs as %s on a terminal %s: %s",
    ([format, term, live]) => {
      vi.useFakeTimers();
      const stderr = memoryOutput({ isTerminal: true });
      const context = memoryContext({ stderr, env: { TERM: term, HOME: "/nowhere" } });
      const { config } = loaded("sync", { "log-format": format });
      const log = createLogger({ level: "error", format: "json", write: () => {}, now: () => 0 });
      const waiting = {
        operation: "ListUsers",
        waitedMs: 7_000,
        attempt: 2,
        why: "connection refused",
      } as const;
      const waits = { observe: () => {}, longest: () => waiting };
      const line = createLiveLine(stderr);
      const status = { ...pace, state: state(), left: undefined, calls: 0 };
      followSync(
        () => status,
        { log, liveLine: line, waiting: () => shortWait(waits) },
        config,
        context,
      ).close();
      expect(stderr.text().includes("retrying: connection refused (7 s) · reading")).toBe(live);
      vi.useRealTimers();
    },
  );

  test("says that AWS slows it down before the time left, as long as the rate is below the set one", () => {
    const text = progressText(state(), { ...pace, grantedPerSecond: 2.5 }, { ms: 60_000, known: true });
    expect(text).toMatch(/^slowed down by AWS · about 60 s left · reading .* 2.5 of 2.5 calls\/s$/);
  });

  test("never shows more calls than the limiter allows", () => {
    expect(progressText(state(), { ...pace, usedPerSecond: 5.3 }, undefined)).toContain("5 of 5 calls/s");
  });

  test("is rewritten in place, cut to the terminal, and removed at the end", () => {
    const out = memoryOutput({ columns: 10 });
    const line = createLiveLine(out);
    line.show("one");
    line.show("one");
    line.show("two and more");
    line.above("a log line\n");
    line.clear();
    line.clear();
    line.above("after\n");
    const erase = "\r\u001b[2K";
    expect(out.text()).toBe(`${erase}one${erase}two and …${erase}a log line\ntwo and …${erase}after\n`);
  });
});

describe("the tracker", () => {
  function tracked(open: readonly ListingCursor[], counts: SyncCounts) {
    const rows = { counts, previousCounts: undefined };
    const tracker = createSyncTracker(open, rows);
    return { tracker, rows };
  }

  test("follows a fresh run", () => {
    const { tracker, rows } = tracked([], NONE);
    expect(tracker.state()).toMatchObject({ usersOpen: true, groupsOpen: true, membersOpen: 0 });
    rows.counts = { users: 60, groups: 2, memberships: 0 };
    tracker.onPool(120);
    tracker.onPage(advance(USERS_LISTING, "more"));
    tracker.onPage(advance(GROUPS_LISTING, ""));
    expect(tracker.state()).toMatchObject({
      estimatedUsers: 120,
      usersOpen: true,
      groupsOpen: false,
      membersOpen: 2,
    });
    tracker.onPage(advance(membersListing("a"), ""));
    tracker.onPage(advance(USERS_LISTING, ""));
    expect(tracker.state()).toMatchObject({ usersOpen: false, membersOpen: 1 });
  });

  test("follows users that are read in parts: the listing of all users waits for nothing", () => {
    const { tracker, rows } = tracked([], NONE);
    const part = (prefix: string) => ({ ...USERS_LISTING, part: prefix });
    rows.counts = { users: 90, groups: 1, memberships: 0 };
    tracker.onPage(advance(part("a"), "more"));
    tracker.onPage(advance(part("b"), ""));
    expect(tracker.state()).toMatchObject({ usersOpen: true, usersListed: 90 });
    tracker.onPage(advance(part("a"), ""));
    expect(tracker.state()).toMatchObject({ usersOpen: false });
    tracker.onPage(advance(USERS_LISTING, "more"));
    expect(tracker.state()).toMatchObject({ usersOpen: true });
  });

  test("knows users that members brought along from those that were listed", () => {
    const { tracker, rows } = tracked([{ ...USERS_LISTING, pages: 2 }], {
      users: 500,
      groups: 1,
      memberships: 500,
    });
    expect(tracker.state().usersListed).toBe(120);
    tracker.onPage({ ...USERS_LISTING, token: "more", pages: 3 });
    expect(tracker.state().usersListed).toBe(180);
    rows.counts = { users: 170, groups: 1, memberships: 500 };
    expect(tracker.state().usersListed).toBe(170);
  });

  test("does not wait for a group that vanished", () => {
    const { tracker, rows } = tracked([], NONE);
    rows.counts = { ...NONE, groups: 2 };
    tracker.onPage(advance(membersListing("a"), ""));
    rows.counts = { ...NONE, groups: 1 };
    expect(tracker.state().membersOpen).toBe(0);
  });

  test("goes on with a resumed run", () => {
    const { tracker } = tracked([membersListing("b")], { users: 600, groups: 3, memberships: 10 });
    expect(tracker.state()).toMatchObject({ usersOpen: false, groupsOpen: false, membersOpen: 1 });
  });
});

describe("the call meter", () => {
  test("tells the speed over the last five seconds", () => {
    let now = 0;
    const meter = createCallMeter(() => now);
    expect(meter.perSecond("UserList")).toBe(0);
    for (; now < 20_000; now += 200) meter.count("UserList", "ok", 100);
    meter.count("UserPoolRead", "ok", 100);
    expect(meter.perSecond("UserList")).toBeCloseTo(5, 0);
    now += 6_000;
    expect(meter.perSecond("UserList")).toBe(0);
    expect(meter.total()).toBe(101);
  });

  test("does not make a burst of its first call", () => {
    const meter = createCallMeter(() => 1);
    meter.count("UserList", "ok", 100);
    expect(meter.perSecond("UserList")).toBe(1);
  });

  test("tells how long an answer takes, by those that went well", () => {
    const meter = createCallMeter(() => 1);
    expect(meter.latencyMs()).toBeUndefined();
    meter.count("UserList", "TimeoutError", 30_000);
    meter.count("UserList", "ok", 200);
    expect(meter.latencyMs()).toBe(200);
    for (let call = 0; call < 50; call += 1) meter.count("UserList", "ok", 800);
    expect(meter.latencyMs()).toBeCloseTo(800, 0);
  });

  test("tells trouble when calls in a row fail, until one goes well", () => {
    const meter = createCallMeter(() => 1);
    meter.count("UserList", "TimeoutError", 100);
    expect(meter.trouble()).toBeUndefined();
    meter.count("UserList", "InternalErrorException", 100);
    expect(meter.trouble()).toBe("InternalErrorException");
    meter.count("UserList", "ok", 100);
    expect(meter.trouble()).toBeUndefined();
  });
});

test.for([
  [0, "0 s"],
  [430, "0.4 s"],
  [9_000, "9 s"],
  [9_949, "9.9 s"],
  [9_999, "10 s"],
  [89_000, "89 s"],
  [90_000, "2 min"],
  [5_340_000, "89 min"],
  [5_400_000, "1 h 30 min"],
  [86_400_000, "24 h 0 min"],
] as const)("%i ms is %s", ([ms, text]) => {
  expect(formatDuration(ms)).toBe(text);
});
