import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createInventoryFixture } from "../../../test/support/inventory-fixture.ts";
import type { DatabaseSync } from "../../sqlite/database.ts";
import { openInventoryFile } from "./inventory-file.ts";
import { INDEX_STATISTICS } from "./statistics.ts";

const folder = mkdtempSync(join(tmpdir(), "inventory-plans-"));
let database: DatabaseSync;

beforeAll(() => {
  createInventoryFixture(join(folder, "pool.db"));
  database = openInventoryFile(join(folder, "pool.db"));
});

afterAll(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const rowsOf = (sql: string): readonly unknown[][] =>
  database
    .prepare(sql)
    .all()
    .map((row) => Object.values(row));

test("each index of a table that grows has its statistics, with a number for each of its columns", () => {
  const indexes = rowsOf(
    "SELECT m.name AS t, l.name AS i, (SELECT count(*) FROM pragma_index_info(l.name)) AS n FROM sqlite_master AS m JOIN pragma_index_list(m.name) AS l WHERE m.type = 'table' AND m.name NOT IN ('enrichments', 'enrichment_calls', 'schema_migrations')",
  );
  // The key of a table that is in its order goes by the name of the table, and has no name of its own.
  const expected = indexes.map(([table, index, columns]) => {
    const isKey = String(index).startsWith("sqlite_autoindex_") && table !== "users";
    return [table, isKey ? table : index, isKey ? "key" : columns];
  });
  const found = INDEX_STATISTICS.map(([table, index, numbers]) => [
    table,
    index,
    index === table ? "key" : numbers.split(" ").length - 1,
  ]);
  expect(found.map(String).toSorted()).toEqual(expected.map(String).toSorted());
  expect(rowsOf("SELECT tbl, idx, stat FROM sqlite_stat1").map(String).toSorted()).toEqual(
    INDEX_STATISTICS.map(String).toSorted(),
  );
});

describe("without the pool being named, an index is searched for", () => {
  test.for([
    ["an account by its username", "SELECT * FROM current_users WHERE username = 'ada'"],
    ["an account by its address", "SELECT * FROM current_users WHERE email = 'ada@example.com'"],
    ["an account by its sub, in all runs", "SELECT * FROM users WHERE sub = '1'"],
    ["the members of a group", "SELECT * FROM current_memberships WHERE group_name = 'admins'"],
    ["the groups of a user", "SELECT * FROM current_memberships WHERE username = 'ada'"],
    ["the groups of a sub", "SELECT * FROM current_memberships WHERE sub = '1'"],
    ["who was in a group", "SELECT * FROM membership_history WHERE group_name = 'admins'"],
    [
      "where a user was",
      "SELECT h.* FROM current_users AS u JOIN membership_history AS h USING (pool_id, sub) WHERE u.username = 'ada'",
    ],
    ["the changes of a run", "SELECT * FROM changes WHERE run = 4"],
    ["the changes of a user", "SELECT * FROM changes WHERE sub = '1'"],
    ["the changes of a group", "SELECT * FROM changes WHERE group_name = 'admins'"],
    [
      "an account with its second factors",
      "SELECT * FROM current_users JOIN second_factors USING (pool_id, sub) WHERE username = 'ada'",
    ],
  ])("%s", ([, sql = ""]) => {
    const plan = rowsOf(`EXPLAIN QUERY PLAN ${sql}`).map((row) => String(row.at(-1)));
    expect(plan.filter((line) => /^SCAN (?!runs|pools)/.test(line))).toEqual([]);
    // A search by the pool alone goes through all of it.
    expect(plan.filter((line) => /SEARCH (?!r |runs|b |p |e ).*\(pool_id=\?\)/.test(line))).toEqual([]);
  });
});
