import { chmodSync, existsSync, realpathSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/store-run.ts";
import {
  asUnwritable,
  openStateDirectory,
  syncFolder,
  syncToDisk,
  touchPrivate,
  unusableState,
} from "./paths.ts";

let folder: { readonly path: string; remove(): void };
let at: string;
beforeEach(() => {
  folder = temporaryFolder();
  at = realpathSync(folder.path);
});
afterEach(() => folder.remove());

// Linux has no fsync for what is below /proc, as FUSE and some network file systems have none for folders.
test.runIf(process.platform === "linux")("a folder without fsync counts as on disk, a file does not", () => {
  expect(() => syncFolder("/proc/self")).not.toThrow();
  expect(() => syncToDisk("/proc/self/status")).toThrow("EINVAL");
});

describe("what cannot be used is refused, and why", () => {
  test("as state directory a program is named as what it is", () => {
    writeFileSync(join(at, "program"), "", { mode: 0o755 });
    expect(() => openStateDirectory(join(at, "program"))).toThrow(
      expect.objectContaining({
        code: "failed-precondition",
        message: expect.stringMatching(/program": that is not a directory; name another --state-dir$/),
      }),
    );
  });

  test.for([
    ["EACCES", "no right to write it"],
    ["EPERM", "no right to write it"],
    ["EROFS", "read-only"],
  ] as const)("%s, whichever user runs the tests", ([code, why]) => {
    const error = asUnwritable("/data/pool.c1z", Object.assign(new Error("x"), { code }));
    expect(error.code).toBe("invalid-argument");
    expect(error.message).toContain('"/data/pool.c1z"');
    expect(error.message).toContain(why);
  });

  test("a state directory says what cures it: more permission does not where the disk is read-only or full", () => {
    expect(unusableState("EACCES")).toBe(" (EACCES): give this user permission to write there, or name");
    expect(unusableState("EROFS")).toBe(
      " (EROFS): the file system is read-only; mount it so that this user can write there, or name",
    );
    expect(unusableState("ENOSPC")).toBe(" (ENOSPC): the disk is full; free some space, or name");
  });

  test("a loop of symbolic links is no state directory, and is named", () => {
    symlinkSync(join(at, "loop"), join(at, "loop"));
    expect(() => openStateDirectory(join(at, "loop", "state"))).toThrow(
      /\(ELOOP\): its symbolic links form a loop; name another --state-dir$/,
    );
  });

  test("a broken disk is no invalid argument", () => {
    expect(asUnwritable("/data/pool.c1z", Object.assign(new Error("x"), { code: "EIO" })).code).toBe(
      "internal",
    );
  });
});

test("a private file is for us alone, and one that is there keeps what it holds", () => {
  const path = join(at, "private");
  touchPrivate(path);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  writeFileSync(path, "kept");
  chmodSync(path, 0o640);
  touchPrivate(path);
  expect(statSync(path).size).toBe(4);
  expect(existsSync(path)).toBe(true);
});
