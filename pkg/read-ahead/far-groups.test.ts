import { expect, test } from "vitest";
import { FarGroups } from "./far-groups.ts";

const chain = (held: number, wasAskedFor = false) => ({ held, bytes: 1000 * held, wasAskedFor });
/** Ten pages a second. */
const progress = { pages: 100, largestGroup: 30, elapsedMs: 10_000 };

test("every other reading is of the last group", () => {
  const far = new FarGroups();
  expect(far.isNext(5, progress)).toBe(true);
  far.begins(chain(1), true);
  expect(far.isNext(5, progress)).toBe(false);
  far.begins(chain(1), false);
  expect(far.isNext(5, progress)).toBe(true);
});

test("none is, where the rest of the pass may last more than five minutes", () => {
  const far = new FarGroups();
  expect(far.isNext(100, progress)).toBe(true);
  expect(far.isNext(101, progress)).toBe(false);
  expect(far.isNext(100, { ...progress, largestGroup: 31 })).toBe(false);
});

test("none is, before the pass has gone on for five seconds with a page", () => {
  const far = new FarGroups();
  expect(far.isNext(1, { ...progress, elapsedMs: 4_999 })).toBe(false);
  expect(far.isNext(1, { ...progress, elapsedMs: 5_000 })).toBe(true);
  expect(far.isNext(1, { pages: 0, largestGroup: 0, elapsedMs: 5_000 })).toBe(false);
});

test("the last groups take a quarter of the place, as long as the caller has not come to them", () => {
  const far = new FarGroups();
  const last = { ...chain(3) };
  far.begins(last, true);
  far.begins(chain(4), false);
  far.begins(chain(5), true);
  const places = (held: number) =>
    [
      [4 * held, 4000 * held + 1],
      [4 * held + 1, 4000 * held],
      [4 * held + 1, 4000 * held + 1],
    ].map(([pages = 0, bytes = 0]) => far.hasPlace(pages, bytes));
  expect(places(8)).toEqual([false, false, true]);
  Object.assign(last, { wasAskedFor: true });
  expect(places(5)).toEqual([false, false, true]);
});
