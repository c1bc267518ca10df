import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SharedQuota, SharingChange } from "../core/shared-quota.ts";
import { type Given, openScene, type Scene, statusOf } from "./callers.fixture.ts";
import { createMeetingPlace } from "./meeting-place.fixture.ts";
import { createSharedQuota } from "./shared-quota.ts";
import { mostInWindow } from "./virtual-loop.fixture.ts";

let scene: Scene;
beforeEach(() => {
  scene = openScene();
});
afterEach(() => {
  scene.loop.uninstall();
});

interface Instance {
  readonly shared: SharedQuota;
  readonly throttle: ReturnType<Scene["throttleOf"]>;
  readonly changes: SharingChange[];
}

function instance(rate = 5, random = 0.5): Instance {
  const changes: SharingChange[] = [];
  const shared = createSharedQuota({
    monotonic: scene.loop.now,
    random: () => random,
    onChange: (change) => void changes.push(change),
  });
  return { shared, throttle: scene.throttleOf({ rates: { UserList: rate }, shared }), changes };
}

function joined(place: ReturnType<typeof createMeetingPlace>, count: number, rate = 5): Instance[] {
  return Array.from({ length: count }, (_, index) => {
    const made = instance(rate);
    made.shared.join(place.exchange(`instance ${index}`));
    return made;
  });
}

const sorted = (starts: readonly (readonly number[])[]): number[] => starts.flat().toSorted((a, b) => a - b);

function userList({ shared }: Instance) {
  const status = shared.status().find(({ category }) => category === "UserList");
  if (status === undefined) throw new Error("no status of UserList");
  return status;
}

describe("SHARE-1: eight instances together", () => {
  it.for([1, 5, 30])("stay inside %d per second and use it", async (rate) => {
    const place = createMeetingPlace(scene.loop);
    const all = joined(place, 8, rate).map(({ throttle }) => scene.keepCalling(throttle, 4, 50));
    await scene.loop.run(60_000);
    const starts = sorted(all);
    expect(mostInWindow(starts, 9999)).toBeLessThanOrEqual(rate * 10);
    expect(mostInWindow(starts, 999)).toBeLessThanOrEqual(rate + 2);
    expect(starts.length).toBeGreaterThanOrEqual(rate * 60 * 0.95);
  });

  it("a stalled instance drops the turns that it missed", async () => {
    const place = createMeetingPlace(scene.loop);
    const all = joined(place, 2, 30).map(({ throttle }) => scene.keepCalling(throttle, 20, 50));
    for (let second = 1; second < 30; second += 1) {
      await scene.loop.run(second * 1000 + ((second * 137) % 500));
      scene.loop.stall(300);
    }
    await scene.loop.run(30_000);
    expect(mostInWindow(sorted(all), 999)).toBeLessThanOrEqual(32);
    expect(mostInWindow(sorted(all), 9999)).toBeLessThanOrEqual(300);
  });

  it("turns whose answer came later than the windows have room for are dropped", async () => {
    const place = createMeetingPlace(scene.loop);
    const [only] = joined(place, 1, 30);
    if (only === undefined) throw new Error("no instance");
    scene.keepCalling(only.throttle, 4, 50);
    await scene.loop.run(5500);
    expect(userList(only).dropped).toBe(0);
    place.answerNext({ turnsInMs: [-100, -90, -80, -10] });
    await scene.loop.run(5700);
    expect(userList(only).dropped).toBe(3);
  });

  it("SHARE-6: whatever is answered, an instance stays inside its own rate", async () => {
    const place = createMeetingPlace(scene.loop);
    const [only] = joined(place, 1);
    const starts = scene.keepCalling(only?.throttle ?? instance().throttle, 40, 50);
    for (let at = 0; at < 30_000; at += 500) {
      place.answerNext({ turnsInMs: Array.from({ length: 1000 }, () => 0), currentPerSecond: 1e9 });
      await scene.loop.run(at);
    }
    expect(mostInWindow(starts, 9999)).toBeLessThanOrEqual(50);
    expect(mostInWindow(starts, 999)).toBeLessThanOrEqual(6);
  });
});

