import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/store-run.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { NewChange } from "../../core/journal.ts";
import type { Commits } from "../../sqlite/wal-sync.ts";
import { openJournal } from "./journal.ts";
import type { JournalFile } from "./recording-journal.ts";

const POOL = "eu-west-1_Abc123";
const HOUR = 3_600_000;
const never = new AbortController().signal;

let folder: { readonly path: string; remove(): void };
/** Holds a journal without a change. To create one waits several times for the disk; a copy of it does not. */
let empty: { readonly path: string; remove(): void };
let dir: string;
let opened: JournalFile[];
let polls: { readonly ms: number; go(): void }[];
let onPoll: (() => void) | undefined;
let nowMs = 10 * HOUR;
let boot = "first boot";
let upMs = 0;

/** So long after the start of the test, by the date and by the time since the machine was started. */
function later(ms: number): number {
  upMs = ms;
  return nowMs + ms;
}

beforeAll(() => {
  empty = temporaryFolder();
  openJournal({
    dir: join(empty.path, "state"),
    poolId: POOL,
    now: () => nowMs,
    bootClock: { boot, upMs: () => 0 },
    sleep,
  }).end();
});
afterAll(() => empty.remove());
beforeEach(() => {
  folder = temporaryFolder();
  dir = join(folder.path, "state");
  cpSync(join(empty.path, "state"), dir, { recursive: true });
  opened = [];
  polls = [];
  onPoll = undefined;
  nowMs = 10 * HOUR;
  boot = "first boot";
  upMs = 0;
});
afterEach(() => {
  for (const journal of opened) journal.end();
  folder.remove();
});

/** Sleeps until the test says so. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(GovernanceError.from(signal.reason)));
    polls.push({ ms, go: resolve });
    onPoll?.();
  });
}

/** The next time somebody sleeps. */
async function nextPoll(): Promise<{ readonly ms: number; go(): void }> {
  if (polls.length === 0) {
    await new Promise<void>((resolve) => {
      onPoll = resolve;
    });
  }
  const poll = polls.shift();
  if (poll === undefined) throw new Error("nothing sleeps");
  return poll;
}

function open(poolId = POOL, commits: Commits = "on disk"): JournalFile {
  const journal = openJournal({
    dir,
    poolId,
    now: () => nowMs,
    bootClock: {
      get boot() {
        return boot;
      },
      upMs: () => upMs,
    },
    sleep,
    commits,
  });
  opened.push(journal);
  return journal;
}

function change(id: string, lock = "user:sub-1"): NewChange {
  return {
    id,
    kind: "disable-user",
    lock,
    beganAtMs: 1000,
    requester: { via: "cli", name: "ada" },
    target: { user: "sub-1" },
  };
}

const done = { state: "done", requestId: "r-2", code: undefined, reason: undefined } as const;
const nothing = (): void => undefined;
const ids = (changes: readonly { readonly id: string }[]): string[] => changes.map(({ id }) => id);

