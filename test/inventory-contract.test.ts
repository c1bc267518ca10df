import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openQueryReader } from "../cmd/connector/app/query/open-query-reader.ts";
import { openInventoryReader } from "../pkg/inventory/open-reader.ts";
import type { InventoryPlace } from "../pkg/inventory/place.ts";
import { inventoryContract } from "./support/inventory-contract.ts";
import { createInventoryFixture } from "./support/inventory-fixture.ts";
import { INVENTORY_ANSWERS, inventoryRecipes } from "./support/inventory-recipes.ts";

const folder = mkdtempSync(join(tmpdir(), "inventory-contract-"));
const place: InventoryPlace = { engine: "sqlite", name: join(folder, "pool.db") };
const { signal } = new AbortController();

beforeAll(() => createInventoryFixture(place.name));
afterAll(() => rmSync(folder, { recursive: true }));

inventoryContract("an inventory in SQLite", () => openInventoryReader(place, signal));
inventoryContract("an inventory in SQLite, for the SQL of anybody", () =>
  openQueryReader(place, { cwd: folder, env: {}, signal }),
);

test("every question of the document has an answer here, and no other has", () => {
  expect(inventoryRecipes().map(({ title }) => title)).toEqual(Object.keys(INVENTORY_ANSWERS));
});
