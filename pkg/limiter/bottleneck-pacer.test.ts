import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { createBottleneckPacer } from "./bottleneck-pacer.ts";
import { installVirtualLoop, type VirtualLoop } from "./virtual-loop.fixture.ts";

/** Seconds: a little, an hour, three days, and more than a timer of Node can wait. */
const STEPS = [-1, 1, -3600, 3600, -3 * 86_400, 3 * 86_400, -40 * 86_400, 40 * 86_400] as const;

let loop: VirtualLoop;
beforeEach(() => {
  loop = installVirtualLoop();
});
afterEach(() => {
  loop.uninstall();
});

function pacerOf(periodMs: number) {
  const failures: unknown[] = [];
  const fired: number[] = [];
  const pacer = createBottleneckPacer(periodMs, loop.now, (cause) => failures.push(cause));
  const order = (): void =>
    pacer.slot(
      () => fired.push(Math.round(loop.now() / 10) * 10),
      (cause) => failures.push(cause),
    );
  return { pacer, fired, failures, order };
}

describe("createBottleneckPacer", () => {
  it("fires ordered slots at an even pace that does not drift", async () => {
    const { fired, order } = pacerOf(100);
    for (let slot = 0; slot < 50; slot += 1) order();
    await loop.run(10_000);
    expect(fired).toEqual(Array.from({ length: 50 }, (_, slot) => slot * 100));
  });

  it("has the next slot at once after a pause, and only one of them", async () => {
    const { fired, order } = pacerOf(100);
    order();
    await loop.run(1000);
    order();
    order();
    await loop.run(2000);
    expect(fired).toEqual([0, 1000, 1100]);
  });

  it("LIMITER-6: a new period holds for slots ordered from then on", async () => {
    const { pacer, fired, order } = pacerOf(100);
    for (let slot = 0; slot < 3; slot += 1) order();
    await loop.run(50);
    pacer.setPeriod(500);
    await loop.run(60);
    for (let slot = 0; slot < 3; slot += 1) order();
    await loop.run(5000);
    // The three were dated at the old pace, and so was the first that follows them.
    expect(fired).toEqual([0, 100, 200, 300, 800, 1300]);
  });

  it("does not wait again for the time by which the wall clock was set back", async () => {
    const { fired, order } = pacerOf(1000);
    order();
    await loop.run(500);
    loop.stepWallClock(-3_600_000);
    order();
    order();
    await loop.run(5000);
    expect(fired).toEqual([0, 500, 1500]);
  });

  // Bottleneck dates one slot after the other, a few milliseconds apart, so a step may come between any two of them.
  test.for(STEPS)(
    "goes on at its pace when the wall clock is set by %d s while slots are dated",
    async (step) => {
      for (let atMs = 0; atMs <= 40; atMs += 1) {
        const { pacer, fired, failures, order } = pacerOf(200);
        const startedAt = loop.now();
        for (let slot = 0; slot < 10; slot += 1) order();
        await loop.run(startedAt + atMs);
        loop.stepWallClock(step * 1000);
        await loop.run(startedAt + 3000);
        expect(fired, `after a step at ${atMs} ms`).toHaveLength(10);
        for (let slot = 0; slot < 5; slot += 1) order();
        await loop.run(startedAt + 6000);
        expect(fired, `after a step at ${atMs} ms`).toHaveLength(15);
        expect(failures).toEqual([]);
        void pacer.close();
        await loop.run(loop.now() + 100);
        expect(loop.timers()).toBe(0);
      }
    },
  );

  it("is not hurried by a wall clock that was set forward", async () => {
    const { fired, order } = pacerOf(1000);
    order();
    order();
    await loop.run(500);
    loop.stepWallClock(3_600_000);
    order();
    await loop.run(5000);
    expect(fired).toHaveLength(3);
    expect(fired.slice(0, 1)).toEqual([0]);
  });

  it("LIMITER-7: drops its slots and their timers when it is closed", async () => {
    const { pacer, fired, failures, order } = pacerOf(1000);
    for (let slot = 0; slot < 5; slot += 1) order();
    await loop.run(500);
    expect(loop.timers()).toBeGreaterThan(0);
    const closing = pacer.close();
    await loop.run(510);
    await closing;
    expect(loop.timers()).toBe(0);
    await pacer.close();
    expect(fired).toEqual([0]);
    expect(failures).toEqual([]);
  });

  it("LIMITER-7: also drops the slots of the limiter that a stepped clock made it leave", async () => {
    const { pacer, order } = pacerOf(1000);
    for (let slot = 0; slot < 5; slot += 1) order();
    await loop.run(500);
    loop.stepWallClock(-60_000);
    order();
    await loop.run(510);
    void pacer.close();
    await loop.run(520);
    expect(loop.timers()).toBe(0);
  });

  it("says so when a slot cannot be had", async () => {
    const { pacer, failures } = pacerOf(100);
    const broken = new Error("broken");
    pacer.slot(
      () => {
        throw broken;
      },
      (cause) => failures.push(cause),
    );
    await loop.run(1000);
    expect(failures).toEqual([broken]);
  });
});
