import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openJournalFile } from "./journal-file.ts";

let dir = "";

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "journal-file-"));
});

afterEach(() => rmSync(dir, { recursive: true }));

test.each([
  ["on disk", 2],
  ["on disk after sync", 1],
] as const)("a journal whose commits are %s syncs as SQLite's mode %i does (JOURNAL-1)", (commits, mode) => {
  const journal = openJournalFile(join(dir, "pool.journal.db"), "us-east-1_Pool", commits);
  expect(journal.prepare("PRAGMA synchronous").get()).toEqual({ synchronous: mode });
  journal.close();
});
