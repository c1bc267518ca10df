import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { paceOf } from "./pace.ts";

describe("paceOf", () => {
  test.for([
    [5, 5, 201.6, 1],
    [30, 30, 33.6, 1],
    [120, 120, 8.4, 4],
    [0.25, 0.2, 5040, 1],
    [0.05, 0.05, 20_160, 1],
    [0.29, 0.2, 5040, 1],
    [2.9, 2.9, 347.586, 1],
    [100_000, 100_000, 0.01008, 2977],
  ] as const)(
    "LIMITER-1: %d per second is held as %d, a turn every %d ms, %d to a slot",
    ([rate, held, turnMs, slotTurns]) => {
      const pace = paceOf(rate);
      expect(pace.perSecond).toBeCloseTo(held, 9);
      expect(pace.turnMs).toBeCloseTo(turnMs, 3);
      expect(pace.slotTurns).toBe(slotTurns);
    },
  );

  it("LIMITER-1, LIMITER-2: keeps every window wider than promised and wide enough for an even pace", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 100_000, noNaN: true }), (rate) => {
        const { turnMs, slotMs, slotTurns, limits } = paceOf(rate);
        const [short, second, long] = limits;
        expect(short?.lengthMs).toBeLessThan(slotMs);
        expect(second?.turns).toBe(Math.ceil(rate - 1e-9) + 1);
        expect(second?.lengthMs).toBeGreaterThan(1000);
        expect(long?.turns).toBeLessThanOrEqual(rate * 10 + 1e-6);
        expect(long?.lengthMs).toBeGreaterThan(10_000);
        for (const { turns, lengthMs } of limits) expect(lengthMs).toBeLessThan(turns * turnMs);
        expect(slotTurns * turnMs).toBeGreaterThanOrEqual(30 - 1e-6);
      }),
    );
  });
});
