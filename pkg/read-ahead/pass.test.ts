import { expect, test } from "vitest";
import { Pass } from "./pass.ts";

test("a pass goes on while the caller asks within five seconds, the time of the answer not counted", () => {
  const pass = new Pass();
  expect(pass.asks("a", 0)).toBe(true);
  expect(pass.isOn(60_000)).toBe(true);
  pass.answered(60_000);
  expect(pass.isOn(65_000)).toBe(true);
  expect(pass.isOn(65_001)).toBe(false);
  expect(pass.asks("b", 65_000)).toBe(false);
  pass.answered(65_000);
  expect(pass.asks("c", 70_001)).toBe(true);
});

test("a pass begins with a group that comes again after another one, and counts its pages again", () => {
  const pass = new Pass();
  for (const [group, isNew] of [
    ["a", true],
    [undefined, false],
    ["a", false],
    ["b", false],
    ["a", true],
    ["b", false],
  ] as const) {
    expect(pass.asks(group, 0)).toBe(isNew);
    pass.servedMembers();
    pass.answered(0);
  }
  // Those of the two groups since.
  expect(pass.pages).toBe(2);
});

test("two calls at once are one pass until both have their answer", () => {
  const pass = new Pass();
  pass.asks("a", 0);
  pass.asks("b", 0);
  pass.answered(10);
  expect(pass.isOn(100_000)).toBe(true);
  pass.answered(10);
  expect(pass.isOn(100_000)).toBe(false);
});

test("names that no pool can have so many of are not kept: another pass begins", () => {
  const pass = new Pass();
  const began: number[] = [];
  for (let n = 0; n < 50_000; n += 1) {
    if (pass.asks(`no-such-group-${n}`, 0)) began.push(n);
    pass.answered(0);
  }
  expect(began).toEqual([0, 10_000, 20_000, 30_000, 40_000]);
});
