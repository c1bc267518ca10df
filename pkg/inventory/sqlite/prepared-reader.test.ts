import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createInventoryFixture, POOL, subOf } from "../../../test/support/inventory-fixture.ts";
import { DatabaseSync } from "../../sqlite/database.ts";
import { openPreparedReader } from "./prepared-reader.ts";

const never = new AbortController().signal;
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "prepared-reader-"));
  path = join(folder, "pool.db");
  createInventoryFixture(path);
});

afterEach(() => rmSync(folder, { recursive: true }));

describe("a reader with prepared statements", () => {
  test("answers rows by the names of their columns, again and again", async () => {
    const reader = await openPreparedReader(path, never);
    const query = reader.prepare(
      "SELECT sub, enabled, from_run FROM users WHERE pool_id = ? AND to_run IS NULL AND sub > ? ORDER BY sub LIMIT 2",
    );
    const subs = (after: string) => query.all(POOL, after).map((row) => row.text("sub"));
    expect(subs("")).toEqual([subOf(1), subOf(2)]);
    expect(subs(subOf(2))).toEqual([subOf(3), subOf(4)]);
    const [row] = query.all(POOL, "");
    expect([row?.truth("enabled"), row?.number("from_run")]).toEqual([true, 2]);
    reader.close();
  });

  test("has another version after a commit of another connection, and only then", async () => {
    const reader = await openPreparedReader(path, never);
    const before = reader.version();
    expect(reader.version()).toBe(before);
    const writer = new DatabaseSync(path);
    writer.exec("UPDATE pools SET name = 'other'");
    writer.close();
    expect(reader.version()).not.toBe(before);
    reader.close();
  });

  test("knows when another file is at its place", async () => {
    const reader = await openPreparedReader(path, never);
    expect(reader.isCurrent()).toBe(true);
    renameSync(path, `${path}-old`);
    expect(reader.isCurrent()).toBe(false);
    createInventoryFixture(path);
    expect(reader.isCurrent()).toBe(false);
    reader.close();
  });

  test("cannot write, and says what is wrong with a query", async () => {
    const reader = await openPreparedReader(path, never);
    expect(() => reader.prepare("DELETE FROM users").all()).toThrow("readonly");
    expect(() => reader.prepare("SELECT * FROM user")).toThrow("no such table: user");
    reader.close();
    await expect(openPreparedReader(join(folder, "none.db"), never)).rejects.toMatchObject({
      reason: "no-inventory",
    });
  });
});
