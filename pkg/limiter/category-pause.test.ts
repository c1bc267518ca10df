import { describe, expect, it } from "vitest";
import { CategoryPause } from "./category-pause.ts";

describe("a pause that somebody else asks for", () => {
  it("ends when it says, and after a minute at the latest", () => {
    const short = new CategoryPause();
    short.until(5000, 1000);
    expect(short.endsAt).toBe(6000);
    const long = new CategoryPause();
    long.until(86_400_000, 0);
    expect(long.endsAt).toBe(60_000);
  });

  it("becomes longer where somebody asks for more while it runs, up to a minute from its begin", () => {
    const pause = new CategoryPause();
    pause.until(5000, 1000);
    pause.until(20_000, 3000);
    expect(pause.endsAt).toBe(23_000);
    pause.until(1000, 4000);
    expect(pause.endsAt).toBe(23_000);
    pause.until(100_000, 22_000);
    expect(pause.endsAt).toBe(61_000);
    pause.until(5000, 120_999);
    expect(pause.endsAt).toBe(61_000);
    pause.until(5000, 121_000);
    expect(pause.endsAt).toBe(126_000);
  });

  it("is at most half of all time, however often it is asked for", () => {
    const pause = new CategoryPause();
    let stopped = 0;
    for (let now = 0; now < 600_000; now += 1000) {
      pause.until(Number.POSITIVE_INFINITY, now);
      if (pause.endsAt > now) stopped += 1;
    }
    expect(stopped).toBe(300);
  });

  it.for([0, -1, Number.NaN])("does not begin for %d ms", (ms) => {
    const pause = new CategoryPause();
    pause.until(ms, 100);
    expect(pause.endsAt).toBe(Number.NEGATIVE_INFINITY);
  });
});
