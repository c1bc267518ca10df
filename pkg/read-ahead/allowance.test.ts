import { expect, test } from "vitest";
import { Allowance } from "./allowance.ts";

function starve(allowance: Allowance, times: number, served: number): void {
  for (let at = 0; at < times; at += 1) {
    allowance.full();
    allowance.asked(false, served);
  }
}

test("grows where the caller waits for a page that had no room, and not otherwise", () => {
  const allowance = new Allowance();
  expect(allowance.pages(0)).toBe(8);
  allowance.asked(false, 0);
  allowance.full();
  allowance.asked(true, 0);
  expect(allowance.pages(0)).toBe(8);
  starve(allowance, 1, 0);
  expect(allowance.pages(0)).toBe(12);
});

test("is at most 128 pages, or eight for each page of members that the caller got in its pass, up to 8192", () => {
  const allowance = new Allowance();
  starve(allowance, 40, 0);
  expect(allowance.pages(0)).toBe(128);
  starve(allowance, 40, 100);
  expect(allowance.pages(100)).toBe(800);
  starve(allowance, 40, 5000);
  expect(allowance.pages(5000)).toBe(8192);
  // A new pass begins.
  expect(allowance.pages(1)).toBe(128);
});

test("is halved where pages were read for nothing, down to four", () => {
  const allowance = new Allowance();
  starve(allowance, 40, 0);
  allowance.shrink();
  expect(allowance.pages(0)).toBe(64);
  for (let at = 0; at < 10; at += 1) allowance.shrink();
  expect(allowance.pages(0)).toBe(4);
});
