import { expect, test } from "vitest";
import { hash } from "../../test/cognito/hash.ts";
import { Allowance } from "./allowance.ts";

/** The caller comes for so many pages without a pause, and none of them is here for want of room. */
function comeAndMiss(allowance: Allowance, times: number, served = 0): void {
  for (let at = 0; at < times; at += 1) {
    allowance.full();
    allowance.cameForNext();
    allowance.missed(served);
  }
}

function waste(allowance: Allowance, pages: number): void {
  for (let at = 0; at < pages; at += 1) allowance.wasted();
}

test("is nothing at first, nor after one page more", () => {
  const allowance = new Allowance();
  expect(allowance.isNone).toBe(true);
  comeAndMiss(allowance, 1);
  expect(allowance.pages(0)).toBe(0);
});

test("grows by one for each page in a row that was missing, and by more the longer the row is", () => {
  const allowance = new Allowance();
  const grown: number[] = [];
  for (let at = 0; at < 12; at += 1) {
    comeAndMiss(allowance, 1);
    grown.push(allowance.pages(0));
  }
  expect(grown).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14]);
  comeAndMiss(allowance, 60);
  const before = allowance.pages(1000);
  comeAndMiss(allowance, 1, 1000);
  expect(allowance.pages(1000)).toBe(before + 8);
});

test("does not grow where the page is here, or is missing for another reason than room", () => {
  const allowance = new Allowance();
  comeAndMiss(allowance, 2);
  allowance.cameForNext();
  allowance.missed(0);
  allowance.full();
  allowance.cameForNext();
  expect(allowance.pages(0)).toBe(1);
});

test("grows once for one page that the caller comes for, and not for a page that it was not expected at", () => {
  const allowance = new Allowance();
  comeAndMiss(allowance, 2);
  for (let at = 0; at < 10; at += 1) {
    allowance.full();
    allowance.missed(0);
  }
  expect(allowance.pages(0)).toBe(1);
});

test("is at most 128 pages, or eight for each page of members that the caller got in its pass, up to 8192", () => {
  const allowance = new Allowance();
  comeAndMiss(allowance, 60);
  expect(allowance.pages(0)).toBe(128);
  comeAndMiss(allowance, 100, 100);
  expect(allowance.pages(100)).toBe(800);
  comeAndMiss(allowance, 1000, 5000);
  expect(allowance.pages(5000)).toBe(8192);
  // A new pass begins.
  expect(allowance.pages(1)).toBe(128);
});

test("is one fewer for each page that was read for nothing, down to none, and grows slowly again", () => {
  const allowance = new Allowance();
  comeAndMiss(allowance, 60);
  waste(allowance, 28);
  expect(allowance.pages(0)).toBe(100);
  waste(allowance, 101);
  expect(allowance.isNone).toBe(true);
  comeAndMiss(allowance, 3);
  expect(allowance.pages(0)).toBe(2);
});

test("is half as much after each pause, down to one page", () => {
  const allowance = new Allowance();
  comeAndMiss(allowance, 9);
  const halved: number[] = [];
  for (let at = 0; at < 5; at += 1) {
    allowance.paused();
    halved.push(allowance.pages(0));
  }
  expect(halved).toEqual([4, 2, 1, 1, 1]);
});

test("is lent once for listings that are read side by side", () => {
  const allowance = new Allowance();
  allowance.lend(32);
  expect(allowance.pages(0)).toBe(32);
  waste(allowance, 32);
  allowance.lend(32);
  expect(allowance.isNone).toBe(true);
});

test("AHEAD-5: at most one page is wasted for each page that the caller comes for, where all are dropped after each ten", () => {
  const allowance = new Allowance();
  for (let round = 0; round < 5; round += 1) {
    comeAndMiss(allowance, 10);
    expect(allowance.pages(0)).toBe(10);
    waste(allowance, 10);
  }
});

test("AHEAD-5: whatever happens, at most eight pages are wasted for each page that the caller comes for", () => {
  const seed = Date.now() % 1_000_000;
  let drawn = 0;
  const random = (): number => {
    drawn += 1;
    return hash(seed, drawn, 1) / 2 ** 32;
  };
  for (let run = 0; run < 50; run += 1) {
    const allowance = new Allowance();
    let [came, wasted, held] = [0, 0, 0];
    for (let at = 0; at < 400; at += 1) {
      const kind = random();
      while (held < allowance.pages(1000) && random() < 0.9) held += 1;
      if (held >= allowance.pages(1000)) allowance.full();
      if (kind < 0.6) {
        came += 1;
        allowance.cameForNext();
        if (held > 0 && random() < 0.5) held -= 1;
        else allowance.missed(1000);
      } else if (kind < 0.7) allowance.missed(1000);
      else if (kind < 0.75) allowance.paused();
      else if (kind < 0.85) {
        const dropped = Math.floor(random() * (held + 1));
        waste(allowance, dropped);
        held -= dropped;
        wasted += dropped;
      }
      expect(wasted + held, `seed ${seed}, run ${run}`).toBeLessThanOrEqual(8 * came);
    }
  }
});
