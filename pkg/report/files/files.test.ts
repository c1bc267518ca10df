import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { PAGE_BEGIN } from "../html/document.ts";
import { createCsvFiles } from "./csv-files.ts";
import { ABOUT_BEGIN, folderPlace, pagePlace, temporaryBeside } from "./places.ts";
import { createTextFile } from "./text-file.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "review-files-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (...names: readonly string[]) => join(folder, ...names);

describe("the place of a page", () => {
  test("is a new file, or a page of an earlier report", () => {
    expect(pagePlace(at("new.html"))).toBe(at("new.html"));
    writeFileSync(at("old.html"), `${PAGE_BEGIN}<head>`);
    expect(pagePlace(at("old.html"))).toBe(at("old.html"));
  });

  test("behind a link is the file that the link names", () => {
    mkdirSync(at("deep"));
    writeFileSync(at("deep", "old.html"), PAGE_BEGIN);
    symlinkSync(at("deep", "old.html"), at("link.html"));
    expect(pagePlace(at("link.html"))).toBe(at("deep", "old.html"));
  });

  test.for([
    [
      "a file of somebody else",
      () => writeFileSync(at("x"), "<!doctype html>"),
      "is not a report of the connector; name another file",
    ],
    ["an empty file", () => writeFileSync(at("x"), ""), "is not a report of the connector"],
    ["a directory", () => mkdirSync(at("x")), "that is not a file; name a file, such as review.html"],
    ["a link to nowhere", () => symlinkSync(at("gone"), at("x")), "its directory does not exist"],
    ["a link to itself", () => symlinkSync(at("x"), at("x")), "its symbolic links form a loop"],
  ] as const)("cannot be %s, which stays as it is", ([, make, message]) => {
    make();
    const before = readdirSync(folder);
    expect(() => pagePlace(at("x"))).toThrow(message);
    expect(readdirSync(folder)).toEqual(before);
  });

  test("needs its directory", () => {
    expect(() => pagePlace(at("gone", "x.html"))).toThrow("its directory does not exist; create it");
    expect(() => pagePlace("/dev/null")).toThrow("that is not a file");
    expect(() => pagePlace(at("a\0b"))).toThrow("a path cannot hold a NUL character");
  });
});

describe("the place of CSV files", () => {
  const writeOld = (changed?: string) => {
    mkdirSync(at("old"));
    writeFileSync(at("old", "memberships.csv"), "a");
    writeFileSync(at("old", "about.csv"), ABOUT_BEGIN);
    const then = new Date("2026-11-01T00:00:00.000Z");
    for (const name of ["memberships.csv", "about.csv"]) utimesSync(at("old", name), then, then);
    if (changed !== undefined) writeFileSync(at("old", changed), "decided");
  };

  test("is a new folder, an empty one, or the folder of an earlier report", () => {
    mkdirSync(at("empty"));
    writeOld();
    expect([at("new"), at("empty"), at("old")].map(folderPlace)).toEqual([at("new"), at("empty"), at("old")]);
  });

  test.for(["memberships.csv", "notes.txt"])("keeps %s that a reviewer has written", (name) => {
    writeOld(name);
    expect(() => folderPlace(at("old"))).toThrow(
      `"${name}" in it was changed or added after the report was written; move the folder away, or remove it`,
    );
  });

  test("says that an earlier version may have written it, where nothing shows that it is unchanged", () => {
    writeOld();
    const earlier = new Date("2026-10-31T23:59:59.000Z");
    utimesSync(at("old", "memberships.csv"), earlier, earlier);
    expect(() => folderPlace(at("old"))).toThrow(
      '"memberships.csv" in it was changed or added after the report was written, or an earlier version wrote the folder; move the folder away, or remove it',
    );
  });

  test("cannot be a file, or a folder of somebody else", () => {
    writeFileSync(at("file"), "");
    mkdirSync(at("other"));
    writeFileSync(at("other", "about.csv"), "mine");
    expect(() => folderPlace(at("file"))).toThrow("that is not a folder for CSV files");
    expect(() => folderPlace(at("other"))).toThrow(
      "that folder has files that are not of a report; name another folder",
    );
  });
});

describe("a name for the time of writing", () => {
  test("removes what a killed report left an hour ago, and nothing else", () => {
    const left = [
      ".r.html.0123456789ab.tmp",
      ".r.html.ffffffffffff.tmp",
      ".r.html.mine.tmp",
      ".q.html.0123456789ab.tmp",
    ];
    for (const name of left) writeFileSync(at(name), "");
    const now = Date.now();
    for (const name of left.slice(1))
      utimesSync(at(name), (now - 7_200_000) / 1000, (now - 7_200_000) / 1000);
    expect(temporaryBeside(at("r.html"), now)).toMatch(/\/\.r\.html\.[0-9a-f]{12}\.tmp$/);
    expect(new Set(readdirSync(folder))).toEqual(new Set([left[0], left[2], left[3]]));
  });
});

