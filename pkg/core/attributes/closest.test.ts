import { describe, expect, test } from "vitest";
import { closestAttribute } from "./closest.ts";

describe("closestAttribute", () => {
  test.for([
    ["emial", ["email", "gender"], "email"],
    ["nikname", ["name", "nickname"], "nickname"],
    ["GIVEN-NAME", ["given_name"], "given_name"],
    ["abc", ["abd", "abc"], "abc"],
    ["abcdef", ["abcxyz"], undefined],
    ["ab", ["ab"], undefined],
    ["a-b", ["ab"], undefined],
    ["abcd", ["badc"], undefined],
    ["a".repeat(64), ["a".repeat(63)], "a".repeat(63)],
    ["a".repeat(65), ["a".repeat(65)], undefined],
    ["email", [], undefined],
  ] as const)("%s among %j is %s", ([word, candidates, expected]) => {
    expect(closestAttribute(word, candidates)).toBe(expected);
  });
});
