import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clipBytes, hasMoreBytes, quotedName, showOnlyUnseen, showUnseen } from "./text.ts";

describe("hasMoreBytes", () => {
  test("counts bytes of UTF-8, whatever the length in units", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 12 }), fc.nat({ max: 40 }), (text, max) => {
        expect(hasMoreBytes(text, max)).toBe(Buffer.byteLength(text, "utf8") > max);
      }),
    );
    expect(hasMoreBytes("\ud83d", 2)).toBe(true);
    expect(hasMoreBytes("\ud83d", 3)).toBe(false);
  });
});

describe("clipBytes", () => {
  test.for([
    ["abc", 3, "abc"],
    ["abcdef", 5, "ab…"],
    ["ééé", 6, "ééé"],
    ["éééé", 7, "éé…"],
    ["🦊🦊", 7, "🦊…"],
    ["🦊🦊", 8, "🦊🦊"],
    ["", 4, ""],
  ] as const)("%s in %i bytes is %s", ([text, max, expected]) => {
    expect(clipBytes(text, max)).toBe(expected);
  });

  // Group names and requesters of the audit log: a limit of 512 or 256 bytes, which any script must fit in.
  test.for([
    ["a".repeat(256), 256, "a".repeat(256)],
    ["a".repeat(257), 256, `${"a".repeat(253)}…`],
    ["語".repeat(128), 512, "語".repeat(128)],
    ["語".repeat(171), 512, `${"語".repeat(169)}…`],
    ["\u{1F98A}".repeat(128), 512, "\u{1F98A}".repeat(128)],
  ] as const)("cuts names as the audit log keeps them: %s in %i", ([text, max, expected]) => {
    expect(clipBytes(text, max)).toBe(expected);
  });

  test("never breaks the limit or a character, and cuts only what is too long", () => {
    // fast-check's own unit of all code points takes a second to make.
    const codePoint = fc.integer({ min: 0, max: 0x10ffff }).map((point) => String.fromCodePoint(point));
    const unit = fc.constantFrom("grapheme" as const, codePoint);
    fc.assert(
      fc.property(
        unit.chain((each) => fc.string({ unit: each, maxLength: 300 })),
        fc.integer({ min: 3, max: 200 }),
        (text, max) => {
          const clipped = clipBytes(text, max);
          expect(Buffer.byteLength(clipped)).toBeLessThanOrEqual(max);
          expect(clipped.isWellFormed() || !text.isWellFormed()).toBe(true);
          const fits = Buffer.byteLength(text) <= max;
          expect(clipped).toBe(fits ? text : `${text.slice(0, clipped.length - 1)}…`);
        },
      ),
    );
  });
});

describe("what cannot be seen", () => {
  test.for([
    ["bob", "bob", "…"],
    ["bob ", "bob<U+0020>", "…<U+0020>"],
    ["\u00a0b\u200bb", "<U+00A0>b<U+200B>b", "<U+00A0>…<U+200B>…"],
    ["a\u{e0020}", "a<U+E0020>", "…<U+E0020>"],
    ["🦊зоя-1", "🦊зоя-1", "…"],
    ["", "", ""],
  ] as const)("in %j is shown as its code point", ([text, whole, only]) => {
    expect(showUnseen(text)).toBe(whole);
    expect(showOnlyUnseen(text)).toBe(only);
  });
});

test.for([
  ["enable_user", '"enable_user"'],
  ["", '""'],
  ["ann@example.com", '"…"'],
  ["Aa1!password", '"…"'],
  ["a\nb", '"…"'],
  ["\u{1f600}", '"…"'],
] as const)("a name that a caller sent is quoted if it has the form of one: %j", ([name, quoted]) => {
  expect(quotedName(name)).toBe(quoted);
});
