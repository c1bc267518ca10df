import { describe, expect, test, vi } from "vitest";
import { isShardable, mayBeAllUsers, shardsFor, subPrefixes, worthwhileListings } from "./user-shards.ts";

describe("subPrefixes", () => {
  test.each([
    [1, 0],
    [2, 16],
    [16, 16],
    [17, 256],
    [64, 256],
  ])("%i listings divide the users by %i prefixes", (listings, prefixes) => {
    expect(subPrefixes(listings)).toHaveLength(prefixes);
  });

  test.each([2, 64])("each UUID has exactly one prefix of %i listings", (listings) => {
    const prefixes = subPrefixes(listings);
    for (let n = 0; n < 1000; n += 1) {
      const sub = crypto.randomUUID();
      expect(prefixes.filter((prefix) => sub.startsWith(prefix))).toHaveLength(1);
    }
  });
});

describe("isShardable", () => {
  test.each(["00000000-0000-4000-8000-000000000000", "ff"])("%s", (sub) => {
    expect(isShardable(sub)).toBe(true);
  });

  test.each(["A0000000-0000-4000-8000-000000000000", "0G", "a", "", " a0", "us-east-1:a0", "ａ0"])(
    "not %j",
    (sub) => {
      expect(isShardable(sub)).toBe(false);
    },
  );
});

describe("shardsFor", () => {
  test.each([
    [5, 199, 1],
    [5, 200, 1],
    [5, 201, 16],
    [30, 200, 16],
    [30, 800, 64],
    [100_000, 0, 1],
  ])("auto at %i a second and %i ms a call: %i", (perSecond, latencyMs, listings) => {
    expect(shardsFor("auto", { perSecond, latencyMs })).toBe(listings);
  });

  test("a number is taken as it is", () => {
    expect(shardsFor(3, { perSecond: 5, latencyMs: 1 })).toBe(3);
  });
});

describe("worthwhileListings", () => {
  test.each([
    [16, 1000, 16],
    [2, 1_000_000, 2],
    [17, 15_359, 16],
    [64, 15_360, 64],
    [1, 1_000_000, 1],
  ])("of %i, where a pool has about %i users: %i", (wanted, estimatedUsers, listings) => {
    expect(worthwhileListings(() => wanted, estimatedUsers)).toBe(listings);
  });

  test.each([undefined, 0, 999])("none is asked for where a pool has about %s users", (estimatedUsers) => {
    const wanted = vi.fn<() => number>();
    expect(worthwhileListings(wanted, estimatedUsers)).toBe(1);
    expect(wanted).not.toHaveBeenCalled();
  });
});

test.each([
  [98, 100, true],
  [97, 100, false],
  [100, 10, true],
  [0, 0, true],
])("%i users in parts may be all of about %i: %s", (inParts, known, may) => {
  expect(mayBeAllUsers(inParts, known)).toBe(may);
});
