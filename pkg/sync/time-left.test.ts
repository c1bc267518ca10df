import { describe, expect, test } from "vitest";
import type { SyncCounts } from "../core/sync-plan.ts";
import type { SyncState } from "./sync-progress.ts";
import { timeLeft } from "./time-left.ts";

const NONE: SyncCounts = { users: 0, groups: 0, memberships: 0 };

function state(over: Partial<SyncState> = {}): SyncState {
  return {
    counts: NONE,
    estimatedUsers: 6000,
    previous: undefined,
    usersOpen: true,
    usersListed: over.counts?.users ?? 0,
    groupsOpen: true,
    membersOpen: 0,
    isByUser: false,
    ...over,
  };
}

describe("the time left", () => {
  test("is the pages of users at the rate of the calls", () => {
    expect(timeLeft(state(), 5)).toEqual({ ms: 20_000, known: false });
  });

  test("leaves out what is already read", () => {
    const left = timeLeft(state({ counts: { ...NONE, users: 3000 } }), 5);
    expect(left?.ms).toBe(10_000);
  });

  test("takes the number of memberships from the last run", () => {
    const previous = { users: 6000, groups: 10, memberships: 12_000 };
    expect(timeLeft(state({ previous }), 10)).toEqual({ ms: 30_000, known: true });
  });

  test("has at least one call for each open group", () => {
    const left = timeLeft(state({ usersOpen: false, groupsOpen: false, membersOpen: 50 }), 5);
    expect(left).toEqual({ ms: 10_000, known: false });
  });

  test("of a run that reads memberships by user is one call for each user", () => {
    const byUser = state({ isByUser: true, counts: { users: 1000, groups: 9, memberships: 9 } });
    expect(timeLeft(byUser, 30, 50)).toEqual({ ms: 100_000, known: true });
    expect(timeLeft({ ...byUser, usersOpen: false }, 30, 50)?.ms).toBe(0);
    expect(timeLeft(byUser, 30, 0)).toBeUndefined();
  });

  test("stays above zero if the estimate is too low", () => {
    expect(timeLeft(state({ counts: { ...NONE, users: 7000 } }), 1)?.ms).toBe(1000);
  });

  test.for([
    ["before the pool is read", state({ estimatedUsers: undefined }), 5],
    ["at no speed", state(), 0],
  ] as const)("is unknown %s", ([, at, rate]) => {
    expect(timeLeft(at, rate)).toBeUndefined();
  });
});
