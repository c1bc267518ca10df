import { describe, expect, test } from "vitest";
import { isShardable, shardsFor, subPrefixes } from "./user-shards.ts";

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