describe("a change in the journal", () => {
  test("is there with all that was noted and all its steps, for the next process", async () => {
    const first = open();
    expect(await first.begin(change("c1"), never)).toEqual([]);
    first.note("c1", { hints: { login: "old" }, target: { user: "sub-2", group: "g", loginSha256: "ab" } });
    first.note("c1", { hints: { login: "ada", attributes: ["a", "b"], count: 2, invited: true } });
    const group = { description: undefined, roleArn: "arn:x", precedence: 0 };
    const undo = {
      members: ["sub-3"],
      groups: [],
      group,
      fields: ["role_arn"],
      addedGroups: ["a"],
      removedGroups: ["b"],
    };
    first.note("c1", { undo });
    expect(first.stepBegun("c1", "AdminDisableUser", false)).toBe(0);
    expect(first.stepBegun("c1", "AdminUserGlobalSignOut", true)).toBe(1);
    const end = { requestId: "r-1", code: "throttled", reason: "outcome-unknown" } as const;
    first.stepEnded("c1", 0, { state: "unknown", ...end });
    const steps = [
      { operation: "AdminDisableUser", state: "unknown", undo: false, ...end },
      { operation: "AdminUserGlobalSignOut", state: "begun", undo: true },
    ];
    expect(first.steps("c1")).toEqual(steps);
    first.end();

    const [found, ...more] = open().claimOrphans();
    expect(more).toEqual([]);
    expect(found).toEqual({
      ...change("c1"),
      target: { user: "sub-2", group: "g", loginSha256: "ab" },
      hints: { login: "ada", attributes: ["a", "b"], count: 2, invited: true },
      undo,
      steps,
    });
  });

  test("is gone once closed, with its steps, and its last words were said", async () => {
    const journal = open();
    await journal.begin(change("c1"), never);
    journal.stepBegun("c1", "AdminDisableUser", false);
    let said = 0;
    journal.close("c1", () => {
      said = journal.steps("c1").length;
    });
    expect(said).toBe(1);
    expect(journal.steps("c1")).toEqual([]);
    journal.end();
    expect(open().claimOrphans()).toEqual([]);
  });

  test("that is unknown, or another's, cannot be written", async () => {
    const journal = open();
    const other = open();
    await other.begin(change("c1"), never);
    for (const id of ["c1", "c2"]) {
      const refusal = `change ${id} is not open in this process`;
      expect(() => journal.note(id, { hints: {} })).toThrow(refusal);
      expect(() => journal.stepBegun(id, "DeleteGroup", false)).toThrow(refusal);
      expect(() => journal.stepEnded(id, 0, done)).toThrow(refusal);
      expect(() => journal.close(id, nothing)).toThrow(refusal);
    }
    journal.release("c1");
    expect(journal.claimOrphans()).toEqual([]);
    expect(() => other.stepEnded("c1", 0, done)).toThrow("change c1 has no step 0");
    await expect(other.begin(change("c1", "user:sub-9"), never)).rejects.toThrow("c1 is open already");
    await expect(journal.begin(change("c1", "user:sub-9"), never)).rejects.toThrow("c1 is open already");
    other.close("c1", nothing);
  });

  test("two pools in one directory do not mix", async () => {
    const one = open();
    const other = open("eu-west-1_Other");
    await one.begin(change("c1"), never);
    await other.begin(change("c1"), never);
    other.spend("c1", [{ budget: "disables", limit: 1 }], nowMs);
    expect(one.spent("disables", nowMs)).toBe(0);
    one.end();
    expect(ids(open("eu-west-1_Other").claimOrphans())).toEqual([]);
    expect(ids(open().claimOrphans())).toEqual(["c1"]);
  });
});

