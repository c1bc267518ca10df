import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { wholeListing } from "./whole-listing.ts";

const POOL = "us-east-1_Ab129faBb";
const NOW = Date.parse("2026-11-29T07:00:00Z");
const DAY = 24 * 3_600_000;
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "whole-listing-"));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

test("a listing of all users is due a week after the first sync in parts", () => {
  expect(wholeListing(dir, POOL).isDue(NOW)).toBe(false);
  expect(wholeListing(dir, POOL).isDue(NOW + 7 * DAY)).toBe(false);
  expect(wholeListing(dir, POOL).isDue(NOW + 7 * DAY + 1)).toBe(true);
  wholeListing(dir, POOL).note(NOW + 7 * DAY + 1);
  expect(wholeListing(dir, POOL).isDue(NOW + 8 * DAY)).toBe(false);
  expect(readdirSync(dir)).toEqual([`${POOL}.whole-listing`]);
});

test("a pool has its own week", () => {
  wholeListing(dir, POOL).note(NOW - 8 * DAY);
  expect(wholeListing(dir, "us-east-1_Other0000").isDue(NOW)).toBe(false);
  expect(wholeListing(dir, POOL).isDue(NOW)).toBe(true);
});

test.each(["", "yesterday", new Date(NOW + DAY).toISOString()])(
  "it is due where the file says %j",
  (text) => {
    writeFileSync(join(dir, `${POOL}.whole-listing`), text);
    expect(wholeListing(dir, POOL).isDue(NOW)).toBe(true);
  },
);

test("a directory of the name of its file is refused with the path and the cure, and nothing is left beside it", () => {
  const path = join(dir, `${POOL}.whole-listing`);
  mkdirSync(path);
  const why = `${path}: a directory has its name; remove the directory, or name another --state-dir, then sync again`;
  const refusal = (doing: string): unknown =>
    expect.objectContaining({
      code: "failed-precondition",
      message: expect.stringContaining(`cannot ${doing} ${why}`),
    });
  expect(() => wholeListing(dir, POOL).isDue(NOW)).toThrow(refusal("read"));
  expect(() => wholeListing(dir, POOL).note(NOW)).toThrow(refusal("write"));
  expect(readdirSync(dir)).toEqual([`${POOL}.whole-listing`]);
});
