import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createCsvFiles } from "./csv-files.ts";
import { replaceFolder } from "./replace-folder.ts";

const HOUR_MS = 3_600_000;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "review-replace-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (...names: readonly string[]) => join(folder, ...names);

async function report(afterMs = 0): Promise<void> {
  const files = createCsvFiles(at("out"), "out", Date.now() + afterMs);
  await (await files.create("memberships.csv", ["x"])).end();
  await files.publish([["pool_id", "p"]]);
}

/** A report of a month ago, with a decision of today. */
async function decided(): Promise<void> {
  await report();
  writeFileSync(at("out", "memberships.csv"), "keep");
  const later = new Date(Date.now() + 60_000);
  utimesSync(at("out", "memberships.csv"), later, later);
  const before = new Date(Date.now() - 30 * 24 * HOUR_MS);
  utimesSync(at("out"), before, before);
}

test("decisions outlive a report that cannot move them back, and the reports after it", async () => {
  await decided();
  let aside = "";
  const failed: unknown = await replaceFolder(undefined, at("out"), "out", async (from, to) => {
    await rename(from, to);
    if (aside === "") {
      aside = to;
      // Another report takes the place.
      await report();
    }
  }).catch((error: unknown) => error);
  for (const afterMs of [0, 2 * HOUR_MS]) {
    await report(afterMs);
    expect(readFileSync(join(aside, "memberships.csv"), "utf8")).toBe("keep");
  }
  expect(failed).toMatchObject({
    message: expect.stringMatching(/; the older folder is "\.out\.[0-9a-f]{12}\.old" now, beside it$/),
  });
});

test("an older folder that nobody has changed does not outlive a report of an hour later", async () => {
  await report();
  cpSync(at("out"), at(".out.0123456789ab.old"), { recursive: true, preserveTimestamps: true });
  await report();
  expect(readdirSync(folder)).toEqual([".out.0123456789ab.old", "out"]);
  await report(2 * HOUR_MS);
  expect(readdirSync(folder)).toEqual(["out"]);
});
