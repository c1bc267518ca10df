import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SlidingWindow } from "./sliding-window.ts";

describe("TurnWindow", () => {
  it("opens when the oldest of its turns has left", () => {
    const window = new SlidingWindow({ turns: 2, lengthMs: 1000 });
    window.record(0);
    expect(window.nextAllowedAt(1)).toBe(1);
    window.record(400);
    expect(window.nextAllowedAt(401)).toBe(1000);
    expect(window.nextAllowedAt(1000)).toBe(1000);
    window.record(1000);
    expect(window.nextAllowedAt(1001)).toBe(1400);
  });

  it("keeps counting when its limit is widened", () => {
    const window = new SlidingWindow({ turns: 1, lengthMs: 1000 });
    window.record(0);
    window.widen({ turns: 2, lengthMs: 1000 });
    window.record(1);
    expect(window.nextAllowedAt(2)).toBe(1000);
  });

  it("LIMITER-1: never lets more through than its limit, and delays no turn by more than its resolution", () => {
    const gaps = fc.array(fc.double({ min: 0, max: 30, noNaN: true }), { maxLength: 3000, size: "max" });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 50 }), (steps, turns) => {
        const lengthMs = 100;
        const window = new SlidingWindow({ turns, lengthMs });
        const times: number[] = [];
        const wrong: number[] = [];
        let now = 0;
        for (const step of steps) {
          now += step;
          const within = (ms: number): number => times.filter((time) => time > now - ms).length;
          const open = window.nextAllowedAt(now) === now;
          if (open && within(lengthMs) >= turns) wrong.push(now);
          if (!open && within(lengthMs + lengthMs / 2000) < turns) wrong.push(now);
          if (open) window.record(now);
          if (open) times.push(now);
        }
        expect(wrong).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  it("stays small however many turns it counts", () => {
    const window = new SlidingWindow({ turns: 1_000_000, lengthMs: 10_000 });
    for (let turn = 0; turn < 1_000_000; turn += 1) {
      const now = turn / 100;
      if (window.nextAllowedAt(now) === now) window.record(now);
    }
    expect(window.entries).toBeLessThanOrEqual(2001);
  });
});
