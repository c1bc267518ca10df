import { describe, expect, it } from "vitest";
import { AdaptiveRate } from "./adaptive-rate.ts";

function cutAt(rate: AdaptiveRate, now: number): boolean {
  const cut = rate.throttled(now);
  rate.turnGranted();
  return cut;
}

describe("AdaptiveRate", () => {
  it("LIMITER-6: halves in whole tenths, down to a sixteenth and no further", () => {
    const rate = new AdaptiveRate(5);
    const seen: number[] = [];
    for (let cut = 1; cut <= 6; cut += 1) {
      cutAt(rate, cut * 3000);
      seen.push(rate.perSecond);
    }
    expect(seen).toEqual([2.5, 1.2, 0.6, 0.3, 0.3, 0.3]);
    expect(rate.throttles).toBe(6);
  });

  it("LIMITER-6: never goes below one turn in five seconds, nor above a set rate that is lower", () => {
    const slow = new AdaptiveRate(0.5);
    cutAt(slow, 0);
    cutAt(slow, 3000);
    expect(slow.perSecond).toBe(0.2);
    const slower = new AdaptiveRate(0.1);
    expect(cutAt(slower, 0)).toBe(false);
    expect(slower.perSecond).toBe(0.1);
  });

  it("LIMITER-6: counts the throttles of one burst once", () => {
    const rate = new AdaptiveRate(8);
    expect(rate.throttled(1000)).toBe(true);
    rate.turnGranted();
    for (const now of [1001, 1400, 2999]) expect(rate.throttled(now)).toBe(false);
    expect(rate.perSecond).toBe(4);
    expect(rate.throttled(3000)).toBe(true);
    expect(rate.perSecond).toBe(2);
    expect(rate.throttles).toBe(5);
  });

  it("LIMITER-6: does not count a throttle as a new one before a turn was given at the new rate", () => {
    const rate = new AdaptiveRate(5);
    rate.throttled(0);
    expect(rate.throttled(60_000)).toBe(false);
    rate.turnGranted();
    expect(rate.throttled(60_001)).toBe(true);
  });

  it("LIMITER-6: recovers by a tenth of the set rate every five quiet seconds, to the set rate and not above", () => {
    const rate = new AdaptiveRate(5);
    cutAt(rate, 0);
    expect(rate.recovered(4999)).toBe(false);
    expect(rate.recovered(5000)).toBe(true);
    expect(rate.perSecond).toBe(3);
    expect(rate.recovered(9000)).toBe(false);
    expect(rate.recovered(15_000)).toBe(true);
    expect(rate.perSecond).toBe(4);
    expect(rate.recovered(3_600_000)).toBe(true);
    expect(rate.perSecond).toBe(5);
    expect(rate.recovered(7_200_000)).toBe(false);
  });

  it("LIMITER-6: a throttle that counts for nothing else still breaks the quiet", () => {
    const rate = new AdaptiveRate(5);
    cutAt(rate, 0);
    rate.throttled(1500);
    expect(rate.recovered(5000)).toBe(false);
    expect(rate.recovered(6500)).toBe(true);
  });
});
