import { expect, test } from "vitest";
import { AskingPace } from "./asking-pace.ts";

test("is kept while the caller asks within five seconds, the time of the answer not counted", () => {
  const pace = new AskingPace();
  pace.asks(0);
  expect(pace.isKept(60_000)).toBe(true);
  pace.answered(60_000);
  expect(pace.isKept(65_000)).toBe(true);
  expect(pace.hasPaused(65_000)).toBe(false);
  expect(pace.isKept(65_001)).toBe(false);
  expect(pace.hasPaused(65_001)).toBe(true);
});

test("is not kept before the caller has asked at all, and has not paused then either", () => {
  const pace = new AskingPace();
  expect(pace.isKept(0)).toBe(false);
  expect(pace.hasPaused(0)).toBe(false);
});

test("begins again after an interruption, and has not paused", () => {
  const pace = new AskingPace();
  pace.asks(0);
  pace.answered(0);
  pace.interrupt();
  expect(pace.isKept(0)).toBe(false);
  expect(pace.hasPaused(10_000)).toBe(false);
  pace.asks(10_000);
  pace.answered(10_000);
  expect(pace.isKept(10_000)).toBe(true);
});
