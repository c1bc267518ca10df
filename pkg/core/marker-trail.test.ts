import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type MarkerTrail, NO_MARKERS, trailAfter } from "./marker-trail.ts";

/** How many markers there were when the circle was found. The first `tail` markers are not in it. */
function markersUntilFound(tail: number, length: number): number {
  let trail: MarkerTrail = NO_MARKERS;
  for (let at = 0; at < 10 * (tail + length) + 10; at += 1) {
    const place = at < tail ? at : tail + ((at - tail) % length);
    try {
      trail = trailAfter(trail, { next: `marker ${place}`, isEmpty: false }, "users");
    } catch {
      return at + 1;
    }
  }
  return Number.POSITIVE_INFINITY;
}

describe("markers in a circle", () => {
  test.for([
    [0, 1, 2],
    [0, 2, 3],
    [0, 3, 6],
    [0, 5, 12],
    [4, 3, 10],
    [0, 1000, 2023],
  ] as const)("behind %i others, of a length of %i, are found at marker %i", ([tail, length, at]) => {
    expect(markersUntilFound(tail, length)).toBe(at);
  });

  test("of any length are found after three times the markers that there are, or less", () => {
    fc.assert(
      fc.property(fc.nat(300), fc.integer({ min: 1, max: 300 }), (tail, length) => {
        expect(markersUntilFound(tail, length)).toBeLessThanOrEqual(3 * (tail + length));
      }),
    );
  });

  test("are not found in a hundred thousand markers that differ by little", () => {
    const numbers = new Set<number>();
    for (let at = 0; at < 100_000; at += 1) {
      const page = { next: `CAISxQIIARKlAggDEp8CAHic${at}`, isEmpty: false };
      numbers.add(trailAfter(NO_MARKERS, page, "users").kept);
    }
    expect(numbers.size).toBe(100_000);
  });

  test("are named by their listing", () => {
    const page = { next: "m", isEmpty: false };
    const trail = trailAfter(NO_MARKERS, page, "grants");
    expect(() => trailAfter(trail, page, "grants")).toThrow(
      expect.objectContaining({ code: "internal", message: expect.stringMatching(/grants.*never end/) }),
    );
  });
});

describe("rows in a circle, with ever new markers", () => {
  /** How many pages there were when the circle was found. Of pages without a first row nothing is in `firstKeys`. */
  function pagesUntilFound(firstKeys: (page: number) => string | undefined, most: number): number {
    let trail: MarkerTrail = NO_MARKERS;
    for (let page = 1; page <= most; page += 1) {
      const firstKey = firstKeys(page);
      try {
        trail = trailAfter(trail, { next: `${page}`, isEmpty: firstKey === undefined, firstKey }, "users");
      } catch (error) {
        if (!/users.*never end/.test(String(error))) throw error;
        return page;
      }
    }
    return Number.POSITIVE_INFINITY;
  }

  test.for([
    [0, 1, 25],
    [0, 2, 51],
    [100, 7, 197],
    [0, 1000, 26_383],
  ] as const)("behind %i others, of a length of %i, are found at page %i", ([tail, length, at]) => {
    const keys = (page: number) => (page <= tail ? `t${page}` : `c${page % length}`);
    expect(pagesUntilFound(keys, 100_000)).toBe(at);
  });

  test("of any length are found after 32 times the pages that there are, or less", () => {
    fc.assert(
      fc.property(fc.nat(100), fc.integer({ min: 1, max: 100 }), (tail, length) => {
        const keys = (page: number) => (page <= tail ? `t${page}` : `c${page % length}`);
        expect(pagesUntilFound(keys, 10_000)).toBeLessThanOrEqual(32 * (tail + length));
      }),
    );
  });

  test("are found also where every other page is empty", () => {
    expect(pagesUntilFound((page) => (page % 2 === 1 ? undefined : "a"), 1_000)).toBeLessThan(100);
  });

  test("are not found where a row comes nine times again", () => {
    const keys = (page: number) => (page >= 63 && page < 73 ? "moves" : `${page}`);
    expect(pagesUntilFound(keys, 1_000)).toBe(Number.POSITIVE_INFINITY);
  });

  test("are not found in a listing of a million users", () => {
    expect(pagesUntilFound((page) => `sub-${page}`, 1_000_000 / 60)).toBe(Number.POSITIVE_INFINITY);
  });

  test("are looked for behind a token that kept no rows", () => {
    let trail: MarkerTrail = { kept: 7, count: 5 };
    const pass = () => {
      for (let page = 0; page < 100; page += 1)
        trail = trailAfter(trail, { next: `m${page}`, isEmpty: false, firstKey: "a" }, "users");
    };
    expect(pass).toThrow(expect.objectContaining({ code: "internal" }));
  });
});

describe("empty pages in a row", () => {
  const passed = (emptyPages: number, from: MarkerTrail = NO_MARKERS): MarkerTrail => {
    let trail = from;
    for (let page = 1; page <= emptyPages; page += 1)
      trail = trailAfter(trail, { next: `${trail.count}`, isEmpty: true }, "groups");
    return trail;
  };

  test("999 are passed, and a row begins again", () => {
    const withRow = trailAfter(passed(999), { next: "m", isEmpty: false, firstKey: "g" }, "groups");
    expect(withRow.rows?.empty).toBe(0);
    expect(passed(999, withRow).rows?.empty).toBe(999);
  });

  test("1000 end the listing", () => {
    expect(() => passed(1_000)).toThrow(
      expect.objectContaining({ code: "internal", message: expect.stringContaining("were empty") }),
    );
  });
});
