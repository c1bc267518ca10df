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
import { GovernanceError } from "../core/errors.ts";
import { storeError } from "./errors.ts";
import { makePrivateFolder, temporaryError } from "./private-folder.ts";

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

  test.for(["TMPDIR", "--c1z-temp-dir"] as const)("that cannot be made names %s", (setting) => {
    const nowhere = join(parent, "nowhere");
    expect(() => makePrivateFolder(nowhere, "live-", setting)).toThrow(
      expect.objectContaining({
        code: "failed-precondition",
        message: `cannot make a folder for temporary files in ${nowhere} (ENOENT); name another place in ${setting}`,
      }),
    );
  });
});

describe("an error of work in a private folder", () => {
  const full =
    "cannot write into /t: the disk is full; free some space, or name a folder with more in TMPDIR";

  test.for([
    ["ENOSPC", { code: "ENOSPC" }],
    ["EDQUOT", { code: "EDQUOT" }],
    ["SQLITE_FULL", { errcode: 13 }],
  ] as const)("on a full disk (%s) names the setting, and not that of a sync", ([, members]) => {
    const error = Object.assign(new Error("full"), members);
    for (const one of [error, storeError(error, "write pool.db")]) {
      expect(temporaryError(one, "/t")).toMatchObject({ code: "resource-exhausted", message: full });
    }
  });

  test("of any other kind stays as it is", () => {
    const others = [
      Object.assign(new Error("gone"), { code: "ENOENT" }),
      Object.assign(new Error("damaged"), { errcode: 11 }),
      new GovernanceError("resource-exhausted", "AWS allows no more of these"),
    ];
    for (const error of others) expect(temporaryError(error, "/t")).toBe(error);
  });
});
