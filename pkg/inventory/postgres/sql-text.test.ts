import { describe, expect, test } from "vitest";
import { numbered, readingStatement } from "./sql-text.ts";

describe("the text of a query for PostgreSQL", () => {
  test.for([
    ["SELECT ?, ?", "SELECT $1, $2"],
    ["SELECT '?', '''?', E'\\'?', ?", "SELECT '?', '''?', E'\\'?', $1"],
    ['SELECT "?" AS "a""?", ?', 'SELECT "?" AS "a""?", $1'],
    ["SELECT $$?$$, $a$ ? $$ ? $a$, ?", "SELECT $$?$$, $a$ ? $$ ? $a$, $1"],
    ["SELECT ? -- ?\n, ?", "SELECT $1 -- ?\n, $2"],
    ["SELECT ? /* ? /* ? */ ? */, ?", "SELECT $1 /* ? /* ? */ ? */, $2"],
    ["SELECT x$1$, ?", "SELECT x$1$, $1"],
    ["SELECT '?", "SELECT '?"],
    ["/* ?", "/* ?"],
    ["", ""],
  ])("has its places numbered outside of texts, names and comments: %j", ([sql = "", expected]) => {
    expect(numbered(sql)).toBe(expected);
  });

  test.for([
    "SELECT 1",
    "select 1;",
    " -- DELETE\n /* /* x */ */ ((VALUES (1)))",
    "WITH a AS (SELECT 1) TABLE a",
    "TABLE users",
    "explain (analyze) select 1",
    "SHOW timezone",
  ])("reads: %j", (sql) => {
    expect(readingStatement(sql)).toEqual({ sql, keyword: expect.stringMatching(/^[a-z]+$/) });
  });

  test.for([
    "DELETE FROM a",
    "(DELETE FROM a)",
    "selects",
    "$$SELECT$$",
    "'SELECT'",
    '"select"',
    "BEGIN",
    "1",
    "COPY a TO 'b'",
  ])("does not read, and is not sent: %j", (sql) => {
    expect(() => readingStatement(sql)).toThrow(
      "a query begins with SELECT, WITH, VALUES, TABLE, EXPLAIN or SHOW",
    );
  });

  test.for(["", "  ", ";", "-- SELECT 1", "/* SELECT 1"])("is empty: %j", (sql) => {
    expect(() => readingStatement(sql)).toThrow("the query is empty");
  });
});
