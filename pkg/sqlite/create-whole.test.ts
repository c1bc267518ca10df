import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createWholeDatabase, removeEmptyLog } from "./create-whole.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "whole-"));
  path = join(folder, "pool.db");
});
afterEach(() => rmSync(folder, { recursive: true }));

const build = (draft: string): void => writeFileSync(draft, "new");

describe("a database that is created", () => {
  test.for(["-wal", "-journal"])("is refused beside the %s of one that was moved away", (suffix) => {
    writeFileSync(path + suffix, "old pages");
    expect(() => createWholeDatabase(path, build)).toThrow(
      `${path}${suffix} is left of a database that was moved away or removed; move it to where the database is, or remove it if that is gone: it would damage a new one`,
    );
    expect(readdirSync(folder)).toEqual([`pool.db${suffix}`]);
  });

  test("is created beside a log without a page", () => {
    writeFileSync(`${path}-wal`, "");
    createWholeDatabase(path, build);
    expect(readFileSync(path, "utf8")).toBe("new");
  });

  test("leaves no log to a process that still has the earlier one open, unless the log has pages", () => {
    for (const suffix of ["-wal", "-shm"]) writeFileSync(path + suffix, suffix === "-shm" ? "index" : "");
    removeEmptyLog(path);
    expect(readdirSync(folder)).toEqual([]);
    for (const suffix of ["-wal", "-shm"]) writeFileSync(path + suffix, "pages");
    removeEmptyLog(path);
    expect(readdirSync(folder)).toEqual(["pool.db-shm", "pool.db-wal"]);
  });

  test("is that of another process where this one created it meanwhile, and writes to it", () => {
    writeFileSync(path, "other");
    writeFileSync(`${path}-wal`, "pages of the other");
    createWholeDatabase(path, build);
    expect(readFileSync(path, "utf8")).toBe("other");
    expect(existsSync(`${path}-wal`)).toBe(true);
  });
});
