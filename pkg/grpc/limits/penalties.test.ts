import { expect, test } from "vitest";
import { createPenalties } from "./penalties.ts";

let time = 0;

function refuse(penalties: ReturnType<typeof createPenalties>, key: string, calls: number): number {
  let last = 0;
  for (let call = 0; call < calls; call += 1) last = penalties.refused(key, true);
  return last;
}

test("LIMIT-8: a hundred refused calls at once, and 50 a second, cost no pause", () => {
  const penalties = createPenalties(() => time);
  expect(refuse(penalties, "a", 100)).toBe(0);
  for (let second = 0; second < 100; second += 1) {
    time += 1000;
    expect(refuse(penalties, "a", 50)).toBe(0);
  }
  expect(penalties.newcomer("a")).toBe(0);
});

test("LIMIT-8: more of them cost a pause that doubles up to 2 s, and is short again after 10 s", () => {
  const penalties = createPenalties(() => time);
  refuse(penalties, "a", 100);
  const pauses: number[] = [];
  for (let pause = 0; pause < 7; pause += 1) {
    const ms = penalties.refused("a", true);
    pauses.push(ms);
    time += ms;
    // As many as the pause has given back.
    expect(refuse(penalties, "a", Math.floor((ms / 1000) * 50))).toBe(0);
  }
  expect(pauses).toEqual([100, 200, 400, 800, 1600, 2000, 2000]);
  time += 20_000;
  refuse(penalties, "a", 100);
  expect(refuse(penalties, "a", 1)).toBe(100);
});

test("LIMIT-8: many connections of one caller are read again one after the other, none later than in 10 s", () => {
  const penalties = createPenalties(() => time);
  refuse(penalties, "a", 100);
  const waits = Array.from({ length: 12 }, () => penalties.refused("a", true));
  expect(waits).toEqual([100, 300, 700, 1500, 3100, 5100, 7100, 9100, 10_000, 10_000, 10_000, 10_000]);
});

test("LIMIT-8: others are not paused, and a new connection of such an address waits half a second at most", () => {
  const penalties = createPenalties(() => time);
  refuse(penalties, "a", 110);
  expect(penalties.refused("b", true)).toBe(0);
  expect(penalties.newcomer("b")).toBe(0);
  expect(penalties.newcomer("a")).toBe(500);
  time += 60_000;
  expect(penalties.newcomer("a")).toBe(0);
});

test("LIMIT-8: a thousand callers and addresses are counted, the others share one count", () => {
  const penalties = createPenalties(() => time);
  for (let key = 0; key < 1000; key += 1) refuse(penalties, `k${key}`, 50);
  expect(refuse(penalties, "x", 60)).toBe(0);
  expect(refuse(penalties, "y", 60)).toBeGreaterThan(0);
  time += 60_000;
  expect(refuse(penalties, "z", 60)).toBe(0);
  expect(refuse(penalties, "z2", 60)).toBe(0);
});
