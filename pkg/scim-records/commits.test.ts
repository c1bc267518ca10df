import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openRecordsFile } from "./records-file.ts";

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
