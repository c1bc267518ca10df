import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createInventoryFixture } from "../../../test/support/inventory-fixture.ts";
import type { SqlCell } from "../reader.ts";
import { INVENTORY_TABLES } from "../schema/tables.ts";
import { INVENTORY_VIEWS } from "../schema/views.ts";
import { openStatement } from "./open-statement.ts";
import { openQueryDatabase } from "./query-database.ts";

const folder = mkdtempSync(join(tmpdir(), "inventory-query-"));
const path = join(folder, "pool.db");
const other = join(folder, "other.db");
const made = join(folder, "made");
const SECRET = "a secret of another file";
let database: DatabaseSync;
let before: Buffer;

beforeAll(() => {
  createInventoryFixture(path);
  const secret = new DatabaseSync(other);
  secret.exec(`CREATE TABLE secrets (text); INSERT INTO secrets VALUES ('${SECRET}')`);
  secret.close();
  writeFileSync(join(folder, "secret.txt"), SECRET);
  database = openQueryDatabase(path);
  before = readFileSync(path);
});

afterAll(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

function ask(sql: string): SqlCell[][] {
  const statement = openStatement(database, sql, []);
  try {
    return statement.next().rows.map((row) => [...row]);
  } finally {
    statement.close();
  }
}

describe("a query may read", () => {
  test.for([...INVENTORY_TABLES, ...INVENTORY_VIEWS])("all of $name", ({ name }) => {
    expect(ask(`SELECT * FROM ${name}`)).not.toEqual([]);
    expect(ask(`SELECT count(*) FROM ${name}`)).toHaveLength(1);
  });

  test.for([
    "SELECT value FROM json_each('[1]')",
    "SELECT fullkey FROM json_tree('[1]')",
    "SELECT name FROM sqlite_schema",
    "VALUES (1)",
    "EXPLAIN QUERY PLAN SELECT * FROM users",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3) SELECT count(*) FROM n",
    "WITH x AS MATERIALIZED (SELECT sub FROM users) SELECT count(*) FROM x JOIN users USING (sub)",
    "SELECT row_number() OVER (ORDER BY username), attributes ->> 'custom:cost' FROM main.Users",
    "SELECT strftime('%Y', began_at) FROM runs GROUP BY 1",
  ])("%s", (sql) => {
    expect(ask(sql)).not.toEqual([]);
  });
});

describe("a query may not", () => {
  test.for([
    // Other files.
    `ATTACH '${other}' AS other`,
    `ATTACH ':memory:' AS other`,
    "DETACH main",
    `VACUUM INTO '${made}'`,
    "VACUUM",
    `SELECT load_extension('${made}')`,
    "SELECT fts3_tokenizer('simple', x'00')",
    // Virtual tables and what describes the file itself.
    "CREATE VIRTUAL TABLE temp.words USING fts5 (word)",
    "CREATE VIRTUAL TABLE boxes USING rtree (id, a, b)",
    "SELECT * FROM dbstat",
    "SELECT * FROM fts3tokenize('simple')",
    "SELECT * FROM pragma_database_list",
    "SELECT * FROM pragma_function_list",
    "SELECT * FROM temp.sqlite_master",
    // Settings of the connection.
    "PRAGMA writable_schema = ON",
    "PRAGMA query_only = OFF",
    "PRAGMA trusted_schema = ON",
    "PRAGMA temp_store_directory = '/tmp'",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA user_version",
    "PRAGMA wal_checkpoint(TRUNCATE)",
    // Writes.
    "INSERT INTO runs SELECT * FROM runs",
    "UPDATE users SET enabled = 1",
    "DELETE FROM users WHERE false",
    "WITH gone AS (SELECT 1) DELETE FROM users",
    "REPLACE INTO schema_migrations VALUES (9, '')",
    "CREATE TABLE mine (a)",
    "CREATE TEMP TABLE mine (a)",
    "CREATE TEMP TABLE mine AS SELECT * FROM users",
    "CREATE TEMP VIEW mine AS SELECT * FROM users",
    "CREATE INDEX mine ON users (name)",
    "ALTER TABLE users RENAME TO others",
    "DROP TABLE users",
    "DROP VIEW changes",
    "ANALYZE",
    "REINDEX",
    "EXPLAIN DELETE FROM users",
    // Transactions: a reader that stays open holds up checkpoints.
    "BEGIN",
    "SAVEPOINT mine",
    "COMMIT",
  ])("%s", (sql) => {
    expect(() => ask(sql)).toThrow(
      expect.objectContaining({
        code: "permission-denied",
        message: expect.stringMatching(
          /^the inventory refused the query: .*; a query may only read the tables and views of the inventory$/,
        ),
      }),
    );
  });

  test.for([
    `SELECT readfile('${join(folder, "secret.txt")}')`,
    `SELECT writefile('${made}', 'text')`,
    `SELECT * FROM fsdir('${folder}')`,
    `SELECT * FROM csv('${join(folder, "secret.txt")}')`,
    "SELECT edit('text')",
    "SELECT * FROM sqlite_dbpage",
    "SELECT * FROM other.secrets",
  ])("use what the SQLite shell would have: %s", (sql) => {
    expect(() => ask(sql)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
  });

  test.for([
    ["SELECT zeroblob(1000000000)"],
    ["SELECT randomblob(100000000)"],
    ["SELECT printf('%.*c', 100000000, 'x')"],
    ["SELECT replace(hex(zeroblob(10000000)), '00', 'aaaaaaaaaaaa')"],
    [
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000) SELECT group_concat(hex(zeroblob(500))) FROM n",
    ],
  ])("make a huge value: %s", ([sql = ""]) => {
    expect(() => ask(sql)).toThrow(expect.objectContaining({ code: "resource-exhausted" }));
  });

  test("be several statements", () => {
    for (const sql of [
      "SELECT 1; SELECT 2",
      "SELECT 1; DELETE FROM users",
      "; SELECT 1; ; -- x\nSELECT 2",
      "CREATE TEMP TRIGGER t AFTER INSERT ON users BEGIN SELECT 1; END",
    ]) {
      expect(() => ask(sql)).toThrow("one query is one statement, and here is more");
    }
    for (const sql of ["", " ; ", "-- nothing", "/* nothing"])
      expect(() => ask(sql)).toThrow("the query is empty");
    const one = "/* ; */ SELECT ';' AS \"a;b\", `sub` AS [c;d] -- ;\n FROM users LIMIT 1; -- the end";
    expect(ask(one)).toHaveLength(1);
  });

  test("change a byte of the file, or make another", () => {
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(existsSync(made)).toBe(false);
    expect(readdirSync(folder).filter((name) => !name.startsWith("pool.db"))).toEqual([
      "other.db",
      "secret.txt",
    ]);
  });
});

describe("a batch of rows", () => {
  const numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000)";

  test("is bounded in rows and in bytes, and the last one says so", () => {
    const many = openStatement(database, `${numbers} SELECT i FROM n`, []);
    const sizes = [many.next(), many.next(), many.next(), many.next()].map(({ rows, isEnd }) => [
      rows.length,
      isEnd,
    ]);
    expect(sizes).toEqual([
      [256, false],
      [256, false],
      [256, false],
      [232, true],
    ]);
    const wide = openStatement(database, `${numbers} SELECT hex(zeroblob(200000)) FROM n`, []);
    expect(wide.next().rows).toHaveLength(3);
    wide.close();
  });
});
