import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createInventoryFixture, POOL, subOf } from "../../../test/support/inventory-fixture.ts";
import { GovernanceError } from "../../core/errors.ts";
import { DatabaseSync } from "../../sqlite/database.ts";
import { openInventoryReader } from "../open-reader.ts";
import { parseInventoryPlace } from "../place.ts";
import type { InventoryReader, SqlCell, SqlResult } from "../reader.ts";
import { INVENTORY_VERSION } from "../schema/ddl.ts";

const folder = mkdtempSync(join(tmpdir(), "inventory-reader-"));
const path = join(folder, "pool.db");
const never = new AbortController().signal;
let reader: InventoryReader;

beforeAll(async () => {
  createInventoryFixture(path);
  reader = await openInventoryReader(parseInventoryPlace(path), never);
});

afterAll(async () => {
  await reader.close();
  rmSync(folder, { recursive: true });
});

async function all({ rows }: SqlResult): Promise<readonly (readonly SqlCell[])[]> {
  const found: (readonly SqlCell[])[] = [];
  for await (const row of rows) found.push(row);
  return found;
}

describe("the reader of an inventory in SQLite", () => {
  test("gives truths, numbers, texts and nulls, and times as text", async () => {
    const sql = `SELECT enabled, federated, email_verified, from_run, to_run, created_at, attributes
      FROM current_users JOIN (SELECT sub AS id, to_run FROM users WHERE to_run IS NULL) ON id = sub WHERE username = ?`;
    expect(await all(await reader.query(sql, ["ben.admin"]))).toEqual([
      [true, false, null, 1, null, "2026-09-01T08:00:00.000Z", '{"email_verified":"yes"}'],
    ]);
  });

  test("takes parameters of each kind", async () => {
    const sql =
      "SELECT username FROM users WHERE enabled = ? AND sub = ? AND created_at <= ? AND from_run < ?";
    const found = await reader.query(sql, [false, subOf(9), new Date("2026-09-01T08:00:00.000Z"), 3n]);
    expect(found.columns).toEqual(["username"]);
    expect(await all(found)).toEqual([["hal"]]);
  });

  test("keeps a whole number that JavaScript cannot hold, as text", async () => {
    expect(
      await all(await reader.query("SELECT 9223372036854775807, 9007199254740991, x'00ff', 0.5")),
    ).toEqual([["9223372036854775807", 9007199254740991, "\\x00ff", 0.5]]);
  });

  test("ends when its caller stops reading", async () => {
    const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";
    const seen: SqlCell[] = [];
    for await (const [i = null] of (await reader.query(endless)).rows) {
      seen.push(i);
      if (seen.length === 1000) break;
    }
    expect(seen.at(-1)).toBe(1000);
  });

  test("stops an endless result after its time, and at its signal", async () => {
    const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";
    const late = await reader.query(endless, [], { timeoutMs: 1 });
    await expect(all(late)).rejects.toMatchObject({ code: "deadline-exceeded" });
    const stop = new AbortController();
    const stopped = await reader.query(endless, [], { signal: stop.signal });
    stop.abort(new Error("enough"));
    await expect(all(stopped)).rejects.toThrow("enough");
  });

  test("says what SQLite says of a wrong query", async () => {
    await expect(reader.query("SELECT * FROM user")).rejects.toMatchObject({
      code: "invalid-argument",
      message: expect.stringContaining("no such table: user"),
    });
  });

  test("shows one state in a snapshot while a run is added", async () => {
    const count = "SELECT count(*) FROM runs WHERE pool_id = ?";
    const counts = await reader.snapshot(async (snapshot) => {
      const before = await all(await snapshot.query(count, [POOL]));
      const writer = new DatabaseSync(path);
      writer.exec(`INSERT INTO runs SELECT pool_id, 5, sync_id, began_at, ended_at, users, "groups", memberships, 0, 1
        FROM runs WHERE pool_id = '${POOL}' AND run = 4`);
      const after = await all(await snapshot.query(count, [POOL]));
      const beside = await all(await reader.query(count, [POOL]));
      writer.exec("DELETE FROM runs WHERE run = 5");
      writer.close();
      return [before, after, beside];
    }, never);
    expect(counts).toEqual([[[4]], [[4]], [[5]]]);
  });

  test.for([
    "INSERT INTO runs SELECT * FROM runs",
    "DELETE FROM users",
    "DROP TABLE users",
    "VACUUM",
    "PRAGMA user_version = 7",
  ])("cannot be made to write: %s", async (sql) => {
    await expect(reader.query(sql).then(all)).rejects.toThrow("the inventory refused the query: ");
    expect(await all(await reader.query("PRAGMA user_version"))).toEqual([[INVENTORY_VERSION]]);
  });
});