describe("one change of a lock at a time (JOURNAL-3)", () => {
  test("within a process: first come, first served, woken by the end of the one before", async () => {
    const journal = open();
    await journal.begin(change("c1"), never);
    const order: string[] = [];
    const waiting = ["c2", "c3", "c4"].map(async (id) => {
      expect(await journal.begin(change(id), never)).toEqual([]);
      order.push(id);
    });
    await journal.begin(change("c5", "group:g"), never);
    expect(order).toEqual([]);
    journal.close("c1", nothing);
    await waiting[0];
    expect(order).toEqual(["c2"]);
    journal.close("c2", nothing);
    await waiting[1];
    journal.close("c3", nothing);
    await waiting[2];
    expect(order).toEqual(["c2", "c3", "c4"]);
    expect(polls).toEqual([]);
  });

  test("an abort while waiting leaves the queue, and the next one still gets its turn", async () => {
    const journal = open();
    await journal.begin(change("c1"), never);
    const abort = new AbortController();
    const second = journal.begin(change("c2"), abort.signal);
    const third = journal.begin(change("c3"), never);
    abort.abort();
    await expect(second).rejects.toMatchObject({ code: "canceled" });
    journal.close("c1", nothing);
    expect(await third).toEqual([]);
    await expect(journal.begin(change("c4"), AbortSignal.abort())).rejects.toMatchObject({
      code: "canceled",
    });
    journal.close("c3", nothing);
    expect(await journal.begin(change("c2"), never)).toEqual([]);
  });

  test("between two journals: polled, a little slower each time, until it is gone", async () => {
    const one = open();
    const two = open();
    await one.begin(change("c1"), never);
    const begun = two.begin(change("c2"), never);
    const waits: number[] = [];
    for (let count = 0; count < 12; count += 1) {
      const poll = await nextPoll();
      waits.push(poll.ms);
      poll.go();
    }
    expect(waits[0]).toBe(50);
    expect(waits.toSorted((a, b) => a - b)).toEqual(waits);
    expect(waits.at(-1)).toBe(250);
    const poll = await nextPoll();
    one.close("c1", nothing);
    poll.go();
    expect(await begun).toEqual([]);
  });

  test("an abort while polling opens nothing, and gives the turn to the next one", async () => {
    const one = open();
    const two = open();
    await one.begin(change("c1"), never);
    const abort = new AbortController();
    const aborted = two.begin(change("c2"), abort.signal);
    const next = two.begin(change("c3"), never);
    await nextPoll();
    abort.abort(new DOMException("too late", "TimeoutError"));
    await expect(aborted).rejects.toMatchObject({ code: "deadline-exceeded" });
    const poll = await nextPoll();
    one.close("c1", nothing);
    poll.go();
    expect(await next).toEqual([]);
    two.end();
    expect(ids(one.claimOrphans())).toEqual(["c3"]);
  });

  test("an end turns away who waits, and the change stays for the next one", async () => {
    const journal = open();
    await journal.begin(change("c1"), never);
    const waiting = journal.begin(change("c2"), never);
    journal.end();
    journal.end();
    await expect(waiting).rejects.toMatchObject({ code: "canceled" });
    expect(() => journal.steps("c1")).toThrow("the journal is closed");
    expect(() => journal.stepBegun("c1", "DeleteGroup", false)).toThrow("the journal is closed");
    expect(ids(await open().begin(change("c3"), never))).toEqual(["c1"]);
  });
});

describe("what was left open (JOURNAL-5)", () => {
  test("comes with the next change of its lock, oldest first, and stays with it", async () => {
    const first = open();
    await first.begin(change("c1"), never);
    first.release("c1");
    expect(ids(await first.begin(change("c2"), never))).toEqual(["c1"]);
    await first.begin(change("c3", "group:g"), never);
    first.end();
    const second = open();
    const third = open();
    expect(ids(await second.begin(change("c4"), never))).toEqual(["c1", "c2"]);
    expect(ids(third.claimOrphans())).toEqual(["c3"]);
    expect(third.claimOrphans()).toEqual([]);
    second.close("c1", nothing);
    second.stepBegun("c2", "AdminDisableUser", true);
    // c2 could not be settled: it goes with c4, for the next one.
    second.close("c4", nothing);
    expect(ids(third.claimOrphans())).toEqual(["c2"]);
  });

  test("is not adopted from under a change that is at work on its lock", async () => {
    const first = open();
    await first.begin(change("c1"), never);
    first.end();
    const second = open();
    await second.begin(change("c2"), never);
    second.release("c1");
    const third = open();
    expect(third.claimOrphans()).toEqual([]);
    expect(second.claimOrphans()).toEqual([]);
    second.release("c2");
    expect(ids(third.claimOrphans())).toEqual(["c1", "c2"]);
  });

  test("once adopted, a new change of its lock waits for it, in this process and in others", async () => {
    const first = open();
    await first.begin(change("c1"), never);
    first.end();
    const second = open();
    const third = open();
    expect(ids(second.claimOrphans())).toEqual(["c1"]);
    const here = second.begin(change("c2"), never);
    const there = third.begin(change("c3"), never);
    const poll = await nextPoll();
    second.close("c1", nothing);
    expect(await here).toEqual([]);
    second.close("c2", nothing);
    poll.go();
    expect(await there).toEqual([]);
  });

  test("a close whose audit line fails leaves the change open, for the next process to recover", async () => {
    const journal = open();
    await journal.begin(change("c1"), never);
    journal.stepBegun("c1", "AdminDisableUser", false);
    const full = new Error("no space for the audit line");
    const close = (): void =>
      journal.close("c1", () => {
        throw full;
      });
    expect(close).toThrow(full);
    const [leftover] = await journal.begin(change("c2"), never);
    expect(leftover).toMatchObject({ id: "c1", steps: [{ state: "begun" }] });
    journal.close("c1", nothing);
    journal.close("c2", nothing);
    expect(journal.claimOrphans()).toEqual([]);
  });

  test("a change released when the file could not be written is free with the next write", async () => {
    const journal = open();
    await journal.begin(change("c1", "group:g"), never);
    await journal.begin(change("c2"), never);
    // Within the transaction of a close there can be no other.
    journal.close("c2", () => journal.release("c1"));
    const other = open();
    expect(other.claimOrphans()).toEqual([]);
    journal.giveBack("c2");
    expect(ids(other.claimOrphans())).toEqual(["c1"]);
  });
});

