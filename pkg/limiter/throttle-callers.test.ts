import { getEventListeners } from "node:events";
import Bottleneck from "bottleneck";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { GovernanceError } from "../core/errors.ts";
import type { Operation } from "../core/operations.ts";
import type { Priority } from "../core/throttle.ts";
import { createCallers, type Given, openScene, type Scene, statusOf } from "./callers.fixture.ts";
import type { PacingRestart } from "./category-limiter.ts";
import type { ThrottleOptions } from "./throttle.ts";
import { mostInWindow } from "./virtual-loop.fixture.ts";

const never = new AbortController().signal;

let scene: Scene;
beforeEach(() => {
  scene = openScene();
});
afterEach(() => {
  vi.restoreAllMocks();
  scene.loop.uninstall();
});

function openCallers(queueSeconds?: number, rates: ThrottleOptions["rates"] = {}) {
  const callers = createCallers();
  const throttle = scene.throttleOf({ origin: callers.origin, queueSeconds, rates });
  const given: Given[] = [];
  const ask = (
    caller: string,
    priority: Priority = "read",
    operation: Operation = "ListUsers",
    signal = never,
  ): void => callers.as(caller, () => scene.ask(throttle, given, caller, priority, operation, signal));
  return {
    throttle,
    given,
    callers,
    ask,
    refused: () => given.filter(({ name }) => name.includes("refused")),
  };
}

describe("LIMITER-8: the bound", () => {
  it("is what the turns of a minute serve; beyond it a call is refused at once, with the time to come back", async () => {
    const { throttle, callers } = openCallers();
    const failures: unknown[] = [];
    for (let call = 0; call < 60_000; call += 1) {
      callers
        .as("many", () => throttle.acquire("ListUsers", "read", never))
        .catch((error) => failures.push(error));
    }
    await scene.loop.run(0);
    expect(statusOf(throttle, "UserList")).toMatchObject({ waiting: 300, refused: 59_700 });
    expect(failures).toHaveLength(59_700);
    const [first] = failures;
    if (!(first instanceof GovernanceError)) throw new TypeError("no GovernanceError");
    expect(first.code).toBe("unavailable");
    expect(first.message).toContain("300 calls wait already for the 5.0 requests a second of UserList");
    expect((first.retryAt?.getTime() ?? 0) - Date.now()).toBe(60_000);
  });

  it("always has a place for another caller: who has the most loses the newest", async () => {
    const { ask, given, refused } = openCallers();
    for (let call = 0; call < 1000; call += 1) ask("many");
    await scene.loop.run(1);
    expect(refused()).toHaveLength(700);
    ask("rightful");
    await scene.loop.run(600);
    expect(refused()).toHaveLength(701);
    expect(given.filter(({ name }) => name === "rightful")).toHaveLength(1);
  });

  it("does not hold for our own calls, nor for a change that has sent a write", async () => {
    const { ask, throttle, given, callers, refused } = openCallers();
    for (let call = 0; call < 300; call += 1) ask("many", "write", "AdminDisableUser");
    for (let call = 0; call < 10; call += 1) scene.ask(throttle, given, "own", "sync", "AdminDisableUser");
    callers.as("many", () => scene.ask(throttle, given, "begun", "write", "AdminDisableUser"), true);
    expect(refused()).toEqual([]);
    ask("many", "write", "AdminDisableUser");
    await scene.loop.run(1);
    expect(refused()).toHaveLength(1);
  });

  it("does not hold for a call of a caller after its first write", async () => {
    const { throttle, callers } = openCallers();
    await callers.as("one", async () => {
      const granted = throttle.acquire("AdminDisableUser", "write", never);
      const origin = callers.origin();
      expect(origin?.mustFinish).toBe(false);
      await scene.loop.run(10);
      await granted;
      expect(origin?.mustFinish).toBe(true);
    });
  });

  it("is known before a call: work that would be refused need not begin, that of another caller may", async () => {
    const { ask, throttle, callers } = openCallers();
    for (let call = 0; call < 299; call += 1) ask("many");
    callers.as("many", () => throttle.requireRoom());
    ask("many");
    const asMany = (mustFinish: boolean) => () =>
      callers.as("many", () => throttle.requireRoom(), mustFinish);
    expect(asMany(false)).toThrow("300 calls wait already");
    expect(asMany(true)).not.toThrow();
    callers.as("rightful", () => throttle.requireRoom());
    throttle.requireRoom();
    await scene.loop.run(1);
  });

  it("is set in seconds, and never below fifty calls", async () => {
    const few = openCallers(20);
    for (let call = 0; call < 200; call += 1) few.ask("many");
    expect(statusOf(few.throttle, "UserList").waiting).toBe(100);
    const least = openCallers(1);
    for (let call = 0; call < 200; call += 1) least.ask("many");
    expect(statusOf(least.throttle, "UserList").waiting).toBe(50);
    await scene.loop.run(1);
  });

  it("is that of each operation where AWS caps operations", async () => {
    const { ask, throttle } = openCallers(60, { UserPoolResourceRead: 20 });
    for (let call = 0; call < 400; call += 1) ask("many", "read", "GetGroup");
    for (let call = 0; call < 400; call += 1) ask("many", "read", "ListGroups");
    expect(statusOf(throttle, "UserPoolResourceRead").waiting).toBe(600);
    await scene.loop.run(1);
  });
});

