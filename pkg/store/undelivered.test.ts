import { readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/store-run.ts";
import { undeliveredMark } from "./undelivered.ts";

let folder: { readonly path: string; remove(): void };
let file: string;

beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, "platform.c1z");
});
afterEach(() => folder.remove());

test("a mark is there for the next process, and only for what the file holds", () => {
  expect(undeliveredMark(file).since("")).toBeUndefined();
  undeliveredMark(file).set(7, "");
  expect(undeliveredMark(file).since("")).toBe(7);
  expect(undeliveredMark(file).since("users")).toBeUndefined();
  undeliveredMark(file).set(8, "two\nlines");
  expect(undeliveredMark(file).since("two\nlines")).toBe(8);
  expect(statSync(`${file}.undelivered`).mode & 0o777).toBe(0o600);
  undeliveredMark(file).clear();
  undeliveredMark(file).clear();
  expect(readdirSync(folder.path)).toEqual([]);
});

test("a damaged mark counts as missing, and a link under its name is refused", () => {
  writeFileSync(`${file}.undelivered`, "tomorrow");
  expect(undeliveredMark(file).since("")).toBeUndefined();
  undeliveredMark(file).clear();
  symlinkSync(join(folder.path, "elsewhere"), `${file}.undelivered`);
  expect(() => undeliveredMark(file).set(7, "")).toThrow("is a symbolic link");
  expect(() => undeliveredMark(file).since("")).toThrow("is a symbolic link");
});