describe("SHARE-3: while the place is lost", () => {
  it("all use their part at once, together no more than the rate, and come back without a burst", async () => {
    const place = createMeetingPlace(scene.loop);
    const instances = joined(place, 8);
    const all = instances.map(({ throttle }) => scene.keepCalling(throttle, 4, 50));
    await scene.loop.run(20_000);
    place.lose();
    const before = sorted(all).length;
    await scene.loop.run(80_000);
    const during = sorted(all).length - before;
    expect(during).toBeGreaterThanOrEqual(60 * 5 * 0.95);
    expect(all.every((starts) => starts.some((at) => at > 20_000 && at < 22_000))).toBe(true);
    place.comeBack();
    await scene.loop.run(120_000);
    const starts = sorted(all);
    expect(mostInWindow(starts, 9999)).toBeLessThanOrEqual(50);
    expect(mostInWindow(starts, 999)).toBeLessThanOrEqual(7);
    for (const { changes } of instances) {
      expect(changes.map(({ kind }) => kind)).toEqual(["joined", "lost", "joined"]);
    }
  });

  it("idle instances that all begin at the same moment do not call at the same moment", async () => {
    const place = createMeetingPlace(scene.loop);
    const instances = joined(place, 8);
    await scene.loop.run(5000);
    place.lose();
    await scene.loop.run(6000);
    const all = instances.map(({ throttle }) => scene.keepCalling(throttle, 4, 50));
    await scene.loop.run(40_000);
    const starts = sorted(all);
    expect(mostInWindow(starts, 9999)).toBeLessThanOrEqual(50);
    expect(mostInWindow(starts, 999)).toBeLessThanOrEqual(6);
    expect(starts.length).toBeGreaterThanOrEqual(34 * 5 * 0.95);
  });

  it("a place that was never reached leaves a tenth of the rate to each", async () => {
    const place = createMeetingPlace(scene.loop);
    place.lose();
    const [only] = joined(place, 1);
    if (only === undefined) throw new Error("no instance");
    const starts = scene.keepCalling(only.throttle, 4, 50);
    await scene.loop.run(60_000);
    expect(starts.length).toBeGreaterThanOrEqual(28);
    expect(starts.length).toBeLessThanOrEqual(30);
    expect(userList(only)).toMatchObject({ mode: "local share", localPerSecond: 0.5, fallbacks: 0 });
  });
});

describe("SHARE-3: an instance whose place among the others is not known again yet", () => {
  it("keeps that of before, and takes no moment of another one", async () => {
    const place = createMeetingPlace(scene.loop);
    const instances = joined(place, 2, 2);
    await scene.loop.run(5000);
    const all = instances.map(({ throttle }) => scene.keepCalling(throttle, 4, 50));
    place.forgetPlaces();
    await scene.loop.run(6500);
    place.lose();
    await scene.loop.run(8000);
    const from = sorted(all).length;
    await scene.loop.run(40_000);
    const starts = sorted(all).slice(from);
    const nearest = Math.min(...starts.slice(1).map((at, index) => at - (starts[index] ?? 0)));
    expect(starts.length).toBeGreaterThan(55);
    expect(nearest).toBeGreaterThan(400);
  });
});

describe("SHARE-7: a place that answers and gives no turns", () => {
  it("is as good as lost: each instance uses its part, says so once, and comes back without a burst", async () => {
    const place = createMeetingPlace(scene.loop);
    const instances = joined(place, 4);
    const all = instances.map(({ throttle }) => scene.keepCalling(throttle, 4, 50));
    await scene.loop.run(20_000);
    place.keepTurns(true);
    await scene.loop.run(100_000);
    for (const one of instances) expect(userList(one)).toMatchObject({ mode: "local share", silent: true });
    const during = sorted(all).filter((at) => at >= 40_000);
    expect(during.length).toBeGreaterThanOrEqual(60 * 5 * 0.95);
    place.keepTurns(false);
    await scene.loop.run(140_000);
    const starts = sorted(all);
    expect(mostInWindow(starts, 9999)).toBeLessThanOrEqual(50);
    expect(mostInWindow(starts, 999)).toBeLessThanOrEqual(7);
    for (const one of instances) {
      expect(userList(one)).toMatchObject({ mode: "shared", silent: false });
      expect(one.changes.map(({ kind }) => kind)).toEqual(["joined", "lost", "joined"]);
      expect(one.changes[1]).toMatchObject({ silent: true });
    }
  });

  it("is one too whose answers come after their turns: calls go on, and the status says so", async () => {
    const place = createMeetingPlace(scene.loop);
    const [only] = joined(place, 1);
    if (only === undefined) throw new Error("no instance");
    const starts = scene.keepCalling(only.throttle, 4, 50);
    await scene.loop.run(10_000);
    place.answerAfter(600);
    await scene.loop.run(30_000);
    const before = starts.length;
    await scene.loop.run(60_000);
    expect(starts.length - before).toBeGreaterThanOrEqual(30 * 5 * 0.95);
    expect(userList(only)).toMatchObject({ mode: "local share", silent: true });
    place.answerAfter(0);
    await scene.loop.run(90_000);
    expect(userList(only)).toMatchObject({ mode: "shared", silent: false });
    expect(mostInWindow(starts, 9999)).toBeLessThanOrEqual(50);
  });

  it("is noticed to be well again also while no call waits", async () => {
    const place = createMeetingPlace(scene.loop);
    const [only] = joined(place, 1);
    if (only === undefined) throw new Error("no instance");
    await scene.loop.run(2000);
    place.keepTurns(true);
    const given: Given[] = [];
    scene.ask(only.throttle, given, "call");
    await scene.loop.run(20_000);
    expect(given).toHaveLength(1);
    expect(userList(only).mode).toBe("local share");
    place.keepTurns(false);
    await scene.loop.run(23_000);
    expect(userList(only).mode).toBe("shared");
  });

  it("that says that turns are given out for minutes delays the instance's own part by no minutes", async () => {
    const place = createMeetingPlace(scene.loop);
    const [only] = joined(place, 1);
    if (only === undefined) throw new Error("no instance");
    const starts = scene.keepCalling(only.throttle, 4, 50);
    await scene.loop.run(5000);
    place.answerNext({ aheadMs: 119_000 });
    await scene.loop.run(6000);
    place.lose();
    const before = starts.length;
    await scene.loop.run(9000);
    expect(starts.length).toBeGreaterThan(before);
  });
});

