import { mkdirSync, realpathSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/store-run.ts";
import { syncPaths } from "./paths.ts";

let folder: { readonly path: string; remove(): void };
let at: string;
beforeEach(() => {
  folder = temporaryFolder();
  at = realpathSync(folder.path);
});
afterEach(() => folder.remove());

describe("where everything goes", () => {
  test("beside the target, when the state directory is there", () => {
    expect(syncPaths(join(at, "pool.c1z"), at)).toEqual({
      target: join(at, "pool.c1z"),
      packing: join(at, "pool.c1z.tmp"),
      lock: join(at, "pool.c1z.work-lock"),
      work: join(at, "pool.c1z.work"),
      partialWork: join(at, "pool.c1z.work-partial"),
      previous: join(at, "pool.c1z.work-previous"),
      next: join(at, "pool.c1z.work-next"),
      earlierWork: [],
    });
  });

  test("in the state directory, which is created for us alone, two targets of one name do not meet", () => {
    const state = join(at, "a", "state");
    mkdirSync(join(at, "x"));
    mkdirSync(join(at, "y"));
    const x = syncPaths(join(at, "x", "pool.c1z"), state);
    const y = syncPaths(join(at, "y", "pool.c1z"), state);
    expect(x.work).toMatch(new RegExp(`^${state}/pool\\.c1z\\.work-[0-9a-f]{12}$`));
    expect(x.work).not.toBe(y.work);
    expect(x.lock).toBe(join(at, "x", "pool.c1z.work-lock"));
    expect(x.packing).toBe(join(at, "x", "pool.c1z.tmp"));
    expect(statSync(state).mode & 0o777).toBe(0o700);
  });

  test("symbolic links are followed, so that the link stays one", () => {
    mkdirSync(join(at, "real"));
    writeFileSync(join(at, "real", "pool.c1z"), "");
    symlinkSync(join(at, "real", "pool.c1z"), join(at, "link.c1z"));
    symlinkSync(join(at, "real"), join(at, "linked"));
    expect(syncPaths(join(at, "link.c1z"), at).target).toBe(join(at, "real", "pool.c1z"));
    expect(syncPaths(join(at, "linked", "new.c1z"), at).target).toBe(join(at, "real", "new.c1z"));
  });
});

describe("what cannot be written is an invalid argument that says why", () => {
  test.for([
    ["no name", "", "not a file name"],
    ["a directory by its slash", "sub/", "not a file name"],
    ["a directory", "sub", "that is a directory"],
    ["in no directory", "missing/pool.c1z", "its directory does not exist"],
    ["below a file", "plain/pool.c1z", "not a directory"],
    ["a link to nowhere", "dangling", "that is a link to a file that does not exist; remove the link"],
    [
      "a link to a missing file in a folder that exists",
      "half",
      "that is a link to a file that does not exist",
    ],
    ["links in a circle", "circle", "circle"],
    ["a name too long", "n".repeat(300), "too long"],
    ["a NUL", "a\0b", "NUL"],
  ] as const)("%s", ([, name, why]) => {
    mkdirSync(join(at, "sub"));
    writeFileSync(join(at, "plain"), "");
    symlinkSync(join(at, "nowhere", "x"), join(at, "dangling"));
    symlinkSync(join(at, "sub", "missing.c1z"), join(at, "half"));
    symlinkSync(join(at, "circle"), join(at, "circle"));
    const file = name === "" ? "" : `${at}/${name}`;
    expect(() => syncPaths(file, at)).toThrow(
      expect.objectContaining({ code: "invalid-argument", message: expect.stringContaining(why) }),
    );
  });

  test("a device", () => {
    expect(() => syncPaths("/dev/null", at)).toThrow(
      expect.objectContaining({
        code: "invalid-argument",
        message: expect.stringMatching(/not a regular file|cannot write/),
      }),
    );
  });

  test("a state directory that is a file", () => {
    writeFileSync(join(at, "plain"), "");
    expect(() => syncPaths(join(at, "pool.c1z"), join(at, "plain"))).toThrow(
      expect.objectContaining({
        code: "failed-precondition",
        message: expect.stringMatching(/plain": that is not a directory; name another --state-dir$/),
      }),
    );
  });
});
