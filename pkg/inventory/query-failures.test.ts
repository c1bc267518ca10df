import { expect, test } from "vitest";
import { refusedQuery } from "./query-failures.ts";

test.for([
  ["no such table: user", "users"],
  ["no such table: main.membership", "memberships"],
  ['relation "curent_users" does not exist', "current_users"],
  ['relation "connector.chanegs" does not exist', "changes"],
  ["no such column: emial", "email"],
  ["no such column: u.usrname", "username"],
  ['no such column: "stauts" - should this be a string literal in single-quotes?', "status"],
  ['column "emial" does not exist', "email"],
  ["column u.group_nmae does not exist", "group_name"],
])("an unknown name gets the nearest one: %s", ([said = "", meant = ""]) => {
  expect(refusedQuery("invalid-argument", { message: said }, "SELECT x FROM users", undefined).message).toBe(
    `the inventory refused the query: ${said}; did you mean ${meant}?`,
  );
});

test("a column of a table in the query is preferred to one of another table", () => {
  const message = (sql: string) =>
    refusedQuery("invalid-argument", { message: "no such column: nane" }, sql, undefined).message;
  expect(message("select nane from groups")).toContain("did you mean name?");
  expect(
    refusedQuery("invalid-argument", { message: "no such column: runs" }, "select runs from runs", undefined)
      .message,
  ).toContain("did you mean run?");
});

test.for(['near "selct": syntax error', "no such function: foo", "no such table: payments"])(
  "what has no near name gets none: %s",
  (said) => {
    expect(refusedQuery("invalid-argument", { message: said }, "", undefined).message).toBe(
      `the inventory refused the query: ${said}`,
    );
  },
);
