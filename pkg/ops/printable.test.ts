import { expect, test } from "vitest";
import { printable } from "./printable.ts";

test.for([
  ["plain", "plain"],
  ["Zoë 🦊 日本 عربي", "Zoë 🦊 日本 عربي"],
  ["\u001b[31mred\u001b[0m", "\\u{1b}[31mred\\u{1b}[0m"],
  ["a\nb\tc\rd\u0000", "a\\u{a}b\\u{9}c\\u{d}d\\u{0}"],
  ["\u009b2J", "\\u{9b}2J"],
  ["evil\u202Etxt.exe", "evil\\u{202e}txt.exe"],
  ["half \ud83d pair", "half \\u{d83d} pair"],
  ["one\u2028two", "one\\u{2028}two"],
] as const)("%j is shown as %j", ([text, shown]) => {
  expect(printable(text)).toBe(shown);
});
