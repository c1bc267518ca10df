import { existsSync, fdatasyncSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DatabaseSync } from "./database.ts";
import { WalSync } from "./wal-sync.ts";

let dir = "";
let database: DatabaseSync;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "wal-sync-"));
  database = new DatabaseSync(join(dir, "some.db"));
  database.exec("PRAGMA journal_mode = WAL; CREATE TABLE rows (id INTEGER)");
});

afterEach(() => {
  if (database.isOpen) database.close();
  rmSync(dir, { recursive: true });
});

test("a WAL is synced once for all that was written, and not where nothing was", () => {
  const synced: number[] = [];
  const wal = new WalSync(join(dir, "some.db"), (descriptor) => {
    synced.push(descriptor);
    fdatasyncSync(descriptor);
  });
  wal.sync();
  expect(synced).toHaveLength(1);
  for (let row = 0; row < 3; row += 1) {
    database.exec(`INSERT INTO rows VALUES (${row})`);
    wal.written();
  }
  wal.sync();
  wal.sync();
  expect(synced).toHaveLength(2);
  wal.written();
  wal.sync();
  expect(synced).toHaveLength(3);
});

test("what was not synced when the database was closed is not said to be", () => {
  const wal = new WalSync(join(dir, "some.db"));
  database.exec("INSERT INTO rows VALUES (1)");
  wal.written();
  database.close();
  expect(existsSync(join(dir, "some.db-wal"))).toBe(false);
  expect(() => wal.sync()).toThrow(/ENOENT/);
});

test("a sync that failed is not made good by a later one: the kernel says once that it lost pages", () => {
  let failures = 1;
  const wal = new WalSync(join(dir, "some.db"), () => {
    if (failures-- > 0) throw new Error("EIO");
  });
  expect(() => wal.sync()).toThrow("EIO");
  wal.written();
  expect(() => wal.sync()).toThrow("EIO");
});
