import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { GovernanceError } from "../../core/errors.ts";
import { openAuditLog } from "./audit-log.ts";
import { readAuditInterval } from "./read-interval.ts";
import { recordOf } from "./testing.fixture.ts";

const never = new AbortController().signal;
/** Long after the files of the test were created. */
const LATER = Date.now() + 3_600_000;
let folder: string;
let path: string;
let createdWith: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "audit-interval-"));
  path = join(folder, "eu-west-1_Pool1.audit.jsonl");
  createdWith = join(folder, "eu-west-1_Pool1.journal.db");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Appends a line for each minute after LATER, whose change is its number. */
function append(...minutes: readonly number[]): void {
  appendLines(minutes, "auditors");
}

function appendLines(minutes: readonly number[], group: string): void {
  const log = openAuditLog({ path, now: () => LATER });
  const target = { user: "5c1e0000-0000-4000-8000-000000000001", group };
  for (const minute of minutes) {
    log.append(recordOf(`c${minute}`, { atMs: LATER + minute * 60_000, target }));
  }
  utimesSync(path, new Date(LATER), new Date(LATER + (minutes.at(-1) ?? 0) * 60_000));
}

async function read(since: number, until: number, wholeFrom = since) {
  const found: string[] = [];
  const interval = {
    sinceMs: LATER + since * 60_000,
    untilMs: LATER + until * 60_000,
    wholeFromMs: LATER + wholeFrom * 60_000,
  };
  try {
    for await (const { change } of readAuditInterval({ path, createdWith }, interval, never))
      found.push(change);
    return { found };
  } catch (error) {
    return { found, failure: GovernanceError.from(error) };
  }
}

test("the lines of the interval, both ends included", async () => {
  append(1, 2, 3, 4, 5);
  expect(await read(2, 4)).toEqual({ found: ["c2", "c3", "c4"] });
});

test("of a long log only the end is read, and nothing of the interval is missed", async () => {
  // Few and long lines: each one is flushed to the disk, and together they are more than is read at once.
  const numbers = Array.from({ length: 100 }, (_, i) => i);
  appendLines(numbers, "g".repeat(8_000));
  const lastTen = numbers.slice(-10).map((number) => `c${number}`);
  expect((await read(90, 200)).found).toEqual(lastTen);
  // An early line that was changed is not read, and a late one is found.
  const lines = readFileSync(path, "utf8").split("\n");
  const changed = (at: number) => lines.map((line, i) => (i === at ? line.replace("alice", "malice") : line));
  writeFileSync(path, changed(3).join("\n"));
  expect((await read(90, 200)).failure).toBeUndefined();
  writeFileSync(path, changed(95).join("\n"));
  const { found, failure } = await read(90, 200);
  expect(found).toHaveLength(10);
  expect(failure).toMatchObject({ code: "data-loss" });
});

test("lines of a file that was rotated away beside the log, in either spelling", async () => {
  append(1, 2, 3);
  renameSync(path, `${path}.1`);
  append(4, 5);
  renameSync(path, join(folder, "eu-west-1_Pool1.audit-2026-11.jsonl"));
  append(6);
  expect(await read(2, 6)).toEqual({ found: ["c2", "c3", "c4", "c5", "c6"] });
});

test("a state directory that is younger than the interval is not whole, whatever it lacks", async () => {
  // The folder of the test was made an hour before LATER.
  const { found, failure } = await read(-120, 0);
  expect(found).toEqual([]);
  expect(failure).toMatchObject({ code: "failed-precondition" });
  expect(failure?.message).toContain("does not reach back");
  expect(await read(0, 6)).toEqual({ found: [] });
});

test("a log whose older part was moved away is not whole", async () => {
  writeFileSync(createdWith, "");
  append(1, 2, 3);
  // A copy is a file that was created now; the first one was created an hour before the interval.
  copyFileSync(path, join(folder, "elsewhere"));
  rmSync(path);
  const { found, failure } = await read(2, 6);
  expect(found).toEqual([]);
  expect(failure).toMatchObject({ code: "failed-precondition" });
  expect(failure?.message).toContain("was moved away");
});

test("a rotated file that is compressed is not whole, unless it is older than the interval", async () => {
  append(1, 2, 3);
  renameSync(path, `${path}.1.gz`);
  append(4, 5);
  expect(await read(2, 6)).toMatchObject({ found: ["c4", "c5"], failure: { code: "failed-precondition" } });
  expect(await read(4, 6)).toEqual({ found: ["c4", "c5"] });
});

test("a state directory in which nothing was changed needs no log", async () => {
  expect(await read(0, 9)).toEqual({ found: [] });
  rmSync(folder, { recursive: true });
  expect(await read(0, 9)).toMatchObject({ found: [], failure: { code: "failed-precondition" } });
});

test("the first log need not reach back: it was created with the journal", async () => {
  const directoryMs = statSync(folder).birthtimeMs;
  while (Date.now() <= directoryMs + 5);
  writeFileSync(createdWith, "");
  append(5);
  const soonAfterTheDirectory = (directoryMs + 1 - LATER) / 60_000;
  expect(await read(soonAfterTheDirectory, 9)).toEqual({ found: ["c5"] });
  // A log and a journal in a directory that was made again do not tell what the lost one held.
  expect(await read(-600, 9)).toMatchObject({ found: ["c5"], failure: { code: "failed-precondition" } });
});

test("an empty log that was there before the interval is whole", async () => {
  writeFileSync(path, "");
  expect(await read(0, 9)).toEqual({ found: [] });
});

test("a write that stopped, and a file that is not a log, are not whole", async () => {
  append(1, 2, 3);
  appendFileSync(path, '{"seq":4,');
  expect(await read(2, 6)).toMatchObject({ found: ["c2", "c3"], failure: { code: "data-loss" } });
  writeFileSync(path, "hello\nworld\n");
  expect(await read(2, 6)).toMatchObject({ found: [], failure: { code: "data-loss" } });
});

test("the rest of a write that was moved aside is not read", async () => {
  append(1, 2, 3);
  writeFileSync(`${path}.torn-20261128T120000Z`, "half a li");
  expect(await read(2, 6)).toEqual({ found: ["c2", "c3"] });
});