describe("an inventory that another connection has for itself for a moment", () => {
  /** As the last connection of a sync has it while it moves the log into the file. */
  function locked(place: string): DatabaseSync {
    createInventoryFixture(place);
    const database = new DatabaseSync(place);
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT");
    return database;
  }

  test("is opened once it is free, and meanwhile the thread does other work", async () => {
    const place = join(folder, "locked.db");
    const lock = locked(place);
    const opening = openInventoryReader({ engine: "sqlite", name: place }, never);
    lock.close();
    const opened = await opening;
    expect(await all(await opened.query("SELECT count(*) FROM runs"))).toEqual([[5]]);
    await opened.close();
  });

  test("is waited for no longer than the signal allows", async () => {
    const place = join(folder, "held.db");
    const lock = locked(place);
    const stop = new AbortController();
    const opening = openInventoryReader({ engine: "sqlite", name: place }, stop.signal);
    stop.abort(new Error("the caller left"));
    await expect(opening).rejects.toThrow("the caller left");
    lock.close();
  });
});

/** How many rows each large table has, read row by row. */
async function countRows(file: string): Promise<string> {
  const opened = await openInventoryReader(parseInventoryPlace(file), never);
  try {
    const counts: number[] = [];
    for (const table of ["users", "groups", "memberships", "runs", "recorded_changes"]) {
      counts.push((await all(await opened.query(`SELECT * FROM ${table} NOT INDEXED`))).length);
    }
    return counts.join();
  } finally {
    await opened.close();
  }
}

describe("an inventory that cannot be read", () => {
  const open = (name: string) => openInventoryReader(parseInventoryPlace(name), never);

  test("is a missing file", async () => {
    await expect(open(join(folder, "none.db"))).rejects.toMatchObject({
      code: "failed-precondition",
      reason: "no-inventory",
      message: expect.stringContaining("none.db does not exist; fill it first: connector sync --inventory"),
    });
  });

  test.for([
    ["a text", () => writeFileSync(join(folder, "other.db"), "not a database at all".repeat(100))],
    [
      "a database of another program",
      () => new DatabaseSync(join(folder, "other.db")).exec("CREATE TABLE t (a)"),
    ],
    ["an empty file", () => writeFileSync(join(folder, "other.db"), "")],
  ] as const)("is %s", async ([, make]) => {
    rmSync(join(folder, "other.db"), { force: true });
    make();
    await expect(open(join(folder, "other.db"))).rejects.toMatchObject({
      code: "failed-precondition",
      message: expect.stringContaining("other.db is not an inventory of this connector"),
    });
  });

  test.for([
    ["a directory", (at: string): unknown => mkdirSync(at)],
    ["a fifo, which nobody may write to", (at: string): unknown => execFileSync("mkfifo", [at])],
  ] as const)("is %s", async ([, make]) => {
    rmSync(join(folder, "other.db"), { force: true });
    make(join(folder, "other.db"));
    await expect(open(join(folder, "other.db"))).rejects.toThrow(
      "other.db is not a file; name a file of SQLite",
    );
    rmSync(join(folder, "other.db"), { recursive: true });
  });

  test("is one with a damaged page, which is never read as fewer rows", async () => {
    const damaged = join(folder, "damaged.db");
    createInventoryFixture(damaged);
    const whole = readFileSync(damaged);
    const answers: string[] = [];
    for (let at = 4096; at < whole.length; at += 4096) {
      const bytes = Buffer.from(whole);
      bytes.fill(0x5a, at, at + 4096);
      writeFileSync(damaged, bytes);
      answers.push(
        await countRows(damaged).catch((error: unknown) => {
          const { code, message } = GovernanceError.from(error);
          return `${code}: ${message}`;
        }),
      );
    }
    // The pages of indexes are not read here.
    const intact = await countRows(path);
    const refusals = answers.filter((answer) => answer !== intact);
    expect(refusals.length).toBeGreaterThan(5);
    for (const refusal of refusals) {
      expect(refusal).toMatch(/^data-loss: the inventory is damaged: .*; put back a copy of it/);
    }
  });

  test("is one of a newer version", async () => {
    const newer = join(folder, "newer.db");
    createInventoryFixture(newer);
    const database = new DatabaseSync(newer);
    database.exec("PRAGMA user_version = 99");
    database.close();
    await expect(open(newer)).rejects.toThrow(
      `has version 99, and this connector knows versions up to ${INVENTORY_VERSION}`,
    );
  });
});
