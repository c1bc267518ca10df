import { expect, test } from "vitest";
import { periodName, periodsBetween } from "./periods.ts";

const at = (text: string) => new Date(`${text}Z`);

test.for([
  ["2026-11-01T10:00:00", "2026-11-03T02:00:00", "day", ["1 Nov", "2 Nov", "3 Nov"]],
  ["2026-11-05T10:00:00", "2026-11-05T10:00:00", "day", ["5 Nov"]],
  [
    "2026-10-01T00:00:00",
    "2026-11-10T00:00:00",
    "week",
    ["28 Sep", "5 Oct", "12 Oct", "19 Oct", "26 Oct", "2 Nov", "9 Nov"],
  ],
  [
    "2026-01-31T23:00:00",
    "2026-09-01T00:00:00",
    "month",
    [
      "Jan 2026",
      "Feb 2026",
      "Mar 2026",
      "Apr 2026",
      "May 2026",
      "Jun 2026",
      "Jul 2026",
      "Aug 2026",
      "Sep 2026",
    ],
  ],
  ["2022-06-01T00:00:00", "2026-01-01T00:00:00", "year", ["2022", "2023", "2024", "2025", "2026"]],
] as const)("from %s to %s goes in periods of a %s", ([since, until, name, labels]) => {
  const periods = periodsBetween(at(since), at(until));
  expect(periodName(at(since), at(until))).toBe(name);
  expect(periods.map(({ label }) => label)).toEqual(labels);
  for (const [i, { to }] of periods.entries()) expect(periods[i + 1]?.from ?? to).toEqual(to);
  expect(periods[0]?.from.getTime()).toBeLessThanOrEqual(at(since).getTime());
  expect(periods.at(-1)?.to.getTime()).toBeGreaterThan(at(until).getTime());
});
