import { existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createInventoryFixture } from "../../../test/support/inventory-fixture.ts";
import { DatabaseSync } from "../../sqlite/database.ts";
import type { InventoryWriter } from "../writer.ts";
import { openSqliteWriter } from "./sqlite-writer.ts";

const POOL = "eu-west-1_Other00001";
const never = new AbortController().signal;
let folder: string;
let path: string;
let writer: InventoryWriter;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "inventory-writer-"));
  path = join(folder, "pool.db");
  createInventoryFixture(path);
  writer = await openSqliteWriter(path, never);
});

afterEach(async () => {
  await writer.close();
  rmSync(folder, { recursive: true });
});

const insert = "INSERT INTO enrichment_calls VALUES (?, '2026-11-20T12:00:00.000Z', ?)";
const calls = () =>
  writer.transaction(
    (session) => session.read("SELECT pool_id, calls FROM enrichment_calls WHERE pool_id = ?", [POOL]),
    never,
  );

test("keeps all of a transaction, or nothing of it", async () => {
  expect(await writer.transaction((session) => session.run(insert, [POOL, 1]), never)).toBe(1);
  const failing = writer.transaction(async (session) => {
    await session.run("UPDATE enrichment_calls SET calls = 8");
    throw new Error("enough");
  }, never);
  await expect(failing).rejects.toThrow("enough");
  expect(await calls()).toEqual([[POOL, 1]]);
});

test("runs one transaction after the other", async () => {
  await writer.transaction((session) => session.run(insert, [POOL, 0]), never);
  const addOne = () =>
    writer.transaction(async (session) => {
      const [[before = 0] = []] = await session.read("SELECT calls FROM enrichment_calls WHERE pool_id = ?", [
        POOL,
      ]);
      await session.run("UPDATE enrichment_calls SET calls = ? WHERE pool_id = ?", [
        Number(before) + 1,
        POOL,
      ]);
    }, never);
  await Promise.all(Array.from({ length: 20 }, addOne));
  expect(await calls()).toEqual([[POOL, 20]]);
});

test("waits while another process writes, and stops waiting at its signal", async () => {
  const other = new DatabaseSync(path);
  other.exec("BEGIN IMMEDIATE");
  const stop = new AbortController();
  const stopped = writer.transaction((session) => session.run(insert, [POOL, 1]), stop.signal);
  const waiting = writer.transaction((session) => session.run(insert, [POOL, 2]), never);
  stop.abort(new Error("enough"));
  await expect(stopped).rejects.toThrow("enough");
  other.exec("COMMIT");
  other.close();
  await waiting;
  expect(await calls()).toEqual([[POOL, 2]]);
});

test("says in one line what SQLite refuses, and goes on", async () => {
  await expect(
    writer.transaction((session) => session.run("INSERT INTO absent VALUES (1)"), never),
  ).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("cannot be written: no such table"),
  });
  expect(await calls()).toEqual([]);
});

test("opens no file that is not an inventory", async () => {
  const elsewhere = join(folder, "other.db");
  new DatabaseSync(elsewhere).exec("CREATE TABLE t (a)");
  await expect(openSqliteWriter(elsewhere, never)).rejects.toThrow("is not an inventory of this connector");
  await expect(openSqliteWriter(join(folder, "none.db"), never)).rejects.toThrow("does not exist");
});

test("INVENTORY-8: writes through no link that is planted beside the inventory", async () => {
  const planted = join(folder, "planted.db");
  createInventoryFixture(planted);
  symlinkSync(join(folder, "elsewhere"), `${planted}-journal`);
  await expect(openSqliteWriter(planted, never)).rejects.toThrow("is a symbolic link");
  expect(existsSync(join(folder, "elsewhere"))).toBe(false);
});
