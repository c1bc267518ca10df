import { describe, expect, test } from "vitest";
import { listingsAtOnce } from "./listings-at-once.ts";

describe("listings at once", () => {
  test.for([[0.1], [1], [5], [12.5], [30]] as const)(
    "keep %d calls a second busy at 2 s a call",
    ([rate]) => {
      expect(listingsAtOnce(rate)).toBeGreaterThan(rate * 2);
    },
  );

  test("are few where only an emulator is so fast", () => {
    expect(listingsAtOnce(100_000)).toBe(8);
  });
});
