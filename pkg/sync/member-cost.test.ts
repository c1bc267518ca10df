import { describe, expect, test } from "vitest";
import { chooseMembers, costByGroup, costByUser, type MemberFacts } from "./member-cost.ts";

function facts(
  users: number,
  groups: number,
  memberships: number,
  more: Partial<MemberFacts> = {},
): MemberFacts {
  return {
    counts: { users, groups, memberships },
    listPerSecond: 30,
    perUserPerSecond: 50,
    latencyMs: 200,
    listingsAtOnce: 77,
    partsAtOnce: 1,
    ...more,
  };
}

describe("what memberships cost", () => {
  test("by group is a call for each group at least, and by user one for each user", () => {
    const many = facts(1_000, 10_000, 20_000);
    expect(costByGroup(many)).toEqual({ calls: 10_017, seconds: 10_017 / 30 });
    expect(costByUser(many)).toEqual({ calls: 1_034, seconds: 20 });
  });

  test("by group is a call for sixty memberships of large groups, and half a page more for each", () => {
    expect(costByGroup(facts(60_000, 10, 60_000)).calls).toBe(1_000 + 10 * 100.5);
  });

  test("by user is more calls where users are in more than sixty groups", () => {
    expect(costByUser(facts(600, 200, 600 * 90)).calls).toBe(2 * 10 + 600 * 2);
  });

  test("is never less than one page of users after the other", () => {
    expect(costByGroup(facts(60_000, 1, 0)).seconds).toBe(200);
    expect(costByGroup(facts(60_000, 1, 0, { partsAtOnce: 16 })).seconds).toBeCloseTo(1_001 / 30);
    expect(costByUser(facts(60_000, 1, 0, { perUserPerSecond: 1e6, listPerSecond: 1e6 })).seconds).toBe(400);
  });

  test("is never less than the calls that are under way side by side allow", () => {
    const open = { listPerSecond: 1e6, perUserPerSecond: 1e6, listingsAtOnce: 8 };
    expect(costByGroup(facts(60, 799, 0, open)).seconds).toBe(20);
    expect(costByUser(facts(6_000, 0, 0, open)).seconds).toBe(40);
  });

  test("of an empty pool is nothing", () => {
    expect([costByGroup(facts(0, 0, 0)).calls, costByUser(facts(0, 0, 0)).calls]).toEqual([0, 0]);
  });
});

describe("memberships are read", () => {
  test("by user where many groups have few members, and the line says both", () => {
    expect(chooseMembers("auto", facts(1_000, 10_000, 20_000))).toEqual({
      membersRead: "by user",
      reason: "by group about 10,017 calls in 334 s, by user about 1,034 calls in 20 s",
    });
  });

  test("by group in a usual pool", () => {
    expect(chooseMembers("auto", facts(50_000, 200, 100_000))).toEqual({
      membersRead: "by group",
      reason: "by group about 2,601 calls in 167 s, by user about 51,668 calls in 1,000 s",
    });
  });

  test("by user only where it is clearly faster", () => {
    // 30 and 25 seconds, then 30 and 20.
    expect(chooseMembers("auto", facts(1_200, 880, 0, { perUserPerSecond: 48 })).membersRead).toBe(
      "by group",
    );
    expect(chooseMembers("auto", facts(1_200, 880, 0, { perUserPerSecond: 60 })).membersRead).toBe("by user");
  });

  test("by the rates that are granted: the other category may be slower", () => {
    expect(chooseMembers("auto", facts(1_000, 10_000, 0, { perUserPerSecond: 1 })).membersRead).toBe(
      "by group",
    );
  });

  test("by group where no earlier run says what is in the pool", () => {
    expect(chooseMembers("auto", undefined)).toEqual({
      membersRead: "by group",
      reason: "no earlier run says how many groups and memberships there are",
    });
  });

  test.each([
    ["by-group", "by group"],
    ["by-user", "by user"],
  ] as const)("as %s says, whatever it costs", (setting, membersRead) => {
    expect(chooseMembers(setting, facts(1_000, 10_000, 0))).toEqual({ membersRead, reason: "it is set" });
    expect(chooseMembers(setting, undefined).membersRead).toBe(membersRead);
  });
});
