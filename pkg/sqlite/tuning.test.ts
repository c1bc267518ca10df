import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { emptyWal, fitCheckpoints, tuneWork } from "./tuning.ts";

const MIB = 2 ** 20;
let folder = "";
let database: DatabaseSync;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "connector-wal-"));
  database = new DatabaseSync(join(folder, "work"));
  tuneWork(database);
  database.exec("CREATE TABLE rows (data BLOB)");
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const sizeOf = (name: string): number => statSync(join(folder, name)).size;

/** Commits so many MiB in pages of 60 rows, and returns the largest size of the WAL. */
function fill(mebibytes: number): number {
  const insert = database.prepare("INSERT INTO rows VALUES (zeroblob(4000))");
  let largest = 0;
  for (let pages = 0; pages < (mebibytes * MIB) / (60 * 4096); pages += 1) {
    database.exec("BEGIN");
    for (let row = 0; row < 60; row += 1) insert.run();
    database.exec("COMMIT");
    fitCheckpoints(database);
    largest = Math.max(largest, sizeOf("work-wal"));
  }
  return largest;
}

describe("the write-ahead log of the working database", () => {
  test("takes 8 MiB at first, then no more room than the database itself", () => {
    expect(fill(7)).toBeLessThan(9 * MIB);
    const largest = fill(60);
    emptyWal(database);
    expect(sizeOf("work")).toBeGreaterThan(60 * MIB);
    expect(largest).toBeLessThan(1.1 * sizeOf("work"));
  });

  test("has from 8 to 128 MiB between checkpoints, by the size of the database", () => {
    expect(fitCheckpoints(database)).toBe(2_048);
    fill(12);
    expect(fitCheckpoints(database)).toBeGreaterThan(2_900);
    expect(fitCheckpoints(database)).toBeLessThan(32_768);
  });

  test("is empty for the publication, and nothing is lost", () => {
    fill(2);
    emptyWal(database);
    expect(sizeOf("work-wal")).toBe(0);
    expect(database.prepare("SELECT count(*) AS n FROM rows").get()).toMatchObject({ n: 540 });
  });
});