describe("SHARE-4: before the account is known", () => {
  it("each instance has a tenth of the rate, and its own moment", async () => {
    const starts = [0.1, 0.5, 0.9].map((random) => {
      const made = instance(5, random);
      expect(userList(made).mode).toBe("unknown account");
      return scene.keepCalling(made.throttle, 4, 50);
    });
    await scene.loop.run(20_000);
    for (const own of starts) expect(own.length).toBeLessThanOrEqual(10);
    expect(mostInWindow(sorted(starts), 180)).toBe(1);
  });
});

describe("SHARE-5: what one instance learns", () => {
  it("a throttle that one has seen halves the rate of all", async () => {
    const place = createMeetingPlace(scene.loop);
    const instances = joined(place, 4, 10);
    const all = instances.map(({ throttle }) => scene.keepCalling(throttle, 4, 50));
    await scene.loop.run(10_000);
    instances[0]?.throttle.throttled("ListUsers");
    await scene.loop.run(11_500);
    for (const { throttle } of instances) expect(statusOf(throttle, "UserList").currentPerSecond).toBe(5);
    await scene.loop.run(14_500);
    const starts = sorted(all).filter((at) => at >= 10_500 && at < 14_500);
    expect(starts.length).toBeLessThanOrEqual(21);
  });

  it("the lowest rate that is set for any instance holds for all, and the others say so once", async () => {
    const place = createMeetingPlace(scene.loop);
    const low = instance(2);
    const high = instance(20);
    low.shared.join(place.exchange("low"));
    high.shared.join(place.exchange("high"));
    const all = [low, high].map(({ throttle }) => scene.keepCalling(throttle, 30, 50));
    await scene.loop.run(30_000);
    expect(
      mostInWindow(
        sorted(all).filter((at) => at > 1000),
        9999,
      ),
    ).toBeLessThanOrEqual(20);
    expect(high.changes.filter(({ kind }) => kind === "lower-rate")).toEqual([
      { kind: "lower-rate", category: "UserList", perSecond: 2 },
    ]);
    expect(low.changes.filter(({ kind }) => kind === "lower-rate")).toEqual([]);
  });
});

describe("SHARE-2: the place is asked", () => {
  it("about once a second while no call waits", async () => {
    const place = createMeetingPlace(scene.loop);
    joined(place, 1);
    await scene.loop.run(60_000);
    const reports = place.reports.filter(({ category }) => category === "UserList");
    expect(reports.length).toBeLessThanOrEqual(61);
  });

  it("with how long its answers take, and the longest of late is forgotten by little and little", async () => {
    const place = createMeetingPlace(scene.loop);
    joined(place, 1);
    await scene.loop.run(5000);
    const said = (): number => Math.round(place.reports.at(-1)?.roundTripMs ?? 0);
    expect(said()).toBe(1);
    place.answerAfter(300);
    await scene.loop.run(10_000);
    expect(said()).toBe(301);
    place.answerAfter(0);
    await scene.loop.run(13_500);
    expect(said()).toBeGreaterThan(100);
    await scene.loop.run(60_000);
    expect(said()).toBe(1);
  });

  it("at once when a write comes while other calls wait", async () => {
    const place = createMeetingPlace(scene.loop);
    const [only] = joined(place, 1, 1);
    if (only === undefined) throw new Error("no instance");
    scene.keepCalling(only.throttle, 10, 50);
    await scene.loop.run(5010);
    const given: Given[] = [];
    scene.ask(only.throttle, given, "write", "write");
    await scene.loop.run(5012);
    expect(place.reports.at(-1)?.waiting.writes).toBe(1);
    await scene.loop.run(6100);
    expect(given.map(({ name }) => name)).toEqual(["write"]);
  });

  it("says goodbye at the end, and leaves no timer", async () => {
    const place = createMeetingPlace(scene.loop);
    const [only] = joined(place, 1);
    await scene.loop.run(3000);
    await Promise.all([only?.throttle.close(), only?.shared.close()]);
    await scene.loop.run(3001);
    expect(scene.loop.timers()).toBe(0);
  });
});
