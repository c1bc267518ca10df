import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clipBytes, compareUtf8 } from "./text.ts";

describe("clipBytes", () => {
  test.for([
    ["abc", 3, "abc"],
    ["abcdef", 5, "ab…"],
    ["ééé", 6, "ééé"],
    ["éééé", 7, "éé…"],
    ["🦊🦊", 7, "🦊…"],
    ["", 4, ""],
  ] as const)("%s in %i bytes is %s", ([text, max, expected]) => {
    expect(clipBytes(text, max)).toBe(expected);
  });

  test("never breaks the limit or a character", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 300 }),
        fc.integer({ min: 3, max: 200 }),
        (text, max) => {
          const clipped = clipBytes(text, max);
          expect(Buffer.byteLength(clipped)).toBeLessThanOrEqual(max);
          expect(clipped.isWellFormed()).toBe(true);
        },
      ),
    );
  });
});

describe("compareUtf8", () => {
  test("orders like the bytes, also where UTF-16 does not", () => {
    expect(["\u{1F98A}", "\uFFEE", "a"].sort(compareUtf8)).toEqual(["a", "\uFFEE", "\u{1F98A}"]);
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
        const [left, right] = [a.toWellFormed(), b.toWellFormed()];
        expect(Math.sign(compareUtf8(left, right))).toBe(
          Math.sign(Buffer.compare(Buffer.from(left), Buffer.from(right))),
        );
      }),
    );
  });
});
