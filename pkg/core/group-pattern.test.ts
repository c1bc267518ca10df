import { expect, test } from "vitest";
import { GroupPattern } from "./group-pattern.ts";

test.for([
  ["admins", "admins", true],
  ["admins", "admins2", false],
  ["Admins", "admins", false],
  ["team-*", "team-", true],
  ["team-*", "my-team-a", false],
  ["n?w", "n\nw", true],
  ["?", "\u{1f600}", true],
  ["a.b", "aXb", false],
  ["(a|b)+[c]", "(a|b)+[c]", true],
  ["*", "", true],
  ["**", "a", true],
  ["a*", "", false],
  ["*a*b", "aXbXab", true],
  ["*a?c", "abcaac", true],
  ["*a?c", "abcaa", false],
] as const)("%s matches %j: %s", ([text, name, expected]) => {
  expect(new GroupPattern(text).matches(name)).toBe(expected);
});

test("a name that a caller chose does not make a match slow", () => {
  const pattern = new GroupPattern(`${"*-".repeat(60)}admin`);
  expect(pattern.matches("-".repeat(128))).toBe(false);
  expect(pattern.matches(`${"-".repeat(100_000)}admin`)).toBe(true);
});

test("is shown as it was written", () => {
  expect(String([new GroupPattern("a*"), new GroupPattern("b?")])).toBe("a*,b?");
});
