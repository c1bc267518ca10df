import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openLogFiles } from "./log-files.ts";

let folder: string;
let said: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "log-files-"));
  said = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const textOf = (path: string): string => readFileSync(path, "utf8");

describe("the files of the log", () => {
  test("get every line, after what they have, and are for their owner alone", () => {
    const paths = [join(folder, "a.log"), join(folder, "b.log")];
    openLogFiles(paths, (line) => said.push(line)).write("one\n");
    openLogFiles(paths, (line) => said.push(line)).write("two\n");
    expect(paths.map(textOf)).toEqual(["one\ntwo\n", "one\ntwo\n"]);
    expect(paths.map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600]);
    expect(said).toEqual([]);
  });

  test("are opened again under their names after a rotation", () => {
    const path = join(folder, "a.log");
    const files = openLogFiles([path], (line) => said.push(line));
    files.write("one\n");
    renameSync(path, `${path}.1`);
    files.write("two\n");
    expect(existsSync(path)).toBe(false);
    files.reopen();
    files.write("three\n");
    expect([textOf(`${path}.1`), textOf(path)]).toEqual(["one\ntwo\n", "three\n"]);
  });

  test("are refused when they cannot be opened", () => {
    expect(() => openLogFiles([join(folder, "no", "a.log")], () => {})).toThrow(
      expect.objectContaining({
        code: "invalid-argument",
        message: expect.stringMatching(/^log-path: .* cannot be opened for writing \(ENOENT\)/),
      }),
    );
  });

  test.skipIf(!existsSync("/dev/full"))("report a full disk once, and do not throw", () => {
    const path = join(folder, "a.log");
    const files = openLogFiles(["/dev/full", path], (line) => said.push(line));
    files.write("one\n");
    files.write("two\n");
    expect(said).toEqual(["log-path: /dev/full cannot be written (ENOSPC)"]);
    expect(textOf(path)).toBe("one\ntwo\n");
  });
});