describe("LIMITER-9: turns go round", () => {
  it("60,000 calls of one caller delay a call of each of ten others by less than three seconds", async () => {
    const { ask, given } = openCallers();
    for (let call = 0; call < 60_000; call += 1) ask("many");
    await scene.loop.run(5000);
    for (let caller = 0; caller < 10; caller += 1) ask(`rightful ${caller}`, "sync");
    await scene.loop.run(8000);
    const served = given.filter(({ name }) => name.startsWith("rightful"));
    expect(served.map(({ name }) => name.includes("refused"))).toEqual(Array(10).fill(false));
  });

  it("a scheduled sync goes on beside callers that always have calls waiting", async () => {
    const { ask, throttle, given } = openCallers();
    for (let call = 0; call < 300; call += 1) ask("many", "read");
    for (let call = 0; call < 10; call += 1) scene.ask(throttle, given, "own sync", "sync");
    await scene.loop.run(10_000);
    expect(given.filter(({ name }) => name === "own sync")).toHaveLength(10);
  });
});

it("LIMITER-3: a listing is answered at once after 117,600 calls that came and left", async () => {
  const { ask, given, throttle } = openCallers(100_000);
  const gone = new AbortController();
  for (let batch = 0; batch < 1176; batch += 1) {
    const leaving = new AbortController();
    for (let call = 0; call < 100; call += 1) ask("many", "read", "ListUsers", leaving.signal);
    leaving.abort(new Error("left"));
  }
  for (let call = 0; call < 1000; call += 1) ask("many", "read", "ListUsers", gone.signal);
  gone.abort(new Error("left"));
  await scene.loop.run(100);
  expect(statusOf(throttle, "UserList")).toMatchObject({ waiting: 0 });
  expect(getEventListeners(gone.signal, "abort")).toHaveLength(0);
  ask("many", "sync");
  await scene.loop.run(500);
  expect(given.at(-1)?.name).toBe("many");
});

describe("LIMITER-10: the watchdog", () => {
  function brokenPacing() {
    return vi.spyOn(Bottleneck.prototype, "schedule").mockImplementation(() => new Promise(() => undefined));
  }

  it("starts the pacing again when no turn comes, says so, and keeps the rate", async () => {
    const restarts: PacingRestart[] = [];
    const broken = brokenPacing();
    const throttle = scene.throttleOf({ onRestart: (restart) => restarts.push(restart) });
    const starts = scene.keepCalling(throttle, 40, 50);
    await scene.loop.run(2000);
    expect(starts).toEqual([]);
    broken.mockRestore();
    await scene.loop.run(20_000);
    expect(restarts).toEqual([{ category: "UserList", waiting: 40, silentMs: expect.closeTo(2400, -2) }]);
    expect(statusOf(throttle, "UserList").restarts).toBe(1);
    expect(mostInWindow(starts, 10_000)).toBeLessThanOrEqual(50);
    expect(mostInWindow(starts, 1000)).toBeLessThanOrEqual(6);
    expect(starts.length).toBeGreaterThanOrEqual(85);
  });

  it("tries again as long as it does not help", async () => {
    const restarts: PacingRestart[] = [];
    const broken = brokenPacing();
    const throttle = scene.throttleOf({
      rates: { UserPoolResourceRead: 20 },
      onRestart: (restart) => restarts.push(restart),
    });
    const given: Given[] = [];
    scene.ask(throttle, given, "call", "read", "GetGroup");
    await scene.loop.run(30_000);
    expect(restarts.length).toBeGreaterThanOrEqual(8);
    broken.mockRestore();
    await scene.loop.run(34_000);
    expect(given).toHaveLength(1);
    expect(scene.loop.timers()).toBe(0);
  });

  it("says nothing about slow rates, cuts of the rate, stalls of the process and steps of the clock", async () => {
    const restarts: PacingRestart[] = [];
    const throttle = scene.throttleOf({
      rates: { UserList: 0.2, UserRead: 1, UserUpdate: 100 },
      onRestart: (restart) => restarts.push(restart),
    });
    scene.keepCalling(throttle, 20, 50, "ListUsers");
    const reads = scene.keepCalling(throttle, 20, 50, "AdminGetUser");
    scene.keepCalling(throttle, 200, 50, "AdminDisableUser");
    for (let second = 1; second < 120; second += 1) {
      await scene.loop.run(scene.loop.now() + 997);
      if (second % 7 === 0) throttle.throttled("AdminGetUser");
      if (second % 11 === 0) scene.loop.stall(5000);
      if (second % 5 === 0) scene.loop.stepWallClock(second % 2 === 0 ? -3_600_000 : 86_400_000);
    }
    expect(restarts).toEqual([]);
    expect(mostInWindow(reads, 10_000)).toBeLessThanOrEqual(10);
  });
});
