import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GovernanceError } from "../core/errors.ts";
import { PartlyInForce, type ReloadEvent, type WatchedFiles, watchFiles } from "./watched-files.ts";

let folder = "";
let events: ReloadEvent[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "watched-"));
  events = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

function path(name: string): string {
  return join(folder, name);
}

function write(name: string, content: string): void {
  writeFileSync(path(name), content);
}

/** Joins two files, of which none may be "bad". */
function watch(): WatchedFiles<string> {
  return watchFiles({
    subject: "the pair",
    paths: [path("a"), path("b")],
    load: (contents) => {
      const text = contents.map(String).join("+");
      if (text.includes("bad")) throw new GovernanceError("failed-precondition", `refused ${text}`);
      return { value: text, flaw: text.includes("flaw") ? `flaw in ${text}` : undefined };
    },
    onReload: (event) => events.push(event),
  });
}

describe("watched files", () => {
  test("are in force from the start, and untouched ones cause no event", () => {
    write("a", "1");
    write("b", "2");
    const files = watch();
    files.reload();
    write("b", "2");
    files.reload();
    expect(files.current).toBe("1+2");
    expect(events).toEqual([]);
  });

  test("come into force together when one of them changes, by a write, a rename or a link", () => {
    write("a", "1");
    write("b", "2");
    const files = watch();
    write("a", "3");
    files.reload();
    expect(files.current).toBe("3+2");
    write("b.new", "4");
    renameSync(path("b.new"), path("b"));
    files.reload();
    expect(files.current).toBe("3+4");
    write("elsewhere", "5");
    unlinkSync(path("a"));
    symlinkSync("elsewhere", path("a"));
    files.reload();
    expect(files.current).toBe("5+4");
    expect(events).toEqual(Array.from({ length: 3 }, () => ({ subject: "the pair", error: undefined })));
  });

  test("that are broken leave the old content in force and are reported once for each failure", () => {
    write("a", "1");
    write("b", "2");
    const files = watch();
    write("a", "bad");
    for (let at = 0; at < 3; at += 1) expect(files.reload()?.message).toBe("refused bad+2");
    expect(files.current).toBe("1+2");
    expect(events.map(({ error }) => error?.message)).toEqual(["refused bad+2"]);
    unlinkSync(path("a"));
    for (let at = 0; at < 3; at += 1) files.reload();
    expect(events.at(-1)?.error?.message).toBe(`${path("a")}: cannot be read (ENOENT); name a readable file`);
    expect(events).toHaveLength(2);
  });

  test("that are put back as they were are reported as usable again", () => {
    write("a", "1");
    write("b", "2");
    const files = watch();
    write("a", "bad");
    files.reload();
    write("a", "1");
    expect(files.reload()).toBeUndefined();
    expect(files.reload()).toBeUndefined();
    expect(events.map(({ error }) => error?.message)).toEqual(["refused bad+2", undefined]);
    expect(files.current).toBe("1+2");
  });

  test("must be usable at the start", () => {
    write("a", "1");
    expect(watch).toThrow(/b: cannot be read \(ENOENT\)/);
    write("b", "bad");
    expect(watch).toThrow("refused 1+bad");
  });

  test("with a flaw are in force without it, and the flaw is reported once; at the start it is an error", () => {
    write("a", "1");
    write("b", "2");
    const files = watch();
    write("a", "flaw");
    for (let at = 0; at < 3; at += 1) expect(files.reload()).toBeInstanceOf(PartlyInForce);
    expect(files.current).toBe("flaw+2");
    expect(events.map(({ error }) => error?.message)).toEqual(["flaw in flaw+2"]);
    write("a", "bad");
    files.reload();
    expect(files.current).toBe("flaw+2");
    write("a", "flaw");
    expect(files.reload()).toBeInstanceOf(PartlyInForce);
    write("a", "1");
    expect(files.reload()).toBeUndefined();
    expect(events.map(({ error }) => error?.message)).toEqual([
      "flaw in flaw+2",
      "refused bad+2",
      "flaw in flaw+2",
      undefined,
    ]);
    write("a", "flaw");
    expect(watch).toThrow("flaw in flaw+2");
  });

  test("are read through the links and modes of a Kubernetes secret", () => {
    mkdirSync(path("..2026"), { mode: 0o755 });
    write("..2026/a", "1");
    chmodSync(path("..2026/a"), 0o440);
    symlinkSync("..2026", path("..data"));
    symlinkSync("..data/a", path("a"));
    write("b", "2");
    const files = watch();
    expect(files.current).toBe("1+2");
    mkdirSync(path("..2027"));
    write("..2027/a", "3");
    chmodSync(path("..2027/a"), 0o644);
    symlinkSync("..2027", path("..new"));
    renameSync(path("..new"), path("..data"));
    expect(files.reload()).toBeUndefined();
    expect(files.current).toBe("3+2");
  });

  test.for<[string, () => void, RegExp]>([
    [
      "every user may write",
      () => chmodSync(path("a"), 0o646),
      /a: may be written by every user, so it is not/,
    ],
    ["is a fifo", () => replaceWith(() => execFileSync("mkfifo", [path("a")])), /a: is not a regular file/],
    ["is a directory", () => replaceWith(() => mkdirSync(path("a"))), /a: is not a regular file/],
    [
      "is the endless device",
      () => replaceWith(() => symlinkSync("/dev/zero", path("a"))),
      /a: is not a regular file/,
    ],
    ["is too large", () => write("a", "x".repeat(1024 * 1024 + 1)), /a: is larger than 1 MiB/],
  ])("of which one %s are not read", ([, make, says]) => {
    write("a", "1");
    write("b", "2");
    const files = watch();
    make();
    expect(files.reload()?.message).toMatch(says);
    expect(files.current).toBe("1+2");
  });
});

function replaceWith(make: () => unknown): void {
  unlinkSync(path("a"));
  make();
}
