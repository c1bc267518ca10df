import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/store-run.ts";
import { openBatchRecord, readBatchRecord } from "./batch-record.ts";

const HASH = "ab".repeat(32);
let folder: { readonly path: string; remove(): void };
let dir: string;
beforeEach(() => {
  folder = temporaryFolder();
  dir = join(folder.path, "state");
});
afterEach(() => folder.remove());

const place = { poolId: "eu-west-1_Abc123", fileHash: HASH };
const open = (restart = false) => openBatchRecord({ ...place, dir, now: () => 7 }, restart);
const read = () => readBatchRecord({ ...place, dir });
const path = () => join(dir, `eu-west-1_Abc123.apply-${HASH.slice(0, 16)}.jsonl`);
const entry = (outcome: "begun" | "done" | "failed") => ({ digest: "d", outcome, user: "sub-1" });

describe("the record of a batch", () => {
  test("is read by the next process, the newest entry of each row", () => {
    const record = open();
    record.write(2, entry("begun"));
    record.write(2, entry("done"));
    record.write(3, { ...entry("begun"), user: undefined });
    record.close();
    expect([...read()]).toEqual([
      [2, { ...entry("done"), atMs: 7 }],
      [3, { digest: "d", outcome: "begun", user: undefined, atMs: 7 }],
    ]);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
  });

  test("is looked for without creating anything", () => {
    expect(read().size).toBe(0);
    expect(existsSync(dir)).toBe(false);
  });

  test.for([1, 10, 40])("loses a line that was cut off by %i bytes, and only that", (bytes) => {
    const record = open();
    record.write(2, entry("done"));
    record.write(3, entry("done"));
    record.close();
    truncateSync(path(), statSync(path()).size - bytes);
    expect([...read().keys()]).toEqual([2]);
    const again = open();
    again.write(4, entry("done"));
    again.close();
    expect([...read().keys()]).toEqual([2, 4]);
  });

  test("whose first line was cut off begins again", () => {
    const record = open();
    record.close();
    truncateSync(path(), 5);
    const again = open();
    again.write(2, entry("done"));
    again.close();
    expect(readFileSync(path(), "utf8").split("\n")[0]).toBe(`{"file":"${HASH}"}`);
    expect([...read().keys()]).toEqual([2]);
  });

  test("is of one process at a time", () => {
    const record = open();
    expect(() => open()).toThrow(
      expect.objectContaining({
        code: "aborted",
        message: expect.stringContaining("another process applies this file now"),
      }),
    );
    record.close();
    open().close();
    expect(readdirSync(dir)).toEqual([expect.stringMatching(/\.jsonl$/)]);
  });

  test("is forgotten on a restart", () => {
    const record = open();
    record.write(2, entry("done"));
    record.close();
    open(true).close();
    expect(read().size).toBe(0);
  });

  test.for(["nonsense\n", '{"file":"other"}\n'])("that is another file is refused and left: %s", (text) => {
    open().close();
    writeFileSync(path(), text);
    expect(() => open()).toThrow("is not a record of this file");
    expect(read).toThrow("is not a record of this file");
    expect(readFileSync(path(), "utf8")).toBe(text);
  });

  test("with a damaged line is refused: a row must not be taken as not done", () => {
    const record = open();
    record.write(2, entry("done"));
    record.close();
    appendFileSync(path(), '{"line":3}\n');
    expect(read).toThrow("is not a record of this file");
  });
});
