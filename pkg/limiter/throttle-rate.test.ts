import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { systemClocks } from "../core/clock.ts";
import { type Given, openScene, type Scene, statusOf, used } from "./callers.fixture.ts";
import { mostInWindow } from "./virtual-loop.fixture.ts";

let scene: Scene;
beforeEach(() => {
  scene = openScene();
});
afterEach(() => {
  scene.loop.uninstall();
});

describe("LIMITER-1, LIMITER-2: the rate", () => {
  test.for([
    [0.5, 2000],
    [5, 50],
    [5, 2000],
    [30, 50],
    [30, 2000],
    [120, 300],
  ] as const)("%d per second is held and used with calls that last %d ms", async ([rate, latencyMs]) => {
    const throttle = scene.throttleOf({ rates: { UserList: rate } });
    const starts = scene.keepCalling(throttle, Math.ceil(rate * (latencyMs / 1000) * 1.2) + 2, latencyMs);
    await scene.loop.run(60_000);
    expect(mostInWindow(starts, 10_000)).toBeLessThanOrEqual(rate * 10);
    expect(mostInWindow(starts, 1000)).toBeLessThanOrEqual(Math.ceil(rate) + 1);
    expect(used(starts, rate, 0, 60_000)).toBeGreaterThanOrEqual(0.99);
  });

  it("LIMITER-1: a stalled process does not send what it missed in one burst", async () => {
    const throttle = scene.throttleOf();
    const starts = scene.keepCalling(throttle, 40, 50);
    await scene.loop.run(20_000);
    scene.loop.stall(1800);
    const before = starts.length;
    await scene.loop.run(21_801);
    expect(starts.length - before).toBe(1);
    await scene.loop.run(60_000);
    expect(mostInWindow(starts, 1000)).toBeLessThanOrEqual(6);
    expect(mostInWindow(starts, 140)).toBe(1);
    expect(mostInWindow(starts, 10_000)).toBeLessThanOrEqual(50);
  });

  it("LIMITER-2: catches up with what a stall of a second cost", async () => {
    const throttle = scene.throttleOf();
    const starts = scene.keepCalling(throttle, 40, 50);
    await scene.loop.run(12_345);
    scene.loop.stall(1000);
    await scene.loop.run(60_000);
    expect(used(starts, 5, 0, 60_000)).toBeGreaterThanOrEqual(0.99);
  });

  it("LIMITER-2: loses nothing to many short stalls", async () => {
    const throttle = scene.throttleOf({ rates: { UserList: 30 } });
    const starts = scene.keepCalling(throttle, 100, 50);
    for (let second = 1; second < 60; second += 1) {
      await scene.loop.run(second * 1000 + ((second * 137) % 500));
      scene.loop.stall(70);
    }
    await scene.loop.run(60_000);
    expect(used(starts, 30, 0, 60_000)).toBeGreaterThanOrEqual(0.99);
    expect(mostInWindow(starts, 1000)).toBeLessThanOrEqual(31);
    expect(mostInWindow(starts, 10_000)).toBeLessThanOrEqual(300);
  });

  // The second row is limited by the budget of the operation, the first by that of the category.
  test.for([
    [{}, "ListUsers"],
    [{ UserPoolResourceRead: 20 }, "ListGroups"],
  ] as const)("LIMITER-1: unused time is not saved: %o, %s", async ([rates, operation]) => {
    const throttle = scene.throttleOf({ rates });
    const given: Given[] = [];
    const crowd = new AbortController();
    for (let turn = 0; turn < 100; turn += 1) {
      throttle.acquire(operation, "sync", crowd.signal).catch(() => undefined);
    }
    await scene.loop.run(1000);
    crowd.abort();
    // Some turns were under way, and come due while no call waits: one of them is kept, for a turn's time.
    await scene.loop.run(2100);
    for (let turn = 0; turn < 5; turn += 1) scene.ask(throttle, given, "at once", "sync", operation);
    await scene.loop.run(30_000);
    const soon = given.map(({ at }) => at);
    expect(mostInWindow(soon, 500)).toBe(3);

    const fickle = new AbortController();
    scene.ask(throttle, given, "before", "sync", operation);
    throttle.acquire(operation, "sync", fickle.signal).catch(() => undefined);
    await scene.loop.run(30_050);
    fickle.abort();
    await scene.loop.run(40_000);
    for (let turn = 0; turn < 5; turn += 1) scene.ask(throttle, given, "later", "sync", operation);
    await scene.loop.run(60_000);
    const later = given.map(({ at }) => at).filter((at) => at >= 40_000);
    expect(later).toHaveLength(5);
    expect(mostInWindow(later, 195)).toBe(1);
  });

  it("LIMITER-2: wide open, a caller that comes again at once never waits for the pacer", async () => {
    const throttle = scene.throttleOf({ rates: { UserList: 100_000 } });
    const starts = scene.keepCalling(throttle, 1, 1);
    await scene.loop.run(10_000);
    expect(starts.length).toBeGreaterThanOrEqual(9900);
  });

  it("gives the first turn of an idle limiter within some milliseconds", async () => {
    const throttle = scene.throttleOf({ rates: { UserList: 0.2 } });
    const given: Given[] = [];
    scene.ask(throttle, given, "first");
    await scene.loop.run(10);
    expect(given).toHaveLength(1);
  });

  it("mark 18: each quota category keeps to its own rate, 5 unless set", async () => {
    const throttle = scene.throttleOf({ rates: { UserRead: 20 } });
    const lists = scene.keepCalling(throttle, 30, 100, "ListUsers");
    const reads = scene.keepCalling(throttle, 30, 100, "AdminGetUser");
    await scene.loop.run(20_000);
    expect(lists).toHaveLength(100);
    expect(reads.length).toBeGreaterThanOrEqual(396);
    expect(mostInWindow(reads, 10_000)).toBeLessThanOrEqual(200);
  });

  test.for([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("a rate of %d is refused", (rate) => {
    expect(() => scene.throttleOf({ rates: { UserList: rate } })).toThrow(
      `the rate of UserList must be a number of requests per second above 0, got ${rate}`,
    );
  });
});

describe("LIMITER-5: caps per operation", () => {
  it("mark 17: ListGroups and GetGroup take at most 5 a second each, though the category is set to 20", async () => {
    const throttle = scene.throttleOf({ rates: { UserPoolResourceRead: 20 } });
    const lists = scene.keepCalling(throttle, 40, 100, "ListGroups");
    const gets = scene.keepCalling(throttle, 40, 100, "GetGroup");
    await scene.loop.run(30_000);
    for (const starts of [lists, gets]) {
      expect(mostInWindow(starts, 10_000)).toBeLessThanOrEqual(50);
      expect(mostInWindow(starts, 1000)).toBeLessThanOrEqual(6);
      expect(used(starts, 5, 0, 30_000)).toBeGreaterThanOrEqual(0.99);
    }
  });

  it("the category holds as well, and its turns go to the calls that may use them", async () => {
    const throttle = scene.throttleOf({ rates: { UserPoolResourceRead: 8 } });
    const lists = scene.keepCalling(throttle, 40, 100, "ListGroups");
    await scene.loop.run(10_000);
    const gets = scene.keepCalling(throttle, 40, 100, "GetGroup");
    await scene.loop.run(40_000);
    const both = [...lists, ...gets].sort((a, b) => a - b);
    expect(mostInWindow(both, 10_000)).toBeLessThanOrEqual(80);
    expect(mostInWindow(both, 1000)).toBeLessThanOrEqual(9);
    expect(mostInWindow(lists, 10_000)).toBeLessThanOrEqual(50);
    expect(used(both, 8, 12_000, 40_000)).toBeGreaterThanOrEqual(0.99);
  });

  test.for([
    ["ListGroups", "GetGroup"],
    ["GetGroup", "ListGroups"],
  ] as const)(
    "LIMITER-4: writes of %s go before syncs of %s when the category is short",
    async ([writes, syncs]) => {
      const throttle = scene.throttleOf({ rates: { UserPoolResourceRead: 6 } });
      const given: Given[] = [];
      for (let turn = 0; turn < 100; turn += 1) {
        // Always in this order: neither being known first nor being known last may decide.
        scene.ask(throttle, given, "ListGroups", writes === "ListGroups" ? "write" : "sync", "ListGroups");
        scene.ask(throttle, given, "GetGroup", writes === "GetGroup" ? "write" : "sync", "GetGroup");
      }
      await scene.loop.run(10_000);
      expect(given.filter(({ name }) => name === writes).length).toBeGreaterThanOrEqual(49);
      expect(given.filter(({ name }) => name === syncs).length).toBeGreaterThanOrEqual(9);
    },
  );

  it("one operation at its cap does not hold up the other, whatever their priorities", async () => {
    const throttle = scene.throttleOf({ rates: { UserPoolResourceRead: 20 } });
    const given: Given[] = [];
    for (let turn = 0; turn < 100; turn += 1) scene.ask(throttle, given, "list", "read", "ListGroups");
    await scene.loop.run(3000);
    scene.ask(throttle, given, "get", "sync", "GetGroup");
    await scene.loop.run(3060);
    expect(given.map(({ name }) => name)).toContain("get");
  });
});

describe("LIMITER-6: when AWS throttles", () => {
  it("halves the rate of the category at once, and of no other", async () => {
    const throttle = scene.throttleOf();
    const starts = scene.keepCalling(throttle, 40, 100);
    const others = scene.keepCalling(throttle, 40, 100, "AdminGetUser");
    await scene.loop.run(20_000);
    throttle.throttled("ListUsers");
    expect(statusOf(throttle, "UserList")).toMatchObject({
      setPerSecond: 5,
      currentPerSecond: 2.5,
      throttles: 1,
    });
    await scene.loop.run(25_000);
    const slowed = starts.filter((at) => at > 20_000);
    expect(slowed.length).toBeGreaterThanOrEqual(11);
    expect(slowed.length).toBeLessThanOrEqual(13);
    expect(mostInWindow(slowed, 1000)).toBeLessThanOrEqual(4);
    expect(used(others, 5, 0, 25_000)).toBeGreaterThanOrEqual(0.99);
  });

  it("uses the reduced rate and keeps to it, also across a stall", async () => {
    const throttle = scene.throttleOf();
    const starts = scene.keepCalling(throttle, 40, 100);
    await scene.loop.run(20_000);
    // One throttle every two and a half seconds keeps the rate from recovering; the floor is 0.3.
    for (let at = 20_000; at <= 80_000; at += 2500)
      scene.loop.at(at, () => throttle.throttled("ListUsersInGroup"));
    await scene.loop.run(50_000);
    expect(statusOf(throttle, "UserList").currentPerSecond).toBe(0.3);
    scene.loop.stall(1500);
    await scene.loop.run(80_000);
    const slowed = starts.filter((at) => at > 40_000);
    expect(mostInWindow(slowed, 10_000)).toBeLessThanOrEqual(3);
    expect(used(slowed, 0.3, 40_000, 80_000)).toBeGreaterThanOrEqual(0.9);
  });

  it("comes back step by step, says so, and is at the set rate again without ever passing it", async () => {
    const changes: number[] = [];
    const throttle = scene.throttleOf({ onChange: (status) => changes.push(status.currentPerSecond) });
    const starts = scene.keepCalling(throttle, 40, 100);
    await scene.loop.run(5000);
    for (let call = 0; call < 20; call += 1) throttle.throttled("ListUsers");
    await scene.loop.run(60_000);
    expect(changes).toEqual([2.5, 3, 3.5, 4, 4.5, 5]);
    expect(used(starts, 5, 40_000, 60_000)).toBeGreaterThanOrEqual(0.99);
    expect(mostInWindow(starts, 10_000)).toBeLessThanOrEqual(50);
    expect(statusOf(throttle, "UserList").throttles).toBe(20);
  });

  it("halves from where the recovery has come, though no turn was acquired meanwhile", async () => {
    const throttle = scene.throttleOf();
    const given: Given[] = [];
    throttle.throttled("ListUsers");
    scene.ask(throttle, given, "turn");
    await scene.loop.run(12_000);
    throttle.throttled("ListUsers");
    expect(statusOf(throttle, "UserList").currentPerSecond).toBe(1.7);
  });

  it("slows down an operation that is first called after the cut", async () => {
    const throttle = scene.throttleOf({ rates: { UserPoolResourceRead: 20 } });
    throttle.throttled("ListGroups");
    const starts = scene.keepCalling(throttle, 40, 100, "GetGroup");
    await scene.loop.run(4900);
    expect(starts.length).toBeGreaterThanOrEqual(12);
    expect(starts.length).toBeLessThanOrEqual(13);
  });

  it("slows the operation down too where it is the operation that is capped", async () => {
    const throttle = scene.throttleOf({ rates: { UserPoolResourceRead: 20 } });
    const starts = scene.keepCalling(throttle, 40, 100, "ListGroups");
    await scene.loop.run(10_000);
    throttle.throttled("ListGroups");
    await scene.loop.run(15_000);
    expect(starts.filter((at) => at > 10_000).length).toBeLessThanOrEqual(13);
  });
});

describe("a throttle that AWS answered to somebody else", () => {
  it("halves the rate, and no call starts until the time that was said", async () => {
    const throttle = scene.throttleOf({ rates: { UserList: 10 } });
    const starts = scene.keepCalling(throttle, 4, 50);
    await scene.loop.run(10_000);
    throttle.overlimit("ListUsers", systemClocks.now() + 5000);
    expect(statusOf(throttle, "UserList")).toMatchObject({ currentPerSecond: 5, pausedMs: 5000 });
    await scene.loop.run(20_000);
    expect(starts.filter((at) => at > 10_000 && at < 14_900)).toEqual([]);
    expect(starts.filter((at) => at >= 14_900).length).toBeGreaterThanOrEqual(20);
  });

  it("stops a category for a minute at most", async () => {
    const throttle = scene.throttleOf({ rates: { UserList: 10 } });
    const starts = scene.keepCalling(throttle, 4, 50);
    await scene.loop.run(10_000);
    for (let at = 10_000; at <= 120_000; at += 500) {
      throttle.overlimit("ListUsers", Number.MAX_SAFE_INTEGER);
      await scene.loop.run(at);
    }
    expect(starts.filter((at) => at > 10_000 && at < 69_900)).toEqual([]);
    expect(starts.filter((at) => at >= 70_000 && at < 120_000).length).toBeGreaterThanOrEqual(20);
  });
});
