import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, it, test, vi } from "vitest";
import { systemClocks } from "../core/clock.ts";
import { CATEGORY_OF, QUOTAS } from "../core/operations.ts";
import type { Priority } from "../core/throttle.ts";
import { type Given, openScene, type Scene, statusOf } from "./callers.fixture.ts";
import { createThrottle } from "./throttle.ts";

const never = new AbortController().signal;

let scene: Scene;
beforeEach(() => {
  scene = openScene();
});
afterEach(() => {
  scene.loop.uninstall();
});

describe("LIMITER-3: aborts", () => {
  it("rejects with the reason at once, and the next in line gets the turn", async () => {
    const throttle = scene.throttleOf();
    const given: Given[] = [];
    const impatient = new AbortController();
    scene.ask(throttle, given, "first");
    scene.ask(throttle, given, "impatient", "sync", "ListUsers", impatient.signal);
    scene.ask(throttle, given, "next");
    await scene.loop.run(100);
    impatient.abort("too slow");
    await scene.loop.run(100);
    expect(given.map(({ name }) => name)).toEqual(["first", "impatient refused: too slow"]);
    await scene.loop.run(210);
    expect(given.map(({ name }) => name)).toEqual(["first", "impatient refused: too slow", "next"]);
    expect(statusOf(throttle, "UserList")).toMatchObject({ waiting: 0, granted: 2 });
  });

  it("rejects at once when it was aborted before", async () => {
    const throttle = scene.throttleOf();
    const reason = new Error("gone");
    await expect(throttle.acquire("ListUsers", "sync", AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(scene.loop.timers()).toBe(0);
  });

  it("turns that were given back cost those who come later nothing", async () => {
    const throttle = scene.throttleOf();
    const given: Given[] = [];
    const crowd = new AbortController();
    scene.ask(throttle, given, "first");
    for (let turn = 0; turn < 1000; turn += 1) {
      throttle.acquire("ListUsers", "sync", crowd.signal).catch(() => undefined);
    }
    await scene.loop.run(1100);
    crowd.abort();
    const grantedBefore = statusOf(throttle, "UserList").granted;
    expect(grantedBefore).toBe(6);
    for (let turn = 0; turn < 44; turn += 1) scene.ask(throttle, given, "later");
    await scene.loop.run(10_000);
    expect(statusOf(throttle, "UserList").granted).toBe(50);
  });

  it("a turn that comes due while no call waits is kept for the next call", async () => {
    const throttle = scene.throttleOf();
    const given: Given[] = [];
    const fickle = new AbortController();
    scene.ask(throttle, given, "first");
    throttle.acquire("ListUsers", "sync", fickle.signal).catch(() => undefined);
    await scene.loop.run(150);
    fickle.abort();
    await scene.loop.run(300);
    scene.ask(throttle, given, "later");
    await scene.loop.run(301);
    expect(given.map(({ name }) => name)).toEqual(["first", "later"]);
  });

  it("leaves no listener and no job behind over many turns", async () => {
    const throttle = scene.throttleOf({ rates: { UserList: 100_000 } });
    const life = new AbortController();
    let turns = 0;
    const call = async (): Promise<void> => {
      while (turns < 50_000) {
        turns += 1;
        await throttle.acquire("ListUsers", "sync", life.signal);
      }
    };
    const callers = Promise.all(Array.from({ length: 20 }, call));
    await scene.loop.run(1000);
    await callers;
    expect(getEventListeners(life.signal, "abort")).toHaveLength(0);
    expect(scene.loop.timers()).toBe(0);
  });
});

describe("LIMITER-4: priorities", () => {
  it("a write passes a thousand queued sync calls", async () => {
    const throttle = scene.throttleOf();
    const given: Given[] = [];
    for (let turn = 0; turn < 1000; turn += 1) scene.ask(throttle, given, `sync ${turn}`);
    await scene.loop.run(1950);
    const before = given.length;
    scene.ask(throttle, given, "read", "read");
    scene.ask(throttle, given, "write", "write");
    await scene.loop.run(2500);
    expect(given.slice(before).map(({ name }) => name)).toEqual(["write", "read", "sync 10"]);
    expect((given[before]?.at ?? 0) - 1950).toBeLessThanOrEqual(202);
  });

  it("first come, first served within a priority", async () => {
    const throttle = scene.throttleOf({ rates: { UserList: 30 } });
    const given: Given[] = [];
    const order: readonly Priority[] = ["sync", "write", "read", "write", "sync", "read"];
    order.forEach((priority, index) => {
      scene.ask(throttle, given, `${priority} ${index}`, priority);
    });
    await scene.loop.run(1000);
    expect(given.map(({ name }) => name)).toEqual([
      "write 1",
      "write 3",
      "read 2",
      "read 5",
      "sync 0",
      "sync 4",
    ]);
  });
});

describe("LIMITER-11: chains", () => {
  it("a long chain is as fast beside seventy others as alone", async () => {
    const throttle = scene.throttleOf({ rates: { UserList: 30 } });
    const latencyMs = 200;
    const pages: string[] = [];
    let longEndedAt = Number.POSITIVE_INFINITY;
    const read = async (name: string, left: number): Promise<void> => {
      await throttle.acquire("ListUsers", "sync", never, left);
      scene.loop.at(scene.loop.now() + latencyMs, () => {
        pages.push(name);
        if (left > 0) void read(name, left - 1);
        else if (name === "long") longEndedAt = scene.loop.now();
      });
    };
    for (let n = 0; n < 70; n += 1) void read("short", 9);
    void read("long", 149);
    await scene.loop.run(60_000);
    expect(pages).toHaveLength(70 * 10 + 150);
    // 150 calls of 200 ms one after the other, and at most a turn of waiting for each.
    expect(longEndedAt).toBeLessThanOrEqual(150 * (latencyMs + 35));
  });
});

describe("LIMITER-7: the end", () => {
  it("an idle limiter has no timer", async () => {
    const throttle = scene.throttleOf();
    expect(scene.loop.timers()).toBe(0);
    const given: Given[] = [];
    for (let turn = 0; turn < 10; turn += 1) scene.ask(throttle, given, "turn");
    await scene.loop.run(2000);
    expect(given).toHaveLength(10);
    expect(scene.loop.timers()).toBe(0);
  });

  it("timers of turns that were given back are gone after two seconds", async () => {
    const throttle = scene.throttleOf();
    const crowd = new AbortController();
    for (let turn = 0; turn < 100; turn += 1)
      throttle.acquire("ListUsers", "sync", crowd.signal).catch(() => undefined);
    await scene.loop.run(1000);
    crowd.abort();
    await scene.loop.run(3100);
    expect(scene.loop.timers()).toBe(0);
  });

  it("close() rejects waiting and later calls, and leaves no timer", async () => {
    const throttle = scene.throttleOf({ rates: { UserPoolResourceRead: 20 } });
    const waiting = [
      throttle.acquire("ListUsers", "sync", never),
      throttle.acquire("ListUsers", "sync", never),
      throttle.acquire("ListGroups", "sync", never),
      throttle.acquire("ListGroups", "write", never),
    ];
    const outcomes = Promise.allSettled(waiting);
    await scene.loop.run(50);
    const closing = throttle.close();
    await scene.loop.run(60);
    await closing;
    expect((await outcomes).map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "rejected",
      "fulfilled",
    ]);
    await expect(waiting[1]).rejects.toMatchObject({ name: "GovernanceError", code: "canceled" });
    await expect(throttle.acquire("GetGroup", "read", never)).rejects.toMatchObject({ code: "canceled" });
    expect(scene.loop.timers()).toBe(0);
    await throttle.close();
  });
});

test("a failing limiter refuses those who wait instead of leaving them for ever, and goes on", async () => {
  let broken = true;
  const throttle = scene.throttleOf({
    onChange: () => {
      if (broken) throw new Error("of the callback");
    },
  });
  const given: Given[] = [];
  expect(() => throttle.throttled("ListUsers")).toThrow("of the callback");
  for (let turn = 0; turn < 30; turn += 1) scene.ask(throttle, given, "turn");
  // The first step of the recovery is taken when a slot fires, inside of Bottleneck.
  await scene.loop.run(6000);
  broken = false;
  const refused = given.filter(({ name }) => name.includes("the rate limiter failed: the call was not made"));
  expect(refused.length).toBeGreaterThan(10);
  expect(given).toHaveLength(30);
  scene.ask(throttle, given, "after");
  await scene.loop.run(7000);
  expect(given.at(-1)?.name).toBe("after");
});

test("status() has every category of the quota table", () => {
  const throttle = scene.throttleOf({ rates: { UserRead: 100 } });
  expect(throttle.status().map(({ category }) => category)).toEqual(Object.keys(QUOTAS));
  expect(statusOf(throttle, CATEGORY_OF.AdminGetUser)).toEqual({
    category: "UserRead",
    setPerSecond: 100,
    currentPerSecond: 100,
    waiting: 0,
    granted: 0,
    pausedMs: 0,
    throttles: 0,
    refused: 0,
    restarts: 0,
  });
});

test("runs under the fake timers of other tests", async () => {
  scene.loop.uninstall();
  vi.useFakeTimers();
  const throttle = createThrottle(systemClocks);
  const starts: number[] = [];
  for (let turn = 0; turn < 10; turn += 1) {
    void throttle.acquire("ListUsers", "sync", never).then(() => starts.push(performance.now()));
  }
  await vi.advanceTimersByTimeAsync(1000);
  expect(starts).toHaveLength(5);
  await vi.advanceTimersByTimeAsync(1000);
  expect(starts).toHaveLength(10);
  vi.useRealTimers();
});
