import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makePrivateFolder } from "./private-folder.ts";

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "private-folder-"));
});
afterEach(() => rmSync(parent, { recursive: true }));

function left(name: string, ageMs: number): string {
  const path = join(parent, name);
  mkdirSync(path);
  writeFileSync(join(path, "pool.db"), "");
  age(path, ageMs);
  return path;
}

function age(path: string, ageMs: number): void {
  const at = new Date(Date.now() - ageMs);
  utimesSync(path, at, at);
}

describe("a private folder", () => {
  test("goes with all that is in it", () => {
    const folder = makePrivateFolder(parent, "live-");
    writeFileSync(join(folder.path, "pool.db"), "");
    folder.remove();
    folder.remove();
    expect(readdirSync(parent)).toEqual([]);
  });

  test("removes those that a killed process left, and no other folder", () => {
    const killed = left("live-killed", 61_000);
    const kept = [left("live-young", 0), left("other-old", 61_000)];
    symlinkSync(left("target", 61_000), join(parent, "live-link"));
    makePrivateFolder(parent, "live-").remove();
    expect(existsSync(killed)).toBe(false);
    for (const path of kept) expect(readdirSync(path)).toEqual(["pool.db"]);
    expect(readdirSync(parent).toSorted()).toEqual(["live-link", "live-young", "other-old", "target"]);
    expect(readdirSync(join(parent, "target"))).toEqual(["pool.db"]);
  });

  test("that is in use stays, however old it is", () => {
    const used = makePrivateFolder(parent, "live-");
    writeFileSync(join(used.path, "pool.db"), "");
    age(used.path, 86_400_000);
    makePrivateFolder(parent, "live-").remove();
    expect(readdirSync(used.path)).toContain("pool.db");
    used.remove();
  });

  test("of a parent that does not exist is an error", () => {
    expect(() => makePrivateFolder(join(parent, "nowhere"), "live-")).toThrow("ENOENT");
  });
});
