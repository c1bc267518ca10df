import { describe, expect, test } from "vitest";
import { createWaitingStreams, type WaitingStreams } from "./waiting-streams.ts";

/** How many places there are for streams of one caller, whose connections have many waiting already. */
function taken(places: WaitingStreams, caller: string, most = 10_000): number {
  let count = 0;
  while (count < most && places.take(caller, 1000)) count += 1;
  return count;
}

describe("the places of streams that wait", () => {
  test("are 2000 for one caller, and 4000 for all together", () => {
    const places = createWaitingStreams();
    expect(taken(places, "a")).toBe(2000);
    expect(taken(places, "b", 1500)).toBe(1500);
    expect(taken(places, "c")).toBe(500);
    expect(taken(places, "b")).toBe(0);
  });

  test("are also there for the first four streams of a connection when all others are taken", () => {
    const places = createWaitingStreams();
    for (const caller of ["a", "b"]) taken(places, caller);
    for (const caller of ["a", "c"]) {
      expect([0, 1, 2, 3, 4].map((waiting) => places.take(caller, waiting))).toEqual([
        true,
        true,
        true,
        true,
        false,
      ]);
    }
  });

  test("are free again, of the caller and of all, when a stream no longer waits", () => {
    const places = createWaitingStreams();
    for (const caller of ["a", "b"]) taken(places, caller);
    for (let n = 0; n < 3; n += 1) places.give("a");
    expect(taken(places, "b")).toBe(0);
    expect(taken(places, "a")).toBe(3);
    for (let n = 0; n < 2000; n += 1) places.give("a");
    expect(taken(places, "c")).toBe(2000);
  });
});
