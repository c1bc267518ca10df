import { describe, expect, test } from "vitest";
import { ksuid } from "./ksuid.ts";

describe("ksuid", () => {
  test("is what the reference makes of the same time and bytes", () => {
    // Taken apart by hand: 20 bytes of all ones are the greatest KSUID there is.
    const greatest = (1_400_000_000 + 0xffff_ffff) * 1000;
    expect(ksuid(greatest, (size) => new Uint8Array(size).fill(255))).toBe("aWgEPTl1tmebfsQzFP4bxwgy80V");
    expect(ksuid(1_400_000_000_000, (size) => new Uint8Array(size))).toBe("0".repeat(27));
  });

  test("has 27 base62 digits, and one of a later day sorts after one of an earlier day", () => {
    const random = (size: number) => crypto.getRandomValues(new Uint8Array(size));
    const days = Array.from({ length: 200 }, (_, day) => ksuid(Date.UTC(2026, 10, day), random));
    for (const id of days) expect(id).toMatch(/^[0-9A-Za-z]{27}$/);
    expect(days.toSorted()).toEqual(days);
    expect(new Set(days).size).toBe(days.length);
  });
});
