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
] as const)("%s matches %j: %s", ([text, name, expected]) => {
  expect(new GroupPattern(text).matches(name)).toBe(expected);
});

test("is shown as it was written", () => {
  expect(String([new GroupPattern("a*"), new GroupPattern("b?")])).toBe("a*,b?");
});
