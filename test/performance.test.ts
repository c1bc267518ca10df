import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { drawChart } from "./bench/table/chart.ts";
import { DOCUMENT, performanceFiles } from "./bench/table/docs.ts";
import { RAW_FILE, type Raw, readRaw } from "./bench/table/raw.ts";
import { tableRows } from "./bench/table/rows.ts";

const size = { users: 600, groups: 0, memberships: 0 };

const raw = (runs: Raw["runs"]): Raw => ({
  date: "2026-01-01",
  machine: "2 cores",
  load: "0",
  commit: "0000000",
  command: "none",
  sizes: [size],
  rates: [5],
  latencies: [200],
  runs,
});

describe("docs/performance.md", () => {
  test("has the tables and charts that its figures give (node test/bench/table/docs.ts --write)", () => {
    const files = performanceFiles(readFileSync(DOCUMENT, "utf8"), readRaw(RAW_FILE));
    for (const [file, content] of files)
      expect({ file, content: readFileSync(file, "utf8") }).toEqual({ file, content });
    const drawn = [...files.keys()].flatMap((file) => /performance\/(.+\.svg)$/.exec(file)?.[1] ?? []);
    expect(readdirSync("docs/performance").sort()).toEqual(drawn.sort());
    for (const name of drawn) expect(files.get(DOCUMENT)).toContain(`(performance/${name})`);
  });
});

describe("a row of the table", () => {
  test("takes the seconds of a run that ended, and says that they are measured", () => {
    const whole = { way: "paginator, Python", ...size, rate: 5, latencyMs: 200, seconds: 2.5, isWhole: true };
    const row = tableRows(raw([whole])).find(({ rate }) => rate === 5);
    expect(row?.seconds).toEqual({ value: 2.5, isMeasured: true });
  });

  test("calculates the seconds from the speed of a part, and says so", () => {
    const steady = { callsPerSecond: 4, userPagesPerSecond: 4 };
    const part = {
      way: "paginator, Python",
      ...size,
      groups: 5,
      rate: 5,
      latencyMs: 200,
      isWhole: false,
      steady,
    };
    const row = tableRows(raw([part])).find(({ rate }) => rate === 5);
    // Ten pages of users and one of groups.
    expect(row?.calls).toEqual({ value: 11, isMeasured: false });
    expect(row?.seconds).toEqual({ value: 2.75, isMeasured: false });
    expect(row?.usedPercent).toBe(80);
  });

  test("lets the one cursor of the users go on alone, where the members are read before", () => {
    const pool = { users: 6000, groups: 1, memberships: 600 };
    const run = { way: "connector sync", latencyMs: 200, rate: 5, isWhole: false };
    const mixed = { ...run, ...pool, steady: { callsPerSecond: 5, userPagesPerSecond: 2.5 } };
    const alone = {
      ...run,
      ...pool,
      groups: 0,
      memberships: 0,
      steady: { callsPerSecond: 4, userPagesPerSecond: 4 },
    };
    const row = tableRows({ ...raw([mixed, alone]), sizes: [pool] }).find(({ rate }) => rate === 5);
    // Ten pages of members and one of groups beside 11 of users take 4.4 s; 89 of users are left.
    expect(row?.seconds).toEqual({ value: 4.4 + 89 / 4, isMeasured: false });
  });

  test("says when a program gave up, and gives it no seconds", () => {
    const failed = { way: "paginator, Python", ...size, rate: 5, latencyMs: 200, failedAfter: 7 };
    const row = tableRows(raw([failed])).find(({ rate }) => rate === 5);
    expect(row?.seconds).toBe("fails after 7 calls");
    expect(row?.usedPercent).toBeUndefined();
  });
});

test("a chart cuts a bar that is longer than its end, and says so", () => {
  const bar = { series: 0, isMeasured: true };
  const bars = [
    { ...bar, value: 10, text: "10 h" },
    { ...bar, value: 900, text: "900 h" },
  ];
  const chart = drawChart({
    title: "t",
    unit: "h",
    series: ["one"],
    cutAt: 10,
    groups: [{ name: "x", bars }],
  });
  expect([...chart.matchAll(/class="s0" x="200" y="\d+" width="500\.0"/g)]).toHaveLength(2);
  expect(chart).toContain(">10 h<");
  expect(chart).toContain(">900 h (cut)<");
});

test("a chart draws calculated bars pale, escapes its texts, and has colours for a dark background", () => {
  const chart = drawChart({
    title: "a < b",
    unit: "seconds",
    series: ["one"],
    groups: [{ name: "x & y", bars: [{ series: 0, value: 2, text: "~2 s", isMeasured: false }] }],
  });
  expect(chart).toContain('class="s0 calculated"');
  expect(chart).toContain("a &lt; b");
  expect(chart).toContain("x &amp; y");
  expect(chart).toContain("prefers-color-scheme: dark");
});
