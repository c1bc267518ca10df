import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createInventoryFixture } from "../../test/support/inventory-fixture.ts";
import type { User } from "../core/user.ts";
import type { PreparedReader } from "./prepared-reader.ts";
import { openPreparedReader } from "./sqlite/prepared-reader.ts";
import { userOfCells } from "./user-cells.ts";
import { USER_ROW_COLUMNS, userOfRow } from "./user-row.ts";

const folder = mkdtempSync(join(tmpdir(), "user-cells-"));
let reader: PreparedReader;

beforeAll(async () => {
  createInventoryFixture(join(folder, "pool.db"));
  reader = await openPreparedReader(join(folder, "pool.db"), new AbortController().signal);
});

afterAll(() => {
  reader.close();
  rmSync(folder, { recursive: true });
});

const plain = ({ attributes, ...user }: User) => ({
  ...user,
  attributes: new Map([...attributes].toSorted(([a], [b]) => (a < b ? -1 : 1))),
});

test("a user of cells is the user of the row, with every attribute that it has and no other", () => {
  const query = reader.prepare(`SELECT ${USER_ROW_COLUMNS.join(", ")} FROM users ORDER BY sub, from_run`);
  const users = query.cells().map(userOfCells);
  expect(users.length).toBeGreaterThan(10);
  expect(users.map(plain)).toEqual(query.all().map(userOfRow).map(plain));
  for (const { attributes } of users) {
    const seen = new Map<string, string>();
    attributes.forEach((value, name) => seen.set(name, value));
    expect([...seen]).toEqual([...attributes]);
    expect([...attributes.keys()].map((name) => attributes.get(name))).toEqual([...attributes.values()]);
    expect([...attributes.keys()].every((name) => attributes.has(name))).toBe(true);
    expect(attributes.size).toBe(seen.size);
    for (const name of ["toString", "__proto__", "custom:none", "status"]) {
      expect([attributes.get(name), attributes.has(name)]).toEqual([undefined, false]);
    }
  }
});

test("a row that another program has spoilt is called damaged", () => {
  const cells = USER_ROW_COLUMNS.map((name) =>
    name === "attributes" ? "{" : name.endsWith("_at") ? "2026-11-01T00:00:00.000Z" : "[]",
  );
  expect(() => userOfCells(cells).attributes.get("custom:x")).toThrow("attributes is not JSON");
  expect(() => userOfCells(cells.map(() => null))).toThrow("has another type");
});
