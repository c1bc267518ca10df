import { chmodSync, existsSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/store-run.ts";
import { asUnwritable, openStateDirectory, touchPrivate } from "./paths.ts";

let folder: { readonly path: string; remove(): void };
let at: string;
beforeEach(() => {
  folder = temporaryFolder();
  at = realpathSync(folder.path);
});
afterEach(() => folder.remove());

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