describe("budgets (JOURNAL-7)", () => {
  const deletions = { budget: "deletions", limit: 2 } as const;

  test("slide by the hour, and a refusal takes nothing and says when one is free", () => {
    const journal = open();
    const disables = { budget: "disables", limit: 5 } as const;
    expect(journal.spend("c1", [deletions], later(0))).toBeUndefined();
    expect(journal.spend("c2", [deletions], later(1000))).toBeUndefined();
    const refusal = { refused: "deletions", freeAtMs: nowMs + HOUR };
    expect(journal.spend("c3", [disables, deletions], later(2000))).toEqual(refusal);
    expect(journal.spend("c3", [deletions], later(HOUR - 1))).toEqual(refusal);
    expect(journal.spent("disables", later(2000))).toBe(0);
    expect(journal.spent("deletions", later(HOUR - 1))).toBe(2);
    expect(journal.spent("deletions", later(HOUR))).toBe(1);
    expect(journal.spend("c3", [disables, deletions], later(HOUR))).toBeUndefined();
    expect(journal.spend("c4", [deletions], later(HOUR))).toEqual({
      refused: "deletions",
      freeAtMs: nowMs + 1000 + HOUR,
    });
  });

  test("of invitations slide by the day, and are kept for one", () => {
    const journal = open();
    const invitations = { budget: "invitations", limit: 2 } as const;
    const day = 24 * HOUR;
    expect(journal.spend("c1", [invitations], later(0))).toBeUndefined();
    expect(journal.spend("c2", [invitations], later(2 * HOUR))).toBeUndefined();
    // What a deletion forgets, and a new process at its start, are the deletions alone.
    expect(journal.spend("c3", [deletions], later(23 * HOUR))).toBeUndefined();
    journal.end();
    later(day - 1);
    const next = open();
    const refusal = { refused: "invitations", freeAtMs: nowMs + day };
    expect(next.spend("c4", [invitations], later(day - 1))).toEqual(refusal);
    expect(next.spent("invitations", later(day - 1))).toBe(2);
    expect(next.spent("invitations", later(day))).toBe(1);
    expect(next.spend("c4", [invitations], later(day))).toBeUndefined();
  });

  test("count across journals and restarts, and come back when the change did nothing", () => {
    const one = open();
    one.spend("c1", [deletions], later(0));
    open().spend("c2", [deletions], later(0));
    one.end();
    const next = open();
    expect(next.spent("deletions", later(0))).toBe(2);
    next.giveBack("c1");
    next.giveBack("c1");
    expect(next.spent("deletions", later(0))).toBe(1);
    expect(next.spend("c3", [{ ...deletions, limit: 1 }], later(0))).toMatchObject({ refused: "deletions" });
  });

  test("a limit that was lowered counts from the newest, and one of 0 is never free", () => {
    const journal = open();
    for (const ms of [0, 1, 2]) journal.spend(`c${ms}`, [{ ...deletions, limit: 3 }], later(ms));
    expect(journal.spend("c4", [{ ...deletions, limit: 1 }], later(3))).toEqual({
      refused: "deletions",
      freeAtMs: nowMs + 2 + HOUR,
    });
    expect(journal.spend("c5", [{ budget: "invitations", limit: 0 }], later(0))).toEqual({
      refused: "invitations",
      freeAtMs: Number.POSITIVE_INFINITY,
    });
  });

  test.for([
    ["forward by an hour", HOUR],
    ["forward by a year", 365 * 24 * HOUR],
    ["back by an hour", -HOUR],
    ["back by nine hours", -9 * HOUR],
  ] as const)("hold when the clock is set %s, and are free after their hour", ([, step]) => {
    const journal = open();
    const one = { ...deletions, limit: 1 };
    expect(journal.spend("c1", [one], later(0))).toBeUndefined();
    for (const pass of [60_000, HOUR / 2, HOUR - 1]) {
      const refusal = { refused: "deletions", freeAtMs: nowMs + step + HOUR };
      expect(journal.spend("c2", [one], later(pass) + step)).toEqual(refusal);
      expect(journal.spent("deletions", later(pass) + step)).toBe(1);
      expect(journal.spent("deletions", later(pass))).toBe(1);
    }
    expect(journal.spend("c3", [one], later(HOUR) + step)).toBeUndefined();
    // And back to where it was.
    expect(journal.spend("c4", [one], later(HOUR + 1))).toMatchObject({ refused: "deletions" });
    expect(journal.spend("c4", [one], later(2 * HOUR))).toBeUndefined();
  });

  test("hold when the clock is set while no process runs", () => {
    const first = open();
    first.spend("c1", [deletions], later(0));
    first.end();
    later(60_000);
    nowMs += 25 * HOUR;
    const next = open();
    expect(next.spent("deletions", nowMs)).toBe(1);
    expect(next.spend("c2", [{ ...deletions, limit: 1 }], nowMs)).toMatchObject({ refused: "deletions" });
  });

  describe("after the machine was started again", () => {
    function restarted(passedMs: number): JournalFile {
      const before = open();
      before.spend("c1", [{ ...deletions, limit: 1 }], nowMs);
      before.end();
      boot = "second boot";
      upMs = 1000;
      nowMs += passedMs;
      return open();
    }

    test.for([
      ["half an hour", HOUR / 2, 1, HOUR / 2],
      ["less than nothing, since the clock is behind", -5 * HOUR, 1, HOUR],
      ["an hour", HOUR, 0, 0],
    ] as const)("count by the date: %s", ([, passedMs, count, freeInMs]) => {
      const journal = restarted(passedMs);
      expect(journal.spent("deletions", nowMs)).toBe(count);
      const refusal = journal.spend("c2", [{ ...deletions, limit: 1 }], nowMs);
      expect(refusal).toEqual(count === 0 ? undefined : { refused: "deletions", freeAtMs: nowMs + freeInMs });
    });

    test("the date is asked once: what is set later frees nothing", () => {
      const journal = restarted(HOUR / 2);
      nowMs += 24 * HOUR;
      expect(journal.spent("deletions", nowMs)).toBe(1);
      expect(journal.spend("c2", [{ ...deletions, limit: 1 }], nowMs)).toMatchObject({
        refused: "deletions",
      });
      upMs += HOUR / 2;
      expect(journal.spend("c2", [{ ...deletions, limit: 1 }], nowMs)).toBeUndefined();
    });
  });

  test("a machine whose time since its start went back counts by the date", () => {
    const journal = open();
    journal.spend("c1", [{ ...deletions, limit: 1 }], later(5 * HOUR));
    upMs = 10;
    expect(journal.spent("deletions", nowMs + 5 * HOUR)).toBe(1);
    expect(journal.spend("c2", [{ ...deletions, limit: 1 }], nowMs + 5.5 * HOUR)).toEqual({
      refused: "deletions",
      freeAtMs: nowMs + 6 * HOUR,
    });
  });

  test("old rows are removed", () => {
    open().spend("c1", [deletions], later(0));
    later(HOUR);
    const { file } = open();
    const database = new DatabaseSync(file);
    expect(database.prepare("SELECT count(*) AS n FROM spent").get()).toEqual({ n: 0 });
    database.close();
  });

  test("a journal of version 1 keeps what it counted, also from a connector that is still running", async () => {
    const first = open();
    await first.begin(change("open"), never);
    first.end();
    const database = new DatabaseSync(first.file);
    database.exec(`
      DROP TABLE spent;
      CREATE TABLE spent (change TEXT NOT NULL, budget TEXT NOT NULL, at_ms INTEGER NOT NULL) STRICT;
      CREATE INDEX spent_by_budget ON spent (budget, at_ms);
      PRAGMA user_version = 1;
    `);
    const insert = database.prepare("INSERT INTO spent (change, budget, at_ms) VALUES (?, ?, ?)");
    insert.run("c1", "deletions", nowMs - HOUR / 2);
    insert.run("c2", "deletions", nowMs - 2 * HOUR);
    const journal = open();
    expect(ids(journal.claimOrphans())).toEqual(["open"]);
    expect(journal.spent("deletions", nowMs)).toBe(1);
    insert.run("c3", "deletions", nowMs);
    expect(journal.spent("deletions", nowMs)).toBe(2);
    expect(journal.spend("c4", [deletions], nowMs)).toEqual({
      refused: "deletions",
      freeAtMs: nowMs + HOUR / 2,
    });
    expect(database.prepare("PRAGMA user_version").get()).toEqual({ user_version: 2 });
    database.close();
    expect(open().spent("deletions", nowMs)).toBe(2);
  });
});

