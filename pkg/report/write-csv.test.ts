import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createInventoryFixture, POOL } from "../../test/support/inventory-fixture.ts";
import { createReviewInventory, REVIEW_POOL } from "../../test/support/review-inventory.ts";
import { reportOver } from "../../test/support/review-report.ts";
import { type WrittenFolder, writeCsvReport } from "./write-csv.ts";

const folder = mkdtempSync(join(tmpdir(), "review-csv-"));
const inventory = join(folder, "pool.db");
const path = join(folder, "review");

let written: WrittenFolder;

beforeAll(async () => {
  createInventoryFixture(inventory);
  written = await reportOver({ inventory, poolId: POOL, path }, writeCsvReport);
});
afterAll(() => rmSync(folder, { recursive: true }));

type Row = Readonly<Record<string, string>>;

function rowsOf(name: string, from = path): readonly Row[] {
  return parse(readFileSync(join(from, name)), { columns: true, bom: true });
}

test("the folder has a file for each part of the review, for this user alone", () => {
  expect(written).toEqual({ files: 14, stateOf: new Date("2026-10-22T02:05:00.000Z") });
  expect(readdirSync(path).sort()).toEqual(
    [
      "about.csv",
      "changes-by-kind.csv",
      "changes-over-time.csv",
      "changes.csv",
      "disabled-in-groups.csv",
      "groups-by-size.csv",
      "groups.csv",
      "memberships.csv",
      "never-signed-in.csv",
      "people-by-state.csv",
      "role-access.csv",
      "shared-emails.csv",
      "summary.csv",
      "without-second-factor.csv",
    ].sort(),
  );
  expect(statSync(path).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(path)) expect(statSync(join(path, name)).mode & 0o777).toBe(0o600);
});

test("each membership has empty columns for the decision", () => {
  const members = rowsOf("memberships.csv");
  expect(members).toHaveLength(9);
  expect(members[0]).toMatchObject({
    group_name: "admins",
    username: "ada",
    status: "CONFIRMED",
    enabled: "true",
    keep: "",
    remove: "",
    remark: "",
    reviewer: "",
    date: "",
  });
});

test("the summary has what is not known in a row of its own", () => {
  const summary = new Map(rowsOf("summary.csv").map((row) => [row["finding"], row["number"]]));
  expect(summary.get("people")).toBe("12");
  expect(summary.get("people who reach an IAM role")).toBe("6");
  expect(summary.get("people without a second factor")).toBe("2");
  expect(summary.get("people whose second factor is not known")).toBe("6");
});

test("the parts add up to the whole", () => {
  const sum = (name: string, ...columns: readonly string[]) =>
    rowsOf(name).reduce((total, row) => total + columns.reduce((s, c) => s + Number(row[c]), 0), 0);
  const changes = rowsOf("changes.csv").length;
  expect(changes).toBe(16);
  expect(sum("changes-by-kind.csv", "connector", "outside", "unknown")).toBe(changes);
  const counts = [
    "created",
    "deleted",
    "enabled",
    "disabled",
    "changed",
    "added",
    "removed",
    "group_changes",
  ];
  expect(sum("changes-over-time.csv", ...counts)).toBe(changes);
  expect(sum("people-by-state.csv", "enabled", "disabled")).toBe(12);
  expect(sum("groups-by-size.csv", "groups")).toBe(5);
  expect(sum("groups.csv", "members")).toBe(9);
});

test("a name that a spreadsheet would run as a formula, or a terminal would obey, is harmless", async () => {
  const names = ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", '"a","b"', "a\u001b[31m"];
  const hostile = join(folder, "hostile.db");
  createReviewInventory(hostile, {
    people: names.map((username) => ({ username, email: "same@example.com" })),
    groups: [{ name: "=cmd|'/c calc'!A0", description: "+1", members: names.map((_, i) => i) }],
  });
  const into = join(folder, "hostile");
  await reportOver({ inventory: hostile, poolId: REVIEW_POOL, path: into }, writeCsvReport);
  const found = rowsOf("memberships.csv", into);
  expect(new Set(found.map((row) => row["username"]))).toEqual(
    new Set(["'=1+1", "'+1", "'-1", "'@x", "'\t=1", "\\u{d}=1", '"a","b"', "a\\u{1b}[31m"]),
  );
  expect(new Set(found.map((row) => row["group_name"]))).toEqual(new Set(["'=cmd|'/c calc'!A0"]));
  for (const name of readdirSync(into)) {
    const text = readFileSync(join(into, name), "utf8");
    for (const cell of parse(text).flat() as readonly string[]) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
  }
});
