import { mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Records, RecordsPlace } from "../cmd/connector/app/records/records.ts";
import { connectRecords, openRecordsThread } from "../cmd/connector/app/records/records-thread.ts";
import type { NewChange } from "../pkg/core/journal.ts";
import { auditLogPath } from "../pkg/ops/audit/audit-log.ts";
import { recordOf } from "../pkg/ops/audit/testing.fixture.ts";
import { journalDatabasePath } from "../pkg/store/journal/state-directory.ts";
import type { WorkerCalls } from "../pkg/worker/connect-worker.ts";

const POOL = "us-east-1_Ab129faBb";
const never = new AbortController().signal;

let place: RecordsPlace;
let records: Records;
let threads: WorkerCalls<Records>[];

beforeEach(() => {
  place = { stateDir: mkdtempSync(join(tmpdir(), "connector-records-")), poolId: POOL };
  threads = [];
  records = openRecordsThread(place, (at) => {
    const thread = connectRecords(at);
    threads.push(thread);
    return thread;
  });
});

afterEach(async () => {
  await records.end();
  rmSync(place.stateDir, { recursive: true });
});

function change(id: string): NewChange {
  return {
    id,
    kind: "grant",
    lock: "user:sub-1",
    beganAtMs: 1,
    requester: { via: "grpc", name: "platform" },
    target: { user: "sub-1" },
  };
}

function audited(): readonly string[] {
  return readFileSync(auditLogPath(place.stateDir, POOL), "utf8").trimEnd().split("\n");
}

/** What another process reads of the journal. */
function stored(sql: string): readonly unknown[] {
  const database = new DatabaseSync(journalDatabasePath(place.stateDir, POOL), { readOnly: true });
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}

describe("records in a thread of their own", () => {
  test("have a step on the disk when it resolves, and the audit line when the change is closed", async () => {
    expect(await records.begin(change("c1"), never)).toEqual([]);
    const index = await records.stepBegun("c1", "AdminAddUserToGroup", false);
    expect(stored("SELECT change, operation, state FROM steps")).toMatchObject([
      { change: "c1", operation: "AdminAddUserToGroup", state: "begun" },
    ]);
    await records.stepEnded("c1", index, {
      state: "done",
      requestId: "r1",
      code: undefined,
      reason: undefined,
    });
    expect(await records.steps("c1")).toMatchObject([{ state: "done", requestId: "r1" }]);
    expect(await records.status()).toEqual({ open: 1, oldestBeganAtMs: 1 });
    await records.close("c1", recordOf("c1"));
    expect(audited()).toHaveLength(1);
    expect(stored("SELECT id FROM changes")).toEqual([]);
    expect(await records.outcomeOf("c1")).toBe("done");
  });

  test("answer after the WAL was synced, and not where that fails (JOURNAL-1)", async () => {
    await records.begin(change("c1"), never);
    const wal = `${journalDatabasePath(place.stateDir, POOL)}-wal`;
    // SQLite has the file open and writes on.
    renameSync(wal, `${wal}-away`);
    await expect(records.stepBegun("c1", "AdminAddUserToGroup", false)).rejects.toMatchObject({
      code: "internal",
      message: "the thread of the journal ended before it answered",
    });
    renameSync(`${wal}-away`, wal);
    // What was written is there: no caller knows of it, and the next change recovers it.
    expect(await records.begin(change("c2"), never)).toMatchObject([
      { id: "c1", steps: [{ state: "begun" }] },
    ]);
  });

  test("make changes of one lock wait, until their caller gives up", async () => {
    await records.begin(change("c1"), never);
    const caller = new AbortController();
    const waiting = records.begin(change("c2"), caller.signal);
    caller.abort();
    await expect(waiting).rejects.toMatchObject({ code: "canceled" });
    const next = records.begin(change("c3"), never);
    await records.close("c1", recordOf("c1"));
    expect(await next).toEqual([]);
    expect(await records.status()).toEqual({ open: 1, oldestBeganAtMs: 1 });
  });

  test("are not opened before they are needed, and nothing but their end comes after their end", async () => {
    expect(await records.status()).toBeUndefined();
    expect(threads).toEqual([]);
    await records.open();
    expect(await records.status()).toEqual({ open: 0, oldestBeganAtMs: undefined });
    await records.end();
    await records.end();
    await expect(records.begin(change("c1"), never)).rejects.toMatchObject({ code: "canceled" });
    expect(threads).toHaveLength(1);
  });

  test("whose thread dies fail what is under way; the next change finds what it left open", async () => {
    await records.begin(change("c1"), never);
    await records.stepBegun("c1", "AdminAddUserToGroup", false);
    const waiting = records.begin(change("c2"), never);
    const failed = waiting.catch((error: unknown) => error);
    await threads[0]?.end();
    expect(await failed).toMatchObject({
      code: "internal",
      message: "the thread of the journal ended before it answered",
    });
    await expect(records.note("c1", {})).rejects.toMatchObject({ code: "internal" });
    await records.release("c1");
    const left = await records.begin(change("c3"), never);
    expect(left).toMatchObject([{ id: "c1", steps: [{ state: "begun" }] }]);
    expect(threads).toHaveLength(2);
  });

  test("leave this thread free while another process holds the journal", async () => {
    await records.open();
    const other = new DatabaseSync(journalDatabasePath(place.stateDir, POOL));
    other.exec("BEGIN IMMEDIATE");
    const order: string[] = [];
    const begun = records.begin(change("c1"), never).then(() => order.push("begun"));
    // The other process gives the lock free from this thread, which must be free for that.
    await new Promise<void>((resolve) => {
      setImmediate(() => {
        order.push("freed");
        other.exec("ROLLBACK");
        other.close();
        resolve();
      });
    });
    await begun;
    expect(order).toEqual(["freed", "begun"]);
  });
});