describe("the files", () => {
  const at = (suffix: string): string => join(dir, `${POOL}.journal.${suffix}`);
  beforeEach(() => {
    dir = join(folder.path, "created", "for", "pool");
  });

  test("are for this user alone, and only the two are left after an end", async () => {
    const journal = open();
    expect(journal.file).toBe(at("db"));
    await journal.begin(change("c1"), never);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    const names = readdirSync(dir);
    expect(names).toHaveLength(5);
    for (const name of names) expect([name, statSync(join(dir, name)).mode & 0o777]).toEqual([name, 0o600]);
    expect(statSync(at("key")).size).toBe(32);
    journal.end();
    expect(readdirSync(dir).sort()).toEqual([`${POOL}.journal.db`, `${POOL}.journal.key`]);
  });

  test("hold a database in WAL mode (JOURNAL-1)", () => {
    const journal = open();
    const database = new DatabaseSync(journal.file);
    expect(database.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
    database.close();
  });

  test("are synced after a commit of a service, and not where nothing was written since (JOURNAL-1)", async () => {
    const journal = open(POOL, "on disk after sync");
    journal.sync();
    const wal = `${journal.file}-wal`;
    renameSync(wal, `${wal}-away`);
    journal.sync();
    await journal.begin(change("c1"), never);
    expect(() => journal.sync()).toThrow(/ENOENT/);
    renameSync(`${wal}-away`, wal);
    journal.sync();
  });

  test("what a killed opener left beside them is removed", () => {
    open().end();
    writeFileSync(at("db.new-0123456789ab"), "half");
    writeFileSync(at("key.new-0123456789ab"), "half");
    writeFileSync(at("owner-0123456789abcdef"), "");
    open().end();
    expect(readdirSync(dir)).toHaveLength(2);
  });

  test.for([
    ["lost", () => rmSync(at("key"))],
    ["another", () => writeFileSync(at("key"), Buffer.alloc(32, 7))],
  ] as const)(
    "hints whose key is %s read as empty, and the change is there all the same (JOURNAL-6)",
    async ([, spoil]) => {
      const journal = open();
      await journal.begin(change("c1"), never);
      journal.note("c1", { hints: { login: "ada" } });
      journal.end();
      spoil();
      const next = open();
      expect(next.claimOrphans()).toMatchObject([{ id: "c1", hints: {} }]);
      next.note("c1", { hints: { login: "eve" } });
      next.end();
      expect(open().claimOrphans()).toMatchObject([{ hints: { login: "eve" } }]);
    },
  );

  test("hints that were moved to another change read as empty (JOURNAL-6)", async () => {
    const journal = open();
    await journal.begin(change("c1"), never);
    await journal.begin(change("c2", "group:g"), never);
    journal.note("c1", { hints: { login: "ada" } });
    journal.end();
    const database = new DatabaseSync(journal.file);
    database.exec("UPDATE changes SET facts = (SELECT facts FROM changes WHERE id = 'c1') WHERE id = 'c2'");
    database.close();
    expect(open().claimOrphans()).toMatchObject([{ hints: { login: "ada" } }, { hints: {} }]);
  });

  test.for([
    ["text", () => Buffer.from("some notes\n"), /is not a journal of this connector; move it away/],
    ["an empty file", () => Buffer.alloc(0), /is not a journal of this connector/],
    ["cut", (bytes: Buffer) => bytes.subarray(0, 8192), /is damaged; move it away/],
    [
      "overwritten inside",
      (bytes: Buffer) =>
        Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(4096, 9), bytes.subarray(8192)]),
      /is damaged; move it away/,
    ],
  ] as const)(
    "a database that is %s is refused in one line and left alone (JOURNAL-8)",
    ([, spoil, says]) => {
      open().end();
      const spoilt = spoil(readFileSync(at("db")));
      writeFileSync(at("db"), spoilt);
      expectRefusal(open, says);
      expect(readFileSync(at("db")).equals(spoilt)).toBe(true);
    },
  );

  test("a database is not created beside the log of one that was moved away (JOURNAL-8)", () => {
    open().end();
    rmSync(at("db"));
    writeFileSync(`${at("db")}-wal`, "pages");
    expectRefusal(open, /db-wal is left of a database that was moved away or removed; move it to where/);
    expect(existsSync(at("db"))).toBe(false);
  });

  test.for([
    ["another program's", "PRAGMA application_id = 7", /is not a journal of this connector/],
    [
      "newer",
      "PRAGMA user_version = 9",
      /is a journal of version 9; this connector supports versions 1 to 2; use/,
    ],
    ["another pool's", "UPDATE pool SET pool_id = 'eu-west-1_B'", /of pool eu-west-1_B; name another/],
    ["without the table of its pool", "DROP TABLE pool", /journal\.db is damaged; move it away/],
    ["without the table of its changes", "DROP TABLE changes", /journal\.db is damaged; move it away/],
    [
      "without a column of its changes",
      "ALTER TABLE changes RENAME COLUMN began_at_ms TO began",
      /journal\.db is damaged; move it away/,
    ],
    [
      "without a column of its steps",
      "ALTER TABLE steps DROP COLUMN reason",
      /journal\.db is damaged; move it away/,
    ],
    [
      "without a column of what was spent",
      "ALTER TABLE spent RENAME COLUMN at_ms TO at",
      /journal\.db is damaged; move it away/,
    ],
    [
      "with a schema that SQLite cannot read",
      "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABL' WHERE name = 'spent'",
      /journal\.db is damaged; move it away/,
    ],
  ] as const)(
    "a database that is %s is refused in one line and left alone (JOURNAL-8)",
    ([, spoil, says]) => {
      open().end();
      const database = new DatabaseSync(at("db"));
      database.enableDefensive(false);
      database.exec(spoil);
      database.close();
      const before = readFileSync(at("db"));
      expectRefusal(open, says);
      expect(readFileSync(at("db")).equals(before)).toBe(true);
    },
  );

  test.for([
    ["a column is missing", "ALTER TABLE changes DROP COLUMN facts"],
    ["a table is missing", "DROP TABLE steps"],
    [
      "a number is larger than any that a connector writes",
      "UPDATE changes SET began_at_ms = 9007199254740993",
    ],
    ["a text has another type", "PRAGMA writable_schema = ON; UPDATE changes SET kind = 'sing'"],
    ["a rule forbids the row", "CREATE UNIQUE INDEX only_one ON changes (via)"],
    [
      "a trigger calls a function that is not there",
      "CREATE TRIGGER t AFTER INSERT ON changes BEGIN SELECT no(); END",
    ],
  ] as const)("that is damaged while it is open, since %s, is named", async ([, spoil]) => {
    const journal = open();
    await journal.begin(change("c1", "group:g"), never);
    journal.release("c1");
    const database = new DatabaseSync(journal.file);
    database.exec(spoil);
    database.close();
    const begun = async () => {
      await journal.begin(change("c2", "group:g"), never);
      journal.note("c2", { hints: { login: "ada" } });
      journal.stepBegun("c2", "AdminDisableUser", false);
    };
    await expect(begun()).rejects.toMatchObject({
      code: "data-loss",
      message: expect.stringMatching(/^cannot .* \S+journal\.db: it is damaged; move it away/),
    });
  });

  test("a key of the wrong length is refused, and the database can be opened again once it is away", () => {
    open().end();
    writeFileSync(at("key"), "short");
    expectRefusal(open, /is not a key: it has 5 bytes, not 32; restore it, or move it away/);
    expect(readFileSync(at("key"), "utf8")).toBe("short");
    rmSync(at("key"));
    open().end();
  });

  test.for([
    ["a file in its place", "/dev/null"],
    ["a place where nothing can be made", "/proc/nothing/here"],
    ["an empty name", ""],
  ] as const)("a state directory that is %s is refused, naming --state-dir", ([, where]) => {
    dir = where;
    expectRefusal(open, /name another --state-dir/);
    expect(opened).toEqual([]);
  });

  test("a pool id that would lead elsewhere is refused", () => {
    expect(() => open("../x")).toThrow(expect.objectContaining({ code: "invalid-argument" }));
    expect(existsSync(dir)).toBe(false);
  });
});