describe("CSV files", () => {
  const open = () => createCsvFiles(at("out"), "out", Date.now());

  test("are there together at the end, and not before", async () => {
    const files = open();
    const csv = await files.create("a.csv", ["x", "y"]);
    await csv.write(["=1", null]);
    await csv.write([true, 2]);
    await csv.end();
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^\.out\.[0-9a-f]{12}\.tmp$/)]);
    expect([files.count, files.has("a.csv"), files.has("b.csv")]).toEqual([1, true, false]);
    await files.publish([["pool_id", "p"]]);
    expect(readdirSync(folder)).toEqual(["out"]);
    // Excel takes a file without the mark for one in the code page of the machine.
    expect(readFileSync(at("out", "a.csv"), "utf8")).toBe("\ufeffx,y\r\n'=1,\r\ntrue,2\r\n");
    expect(readFileSync(at("out", "about.csv"), "utf8")).toBe(`\ufeff${ABOUT_BEGIN}pool_id,p\r\n`);
    expect(folderPlace(at("out"))).toBe(at("out"));
  });

  test("take the place of an older folder with all its files", async () => {
    const first = open();
    await (await first.create("old.csv", ["x"])).end();
    await first.publish([]);
    const second = open();
    await (await second.create("new.csv", ["x"])).end();
    await second.publish([]);
    expect(readdirSync(at("out")).sort()).toEqual(["about.csv", "new.csv"]);
    expect(readdirSync(folder)).toEqual(["out"]);
  });

  test("that are not needed leave no folder, nor an older one", async () => {
    const first = open();
    await (await first.create("old.csv", ["x"])).end();
    await first.publish([]);
    await open().publish([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("that are discarded leave nothing, and the older folder", async () => {
    const first = open();
    await (await first.create("old.csv", ["x"])).end();
    await first.publish([]);
    const second = open();
    await second.create("new.csv", ["x"]);
    await second.discard();
    expect(readdirSync(folder)).toEqual(["out"]);
    expect(readdirSync(at("out")).sort()).toEqual(["about.csv", "old.csv"]);
  });
});

describe("a reviewer who writes into the folder of an older report", () => {
  const written = async () => {
    const files = createCsvFiles(at("out"), "out", Date.now());
    await (await files.create("memberships.csv", ["x"])).end();
    await (await files.create("summary.csv", ["x"])).end();
    await files.publish([["pool_id", "p"]]);
  };
  const decide = () => writeFileSync(at("out", "memberships.csv"), "keep");

  test("loses nothing where all files were saved, the one about the report last", async () => {
    await written();
    decide();
    writeFileSync(at("out", "about.csv"), readFileSync(at("out", "about.csv")));
    const later = new Date(Date.now() + 60_000);
    utimesSync(at("out", "about.csv"), later, later);
    expect(() => folderPlace(at("out"))).toThrow("was changed or added after the report was written");
  });

  test("loses nothing while the next report is written", async () => {
    await written();
    const next = createCsvFiles(at("out"), "out", Date.now());
    await (await next.create("memberships.csv", ["x"])).end();
    decide();
    const later = new Date(Date.now() + 60_000);
    utimesSync(at("out", "memberships.csv"), later, later);
    await expect(next.publish([])).rejects.toThrow('"memberships.csv" in it was changed or added');
    await next.discard();
    expect(readFileSync(at("out", "memberships.csv"), "utf8")).toBe("keep");
    expect(readdirSync(folder)).toEqual(["out"]);
  });

  test("loses nothing where the next report needs no folder", async () => {
    await written();
    const next = createCsvFiles(at("out"), "out", Date.now());
    writeFileSync(at("out", "notes.txt"), "mine");
    await expect(next.publish([])).rejects.toThrow('"notes.txt" in it was changed or added');
    expect(readFileSync(at("out", "notes.txt"), "utf8")).toBe("mine");
  });

  test("and has changed nothing leaves it to the next report", async () => {
    await written();
    expect(folderPlace(at("out"))).toBe(at("out"));
    await written();
    expect(readdirSync(folder)).toEqual(["out"]);
  });
});

test("a file that cannot be created is one line with the cure", async () => {
  await expect(createTextFile(at("gone", "x"), "review.html")).rejects.toThrow(
    'cannot write "review.html": its directory does not exist; create it, or name another place',
  );
});
