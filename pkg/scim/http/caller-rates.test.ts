import { describe, expect, test } from "vitest";
import { createCallerRates } from "./caller-rates.ts";

function stage(perSecond: number) {
  let nowMs = 0;
  const rates = createCallerRates(perSecond, () => nowMs);
  return {
    take: (caller: string) => rates.take(caller),
    later: (ms: number): void => {
      nowMs += ms;
    },
    takeAll: (caller: string): number => {
      let taken = 0;
      while (rates.take(caller) === 0) taken += 1;
      return taken;
    },
  };
}

describe("the rate of a caller", () => {
  test("allows two seconds' worth at once, then so many a second", () => {
    const { takeAll, later } = stage(50);
    expect(takeAll("a")).toBe(100);
    later(1000);
    expect(takeAll("a")).toBe(50);
    later(3_600_000);
    expect(takeAll("a")).toBe(100);
  });

  test("says how long the caller has to wait, and does not count what it refuses", () => {
    const { take, takeAll, later } = stage(2);
    takeAll("a");
    expect(take("a")).toBe(500);
    for (let at = 0; at < 1000; at += 1) take("a");
    later(500);
    expect(take("a")).toBe(0);
    expect(take("a")).toBe(500);
  });

  test("is the caller's own, also after the full ones were forgotten", () => {
    const { take, takeAll, later } = stage(1);
    for (let at = 0; at < 1000; at += 1) expect(take(`caller ${at}`)).toBe(0);
    takeAll("a");
    expect(take("b")).toBe(0);
    later(60_001);
    expect(takeAll("a")).toBe(2);
    expect(takeAll("caller 1")).toBe(2);
    expect(take("a")).toBe(1000);
  });
});
