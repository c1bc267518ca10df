import { describe, expect, test } from "vitest";
import { formatInterval, parseInterval, parseTime } from "./times.ts";

describe("an interval", () => {
  test.for([
    ["1m", 60_000, "1m"],
    ["60s", 60_000, "1m"],
    ["30m", 1_800_000, "30m"],
    ["1h", 3_600_000, "1h"],
    ["24h", 86_400_000, "24h"],
    ["1d", 86_400_000, "24h"],
    ["1h30m", 5_400_000, "1h30m"],
    ["1d1h1m1s", 90_061_000, "25h1m1s"],
    ["7d", 604_800_000, "168h"],
  ] as const)("%s is %d ms, shown as %s", ([given, value, shown]) => {
    expect(parseInterval(given)).toEqual({ value });
    expect(formatInterval(value)).toBe(shown);
    expect(parseInterval(shown)).toEqual({ value });
  });

  test.for([
    "59s",
    "0h",
    "7d1s",
    "169h",
    "30",
    "m",
    "1.5h",
    "-1h",
    "1h 30m",
    "30m1h",
    "1H",
    "1w",
    "h",
    "1e9m",
  ])("is not %s", (given) => {
    expect(parseInterval(given)).toEqual({
      problem: "must be a duration from 1m to 7d, such as 30m, 1h or 24h",
    });
  });
});

describe("a time", () => {
  test.for([
    ["2026-11-21T18:00:00Z", "2026-11-21T18:00:00.000Z"],
    ["2026-11-21t18:00:00.25z", "2026-11-21T18:00:00.250Z"],
    ["2026-11-21T18:00:00+01:30", "2026-11-21T16:30:00.000Z"],
    ["2028-02-29T23:59:59-00:00", "2028-02-29T23:59:59.000Z"],
  ] as const)("%s is %s", ([given, iso]) => {
    expect(parseTime(given)).toEqual({ value: Date.parse(iso) });
  });

  test.for([
    "2026-11-21",
    "2026-11-21T18:00:00",
    "2026-11-21 18:00:00Z",
    "2026-02-30T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-11-21T25:00:00Z",
    "1795284000",
    "tomorrow",
  ])("is not %s", (given) => {
    expect(parseTime(given)).toEqual({
      problem: "must be a time as in RFC 3339, such as 2026-11-21T18:00:00Z",
    });
  });
});
