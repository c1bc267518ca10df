import { describe, expect, it } from "vitest";
import type { QuotaAnswer, QuotaReport } from "../core/shared-quota.ts";
import { TurnHunger } from "./turn-hunger.ts";

const report = (more: Partial<QuotaReport> = {}): QuotaReport => ({
  category: "UserList",
  setPerSecond: 5,
  waiting: { writes: 0, others: 4, background: 0 },
  held: 0,
  aheadMs: 0,
  outcomes: { after: 0, upTo: 0, list: [] },
  knownInstances: 8,
  sentAtMs: undefined,
  throttled: false,
  fraction: 1,
  roundTripMs: 1,
  wasAlone: false,
  ...more,
});
const answer = (more: Partial<QuotaAnswer> = {}): QuotaAnswer => ({
  turnsInMs: [],
  aheadMs: 0,
  instances: 8,
  poolInstances: 4,
  place: 0,
  setPerSecond: 5,
  currentPerSecond: 5,
  pollMs: 250,
  sharedNowMs: 0,
  outcomesKnown: 0,
  givenInAll: 7,
  ownPart: { fromMs: 0, holdsForMs: 0, afterLossMs: 0 },
  ...more,
});

/** When it counts as silent first, with an answer in each quarter of a second. */
function silentAt(next: (now: number) => readonly [QuotaReport, QuotaAnswer]): number | undefined {
  const hunger = new TurnHunger();
  for (let now = 0; now <= 600_000; now += 250) {
    const [asked, answered] = next(now);
    const inTime = answered.turnsInMs.filter((ms) => ms >= 0).length;
    if (hunger.judge(asked, answered, inTime, now) === "silent") return now;
  }
  return undefined;
}

describe("a place", () => {
  it("is silent when the others could have had theirs twice, and five seconds", () => {
    // Four instances of this pool, and four pools more at most: twenty turns, twice, at five a second.
    expect(silentAt(() => [report(), answer()])).toBe(13_500);
    expect(silentAt(() => [report(), answer({ instances: 1, poolInstances: 1 })])).toBe(5750);
    expect(silentAt(() => [report(), answer({ currentPerSecond: 0.5 })])).toBe(85_500);
  });

  it("is silent also where it says that others get turns, if writes wait", () => {
    const waiting = { writes: 1, others: 0, background: 0 };
    expect(silentAt((now) => [report({ waiting }), answer({ givenInAll: now })])).toBe(13_250);
  });

  it("is silent also where its turns come too late, and where others get some in time", () => {
    const late = { turnsInMs: [-300], instances: 1, poolInstances: 1 };
    expect(silentAt(() => [report(), answer(late)])).toBe(5500);
    expect(silentAt((now) => [report(), answer({ ...late, givenInAll: now })])).toBe(5500);
    const sometimes = (now: number) => ({ ...late, turnsInMs: now % 1000 === 0 ? [-300] : [] });
    expect(silentAt((now) => [report(), answer({ ...sometimes(now), givenInAll: now })])).toBe(5500);
  });

  it.for<readonly [string, (now: number) => readonly [QuotaReport, QuotaAnswer]]>([
    ["others get turns, whose writes go first", (now) => [report(), answer({ givenInAll: now })]],
    ["a turn comes now and then", (now) => [report(), answer({ turnsInMs: now % 9000 === 0 ? [5] : [] })]],
    ["no call waits", () => [report({ waiting: { writes: 0, others: 0, background: 0 } }), answer()]],
    ["the calls that wait have their turns", () => [report({ held: 4 }), answer()]],
  ])("gives turns where %s", ([, next]) => {
    expect(silentAt(next)).toBeUndefined();
  });
});
