import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openRecordsFile, scimRecordsPath } from "./records-file.ts";
import { createScimRecords } from "./sqlite-records.ts";

let dir = "";

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "scim-records-"));
});

afterEach(() => rmSync(dir, { recursive: true }));

test.each([
  ["on disk", 2],
  ["on disk after sync", 1],
] as const)("records whose commits are %s sync as SQLite's mode %i does (RECORDS-1)", (commits, mode) => {
  const database = openRecordsFile(join(dir, "pool.scim.db"), "us-east-1_Pool", commits);
  expect(database.prepare("PRAGMA synchronous").get()).toEqual({ synchronous: mode });
  database.close();
});

// An answer that is ready in the turn of the close is sent after `sync`.
test("what was committed is not said to be on disk after a close that could not sync it (RECORDS-1)", async () => {
  const place = { stateDir: dir, poolId: "us-east-1_Pool" };
  const records = createScimRecords(place, () => 1_000, "on disk after sync");
  await records.done("a key");
  const wal = `${scimRecordsPath(place)}-wal`;
  renameSync(wal, `${wal}-away`);
  await expect(records.close()).rejects.toThrow("ENOENT");
  expect(() => records.sync()).toThrow("ENOENT");
});
