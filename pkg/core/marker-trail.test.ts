import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { afterMarker, type MarkerTrail, NO_MARKERS } from "./marker-trail.ts";

/** How many markers there were when the circle was found. The first `tail` markers are not in it. */
function markersUntilFound(tail: number, length: number): number {
  let trail: MarkerTrail = NO_MARKERS;
  for (let at = 0; at < 10 * (tail + length) + 10; at += 1) {
    const place = at < tail ? at : tail + ((at - tail) % length);
    try {
      trail = afterMarker(trail, `marker ${place}`, "users");
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
      numbers.add(afterMarker(NO_MARKERS, `CAISxQIIARKlAggDEp8CAHic${at}`, "users").kept);
    }
    expect(numbers.size).toBe(100_000);
  });

  test("are named by their listing", () => {
    const trail = afterMarker(NO_MARKERS, "m", "grants");
    expect(() => afterMarker(trail, "m", "grants")).toThrow(
      expect.objectContaining({ code: "internal", message: expect.stringMatching(/grants.*never end/) }),
    );
  });
});