function expectRefusal(attempt: () => unknown, says: RegExp): void {
  expect(attempt).toThrow(
    expect.objectContaining({ code: "failed-precondition", message: expect.stringMatching(says) }),
  );
  expect(attempt).not.toThrow(/\n/);
}

describe("the reason of a change", () => {
  test("is kept until the change ends, and not longer", async () => {
    const journal = open();
    await journal.begin({ ...change("c1"), justification: "CHG-4711" }, never);
    journal.release("c1");
    expect(journal.claimOrphans()).toMatchObject([{ id: "c1", justification: "CHG-4711" }]);
    journal.close("c1", () => {});
    journal.end();
    expect(readFileSync(journal.file, "latin1")).not.toContain("CHG-4711");
  });

  test("can be kept in a journal of a connector that did not know of it", async () => {
    const old = open();
    await old.begin(change("c1"), never);
    old.end();
    const database = new DatabaseSync(old.file);
    database.exec("DROP TABLE justifications");
    database.close();
    const journal = open();
    await journal.begin({ ...change("c2", "user:sub-2"), justification: "CHG-4711" }, never);
    const orphans = journal.claimOrphans();
    expect(orphans).toMatchObject([{ id: "c1" }]);
    expect(orphans[0]).not.toHaveProperty("justification");
  });
});
