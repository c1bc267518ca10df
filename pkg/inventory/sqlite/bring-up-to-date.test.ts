import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DatabaseSync } from "../../sqlite/database.ts";
import { INVENTORY_VERSION, type InventoryMigration } from "../schema/ddl.ts";
import { bringUpToDate } from "./bring-up-to-date.ts";
import { createInventoryFile } from "./inventory-file.ts";

const now = () => Date.parse("2026-11-28T12:00:00Z");
const NEXT = INVENTORY_VERSION + 1;

let folder: string;
let database: DatabaseSync;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "inventory-version-"));
  database = createInventoryFile(join(folder, "pool.db"), now);
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

function migration(version: number, ...statements: readonly string[]): InventoryMigration {
  return { version, statements: (engine) => (engine === "sqlite" ? statements : ["never here"]) };
}

function versions(): readonly unknown[] {
  const { user_version: newest } = database.prepare("PRAGMA user_version").get() ?? {};
  const applied = database.prepare("SELECT version FROM schema_migrations ORDER BY version").all();
  return [newest, ...applied.map((row) => row["version"])];
}

describe("an inventory of an earlier version", () => {
  test("gets every step that it lacks, in order, and each of them once", () => {
    const steps = [
      migration(NEXT, "CREATE TABLE a (x)", "INSERT INTO a VALUES (1)"),
      migration(NEXT + 1, "INSERT INTO a VALUES (2)"),
    ];
    bringUpToDate(database, now, steps.slice(0, 1));
    bringUpToDate(database, now, steps);
    bringUpToDate(database, now, steps);
    expect(database.prepare("SELECT x FROM a").all()).toEqual([{ x: 1 }, { x: 2 }]);
    expect(versions()).toEqual([NEXT + 1, INVENTORY_VERSION, NEXT, NEXT + 1]);
  });

  test("stays what it was when a step fails", () => {
    const steps = [migration(NEXT, "CREATE TABLE a (x)"), migration(NEXT + 1, "no statement")];
    expect(() => bringUpToDate(database, now, steps)).toThrow("syntax error");
    expect(versions()).toEqual([INVENTORY_VERSION, INVENTORY_VERSION]);
    expect(() => database.prepare("SELECT * FROM a")).toThrow("no such table");
  });

  test("of version 1 gets the indexes of a new one, and their statistics", () => {
    const made = (table: string): readonly unknown[] =>
      database
        .prepare(`SELECT * FROM ${table} ORDER BY 1, 2, 3`)
        .all()
        .map((row) => Object.values(row));
    const indexes = "(SELECT type, name, sql FROM sqlite_schema)";
    const expected = [made(indexes), made("sqlite_stat1")];
    database.exec(`
      DROP INDEX users_by_folded_username;
      DROP INDEX users_by_folded_preferred_username;
      DROP INDEX memberships_by_user;
      CREATE INDEX memberships_by_user ON memberships (sub, pool_id);
      DELETE FROM schema_migrations;
      PRAGMA user_version = 1`);
    expect(made(indexes)).not.toEqual(expected[0]);
    bringUpToDate(database, now);
    expect([made(indexes), made("sqlite_stat1")]).toEqual(expected);
    expect(versions()).toEqual([INVENTORY_VERSION, INVENTORY_VERSION]);
  });

  test("of this version needs none", () => {
    bringUpToDate(database, now);
    expect(versions()).toEqual([INVENTORY_VERSION, INVENTORY_VERSION]);
  });
});
