import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openFilesLimit } from "./open-files.ts";
import { makeRoomForFiles } from "./room-for-files.ts";

const tableSize = (): number =>
  Number(/^FDSize:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
const openFiles = (): number => readdirSync("/proc/self/fd").length;

describe("the table of open files", () => {
  test("has room for so many, and none of them stays open", async () => {
    const before = openFiles();
    const wanted = Math.min(tableSize() + 1, openFilesLimit() - 100);
    await makeRoomForFiles(wanted);
    expect(tableSize()).toBeGreaterThanOrEqual(wanted);
    expect(openFiles()).toBeLessThan(before + 20);
  });

  test("is left alone where there is room already", async () => {
    const size = tableSize();
    await makeRoomForFiles(10);
    expect(tableSize()).toBe(size);
  });
});
