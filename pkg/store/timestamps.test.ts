import { describe, expect, test } from "vitest";
import { parseTimestamp, timestampText } from "./timestamps.ts";

describe("timestampText", () => {
  test.for([
    ["2026-11-21T12:50:11.291Z", "2026-11-21 12:50:11.291"],
    ["2026-11-21T12:50:11.290Z", "2026-11-21 12:50:11.29"],
    ["2026-11-21T12:50:11.200Z", "2026-11-21 12:50:11.2"],
    ["2026-11-21T12:50:10.000Z", "2026-11-21 12:50:10"],
    ["2026-11-20T00:00:00.000Z", "2026-11-20 00:00:00"],
    ["2026-01-01T00:00:00.001Z", "2026-01-01 00:00:00.001"],
  ] as const)("%s is written %s", ([moment, text]) => {
    expect(timestampText(Date.parse(moment))).toBe(text);
    expect(parseTimestamp(text)).toBe(Date.parse(moment));
  });
});

describe("parseTimestamp", () => {
  test.for([
    ["2026-11-21 12:50:11.323771955", "2026-11-21T12:50:11.323Z"],
    ["2026-11-21 12:50:11.05", "2026-11-21T12:50:11.050Z"],
    ["2026-11-21T12:50:11Z", "2026-11-21T12:50:11.000Z"],
  ] as const)("reads what other writers write: %s", ([text, moment]) => {
    expect(parseTimestamp(text)).toBe(Date.parse(moment));
  });

  test.for(["", "yesterday", "2026-11-21", "2026-13-21 12:50:11", "2026-11-21 12:50:11.1234567890"])(
    "%j is no time",
    (text) => {
      expect(parseTimestamp(text)).toBeNaN();
    },
  );
});
