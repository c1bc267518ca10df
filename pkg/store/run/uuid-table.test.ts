import { randomInt } from "node:crypto";
import { expect, test } from "vitest";
import { randomOf } from "../../../test/support/changing-pool.ts";
import { UuidTable } from "./uuid-table.ts";

const ID = "0a1b2c3d-4e5f-4678-89ab-cdef01234567";

function uuidOf(words: readonly number[]): string {
  const hex = words.map((word) => word.toString(16).padStart(8, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Holds what was put. */
function tableOf(
  found: readonly (readonly [string, number, number | null])[],
  mostSlots?: number,
): UuidTable {
  const table = new UuidTable(mostSlots);
  for (const [id, row, stamp] of found) {
    if (!table.makeRoom(id, row, 0)) throw new Error(`there is no room for ${id}`);
    table.put(id, { row, stamp });
  }
  return table;
}

test("finds the row of an id and its stamp, the newest one", () => {
  const table = tableOf([[ID, 7, 2 ** 48 - 1]]);
  expect(table.find(ID)).toEqual({ row: 7, stamp: 2 ** 48 - 1 });
  table.put(ID, { row: 7, stamp: 0 });
  expect(table.find(ID)).toEqual({ row: 7, stamp: 0 });
  table.put(ID, { row: 7, stamp: null });
  expect(table.find(ID)).toEqual({ row: 7, stamp: null });
  expect(table.size).toBe(1);
});

test("an id that differs in one digit is another id", () => {
  const table = tableOf([[ID, 7, 1]]);
  for (let unit = 0; unit < ID.length; unit += 1) {
    if (ID[unit] === "-") continue;
    const other = ID.slice(0, unit) + (ID[unit] === "0" ? "1" : "0") + ID.slice(unit + 1);
    expect(table.find(other)).toBeUndefined();
    expect(table.makeRoom(other, 8, 0)).toBe(true);
  }
});

test.for([
  ["in upper case, which is another id", ID.toUpperCase()],
  ["with one digit in upper case", ID.replace("a", "A")],
  ["without dashes", ID.replaceAll("-", "")],
  ["with a dash at another place", "0a1b2c3d4-e5f-4678-89ab-cdef01234567"],
  ["that is longer", `${ID}0`],
  ["with a letter that is not a digit", ID.replace("a", "g")],
  ["with a letter beyond ASCII", ID.replace("a", "ä")],
  ["that is empty", ""],
] as const)("takes no id %s", ([, id]) => {
  const table = tableOf([[ID, 7, 1]]);
  expect(table.makeRoom(id, 8, 0)).toBe(false);
  expect(table.find(id)).toBeUndefined();
  expect(() => table.put(id, { row: 8, stamp: 1 })).toThrow("not a UUID");
});

test("takes no row whose number has more than 31 bits", () => {
  expect(new UuidTable().makeRoom(ID, 2 ** 31 - 1, 0)).toBe(true);
  expect(new UuidTable().makeRoom(ID, 2 ** 31, 0)).toBe(false);
});

test("grows up to its limit, counts those that will come, and keeps what it has", () => {
  const ids = Array.from({ length: 1536 }, (_, n) => uuidOf([0, 0x4000, 0x8000_0000, n]));
  const table = tableOf(
    ids.map((id, n) => [id, n + 1, n]),
    2048,
  );
  expect(table.makeRoom(ID, 9999, 0)).toBe(false);
  expect(ids.map((id) => table.find(id))).toEqual(ids.map((_, n) => ({ row: n + 1, stamp: n })));
  expect(tableOf([], 2048).makeRoom(ID, 1, 1535)).toBe(true);
  expect(tableOf([], 2048).makeRoom(ID, 1, 1536)).toBe(false);
});

test("has what a Map has, for ids of few bits and of many", () => {
  const seed = randomInt(2 ** 31);
  const random = randomOf(seed);
  const table = new UuidTable();
  const map = new Map<string, { readonly row: number; readonly stamp: number }>();
  const differing: string[] = [];
  const drawn = (): string =>
    uuidOf(
      Array.from({ length: 4 }, () =>
        random() < 0.5 ? Math.floor(random() * 8) : Math.floor(random() * 2 ** 32),
      ),
    );
  for (let n = 1; n <= 20_000; n += 1) {
    const id = drawn();
    const [found, expected] = [table.find(id), map.get(id)];
    if (found?.row !== expected?.row || found?.stamp !== expected?.stamp) differing.push(id);
    if (map.has(id) || table.makeRoom(id, n, 0)) {
      const next = { row: expected?.row ?? n, stamp: Math.floor(random() * 2 ** 48) };
      table.put(id, next);
      map.set(id, next);
    }
  }
  for (const [id, { row, stamp }] of map) {
    const found = table.find(id);
    if (found?.row !== row || found.stamp !== stamp) differing.push(id);
  }
  expect({ seed, size: table.size, differing }).toEqual({ seed, size: map.size, differing: [] });
});
