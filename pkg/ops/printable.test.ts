import { expect, test } from "vitest";
import { printableLines } from "../core/text.ts";
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

test.for([
  ["plain", "plain"],
  ["two\nlines\tand\r\na tab", "two\nlines\tand\r\na tab"],
  ["password\rxxxxxxxx", "password\\u{d}xxxxxxxx"],
  ["\u001b[31mred\u0000\u007f\u009b2J", "\\u{1b}[31mred\\u{0}\\u{7f}\\u{9b}2J"],
  ["שלום\u200f", "שלום\u200f"],
] as const)("%j is shown in lines as %j", ([text, shown]) => {
  expect(printableLines(text)).toBe(shown);
});
