import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareUtf8 } from "./utf8-order.ts";

describe("compareUtf8", () => {
  test("orders like the bytes, also where UTF-16 does not", () => {
    expect(["\u{1F98A}", "\uFFEE", "a"].sort(compareUtf8)).toEqual(["a", "\uFFEE", "\u{1F98A}"]);
    // fast-check's own unit of all code points takes a second to make.
    const codePoint = fc.integer({ min: 0, max: 0x10ffff }).map((point) => String.fromCodePoint(point));
    const text = fc.string({ unit: fc.oneof(codePoint, fc.constantFrom("a", "\uFFEE", "\u{1F98A}")) });
    fc.assert(
      fc.property(text, text, (a, b) => {
        const [left, right] = [a.toWellFormed(), b.toWellFormed()];
        expect(Math.sign(compareUtf8(left, right))).toBe(
          Math.sign(Buffer.compare(Buffer.from(left), Buffer.from(right))),
        );
      }),
    );
  });
});
