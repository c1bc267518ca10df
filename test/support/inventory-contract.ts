import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GovernanceError } from "../../pkg/core/errors.ts";
import { openInventoryReader } from "../../pkg/inventory/open-reader.ts";
import type { QueryReader, SqlCell, SqlValue } from "../../pkg/inventory/reader.ts";
import type { ColumnType } from "../../pkg/inventory/schema/definition.ts";
import { INVENTORY_TABLES } from "../../pkg/inventory/schema/tables.ts";
import { INVENTORY_VIEWS } from "../../pkg/inventory/schema/views.ts";
import { createInventoryFixture, INVENTORY_ROWS, subOf } from "./inventory-fixture.ts";
import { INVENTORY_ANSWERS, inventoryRecipes } from "./inventory-recipes.ts";
import type { FixtureValue } from "./inventory-rows.ts";

/**
 * What a reader of the fixture has to show, in each engine and for the SQL of anybody: the same columns, rows, views,
 * answers and refusals. `open` is called once.
 */
export function inventoryContract(name: string, open: () => Promise<QueryReader>): void {
  describe(`${name} as its readers see it`, () => {
    let reader: QueryReader;

    beforeAll(async () => {
      reader = await open();
    });

    afterAll(() => reader.close());

    const rowsOf = async (sql: string, parameters: readonly SqlValue[] = []): Promise<SqlCell[][]> =>
      await allRows(reader, sql, parameters);

    test.for([...INVENTORY_TABLES, ...INVENTORY_VIEWS])(
      "$name has its columns",
      async ({ name: relation, columns }) => {
        const result = await reader.query(`SELECT * FROM ${relation}`);
        expect(result.columns).toEqual(columns.map((column) => column.name));
        for await (const row of result.rows) expect(row).toHaveLength(columns.length);
      },
    );

    test.for(INVENTORY_TABLES.filter((table) => table.name !== "schema_migrations"))(
      "$name gives the cells that were put in",
      async ({ name: table, columns }) => {
        const put = (INVENTORY_ROWS[table] ?? []).map((row) =>
          columns.map((column) => cellOf(row[column.name] ?? null, column.type)),
        );
        expect(sorted(await rowsOf(`SELECT * FROM ${table}`))).toEqual(sorted(put));
      },
    );

    test("each view shows what it shows in SQLite", async () => {
      for (const [view, expected] of await viewsInSqlite()) {
        expect([view, sorted(await rowsOf(`SELECT * FROM ${view}`))]).toEqual([view, sorted(expected)]);
      }
    });

    test.for(inventoryRecipes())("docs/inventory.md answers: $title", async ({ title, sql }) => {
      expect(await rowsOf(sql)).toEqual(INVENTORY_ANSWERS[title]);
    });

    test("parameters of each kind are written ?", async () => {
      const sql =
        "SELECT username, '?' FROM users WHERE enabled = ? AND sub = ? AND created_at <= ? AND from_run < ? AND from_run > ?";
      const at = new Date("2026-09-01T08:00:00.000Z");
      expect(await rowsOf(sql, [false, subOf(9), at, 3, 1n])).toEqual([["hal", "?"]]);
      expect(await rowsOf("SELECT count(*) FROM users WHERE email = ?", [null])).toEqual([[0]]);
    });

    test("text is in the order of its bytes", async () => {
      const words = ["B", "Z", "a", "b", "é", "ｆ", "😀"];
      const union = words
        .toReversed()
        .map((word) => `SELECT '${word}' AS word`)
        .join(" UNION ALL ");
      // The order of a column of the inventory, not of a literal.
      const sql = `SELECT word FROM (SELECT sub AS word FROM users WHERE false UNION ALL ${union}) AS words ORDER BY word`;
      expect((await rowsOf(sql)).flat()).toEqual(words);
    });

    const refusal = async (sql: string): Promise<GovernanceError> =>
      await rowsOf(sql).then(
        () => new GovernanceError("internal", `${sql} was answered`),
        (error: unknown) => GovernanceError.from(error),
      );

    test.for([
      ["SELECT * FROM curent_users", "current_users"],
      ["SELECT emial FROM current_users", "email"],
    ] as const)("%s gets the name that was meant", async ([sql, meant]) => {
      const { code, message } = await refusal(sql);
      expect(code).toBe("invalid-argument");
      expect(message).toMatch(/^the inventory refused the query: /);
      expect(message.endsWith(`; did you mean ${meant}?`)).toBe(true);
    });

    test.for(["", "SELECT 1; SELECT 2", "SELECT 1; DELETE FROM runs"])("%j is refused", async (sql) => {
      expect((await refusal(sql)).code).toBe("invalid-argument");
    });

    test.for([
      "INSERT INTO schema_migrations SELECT 9, began_at FROM runs",
      "UPDATE users SET enabled = enabled",
      "DELETE FROM recorded_changes",
      "DROP VIEW changes",
      "CREATE TABLE mine (a integer)",
    ])("cannot be made to write: %s", async (sql) => {
      expect(["permission-denied", "invalid-argument"]).toContain((await refusal(sql)).code);
    });

    test("is as it was after all that", async () => {
      for (const [table, rows] of Object.entries(INVENTORY_ROWS)) {
        expect([table, await rowsOf(`SELECT count(*) FROM ${table}`)]).toEqual([table, [[rows.length]]]);
      }
    });
  });
}

async function allRows(
  reader: QueryReader,
  sql: string,
  parameters: readonly SqlValue[],
): Promise<SqlCell[][]> {
  const found: SqlCell[][] = [];
  for await (const row of (await reader.query(sql, parameters)).rows) found.push([...row]);
  return found;
}

/** The rows of each view in a fixture of SQLite. */
async function viewsInSqlite(): Promise<readonly (readonly [string, SqlCell[][]])[]> {
  const folder = mkdtempSync(join(tmpdir(), "inventory-views-"));
  const path = join(folder, "pool.db");
  try {
    createInventoryFixture(path);
    const reader = await openInventoryReader({ engine: "sqlite", name: path }, new AbortController().signal);
    try {
      const all = INVENTORY_VIEWS.map(
        async (view) => [view.name, await allRows(reader, `SELECT * FROM ${view.name}`, [])] as const,
      );
      return await Promise.all(all);
    } finally {
      await reader.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function cellOf(value: FixtureValue, type: ColumnType): SqlCell {
  if (type === "json") return JSON.stringify(value);
  if (value instanceof Date) return value.toISOString();
  return typeof value === "object" || typeof value === "bigint" ? null : value;
}

function sorted(rows: readonly (readonly SqlCell[])[]): readonly string[] {
  return rows.map((row) => JSON.stringify(row)).toSorted();
}
