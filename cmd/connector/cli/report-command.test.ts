import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createInventoryFixture, OTHER_POOL, POOL } from "../../../test/support/inventory-fixture.ts";
import { createReviewInventory, REVIEW_POOL } from "../../../test/support/review-inventory.ts";
import { run } from "../run.ts";
import { memoryContext } from "../testing.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "report-command-"));
/** Not beside the pages: SQLite leaves files of its own next to a database that was only read. */
const pools = join(folder, "pools");
const NOW = Date.UTC(2026, 9, 23);

beforeAll(() => {
  mkdirSync(pools);
  createInventoryFixture(join(pools, "pool.db"));
  createReviewInventory(join(pools, "large.db"), {
    people: Array.from({ length: 600 }, (_, i) => ({ username: `p${i}` })),
    groups: [{ name: "all", members: Array.from({ length: 600 }, (_, i) => i) }],
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

async function report(args: readonly string[], signal = new AbortController().signal) {
  const context = memoryContext({ cwd: folder, now: () => NOW, signal });
  const code = await run(["report", ...args], context);
  return { code, stdout: context.stdout.text(), stderr: context.stderr.text() };
}

const INVENTORY = `--inventory=${join(pools, "pool.db")}`;
const LARGE = `--inventory=${join(pools, "large.db")}`;
const IN_POOL = [INVENTORY, `--user-pool-id=${POOL}`];
const page = (name: string) => readFileSync(join(folder, name), "utf8");

describe("connector report", () => {
  test("writes a page for this user alone, and says of which pool and state", async () => {
    const { code, stdout, stderr } = await report(["-o", "review.html", ...IN_POOL]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(
      /^Wrote review\.html \(\d+ KiB\): eu-west-1_Fixture1 as of 2026-10-22T02:05:00\.000Z\n$/,
    );
    expect(statSync(join(folder, "review.html")).mode & 0o777).toBe(0o600);
    expect(page("review.html")).toContain("Changes since 25 Jul 2026");
  });

  test("has the changes since a time", async () => {
    expect((await report(["-o", "since.html", "--since", "2d", ...IN_POOL])).code).toBe(0);
    expect(page("since.html")).toContain("Changes since 21 Oct 2026");
  });

  test("replaces the page of an earlier report", async () => {
    await report(["-o", "again.html", "--since", "1d", ...IN_POOL]);
    expect((await report(["-o", "again.html", "--since", "5d", ...IN_POOL])).code).toBe(0);
    expect(page("again.html")).toContain("Changes since 18 Oct 2026");
  });

  test("writes the same as CSV files", async () => {
    const { code, stdout } = await report(["-o", "review", "--format", "csv", ...IN_POOL]);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `Wrote 14 CSV files to review: ${POOL} as of 2026-10-22T02:05:00.000Z\n`,
    });
    expect(readdirSync(join(folder, "review"))).toHaveLength(14);
  });

  test("says on stderr that lists are in CSV files beside the page", async () => {
    const { code, stderr } = await report(["-o", "large.html", LARGE]);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: `connector: 1 list is longer than the page can show, among them the members of 1 group; all of it is in ${join(folder, "large-files")}\n`,
    });
  });

  test("needs no pool where the inventory has one, and a name where it has several", async () => {
    expect((await report(["-o", "one.html", LARGE])).stdout).toContain(REVIEW_POOL);
    expect(await report(["-o", "several.html", INVENTORY])).toMatchObject({
      code: 2,
      stderr: `connector: the inventory ${join(pools, "pool.db")} holds several pools (${POOL}, ${OTHER_POOL}); name one with --user-pool-id\n`,
    });
  });

  test.for([
    ["no inventory", ["-o", "x.html"], /inventory: missing; give --inventory/],
    ["no such inventory", ["-o", "x.html", "--inventory=gone.db"], /gone\.db/],
    ["no place", IN_POOL, /--out/],
    [
      "a time to come",
      ["-o", "x.html", "--since", "2027-01-01", ...IN_POOL],
      /--since must not be in the future/,
    ],
    ["a wrong time", ["-o", "x.html", "--since", "soon", ...IN_POOL], /--since must be a date/],
    ["another format", ["-o", "x.html", "--format", "pdf", ...IN_POOL], /must be one of html, csv/],
    ["no directory", ["-o", "gone/x.html", ...IN_POOL], /its directory does not exist/],
    ["an unknown pool", ["-o", "x.html", INVENTORY, "--user-pool-id=eu-west-1_Gone12345"], /no complete run/],
  ] as const)("with %s is one line, and writes nothing", async ([, args, message]) => {
    const before = readdirSync(folder);
    const { code, stdout, stderr } = await report(args);
    expect({ stdout, isFailure: code > 0 }).toEqual({ stdout: "", isFailure: true });
    expect(stderr).toMatch(message);
    expect(
      stderr
        .trimEnd()
        .split("\n")
        .filter((line) => line.startsWith("connector:")),
    ).toHaveLength(1);
    expect(readdirSync(folder)).toEqual(before);
  });

  test("does not replace a file of somebody else", async () => {
    writeFileSync(join(folder, "mine.html"), "mine");
    const { code, stderr } = await report(["-o", "mine.html", ...IN_POOL]);
    expect({ code, stderr }).toEqual({
      code: 9,
      stderr: `connector: cannot write ${JSON.stringify(join(folder, "mine.html"))}: that file is not a report of the connector; name another file, or remove it\n`,
    });
    expect(page("mine.html")).toBe("mine");
  });

  test("that is stopped leaves nothing, and the page of before", async () => {
    await report(["-o", "stopped.html", ...IN_POOL]);
    const before = page("stopped.html");
    const { code } = await report(["-o", "stopped.html", ...IN_POOL], AbortSignal.abort());
    expect(code).toBe(1);
    expect(page("stopped.html")).toBe(before);
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});
