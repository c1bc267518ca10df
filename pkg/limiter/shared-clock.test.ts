import { describe, expect, it } from "vitest";
import { SharedClock } from "./shared-clock.ts";

describe("the clock that instances share", () => {
  it("is known as well as the quickest answer says, whatever delayed the others", () => {
    const clock = new SharedClock();
    const offset = 5_000_000;
    // Way there, way back: a busy machine delays either.
    for (const [at, there, back] of [
      [0, 1, 100],
      [1000, 80, 2],
      [2000, 1, 1],
      [3000, 300, 0],
      [4000, 0, 300],
    ] as const) {
      clock.learn(at + there + offset, at, at + there + back);
    }
    expect(Math.abs(clock.offsetMs - offset)).toBeLessThanOrEqual(2.5);
  });

  it("follows a clock that drifts", () => {
    const clock = new SharedClock();
    for (let at = 0; at <= 600_000; at += 1000) clock.learn(at * 1.0004 + 7, at - 5, at + 5);
    expect(Math.abs(clock.offsetMs - (600_000 * 0.0004 + 7))).toBeLessThanOrEqual(5);
  });

  it.for([3_600_000, -3_600_000, 40])("follows at once where it is set by %d ms", (jump) => {
    const clock = new SharedClock();
    clock.learn(1_000_000, 0, 10);
    clock.learn(1_000_000 + 1000 + jump, 1000, 1010);
    expect(Math.abs(clock.offsetMs - (1_000_000 + jump))).toBeLessThanOrEqual(10);
  });

  it("is nothing before the first answer", () => {
    expect(new SharedClock().offsetMs).toBe(0);
  });
});
