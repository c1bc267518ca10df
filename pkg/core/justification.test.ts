import { expect, test } from "vitest";
import { justificationProblem } from "./justification.ts";

test.for(["CHG-4711", "Zugang für das Audit 2026 😀", "x".repeat(500), "😀".repeat(500)])(
  "a reason is one line of up to 500 characters: %s",
  (text) => {
    expect(justificationProblem(text)).toBeUndefined();
  },
);

test.for<[string, string, string]>([
  ["empty", "", "must not be empty"],
  ["blank", "  ", "must not be empty"],
  ["of two lines", "a\nb", "must be one line of printable text"],
  ["with an escape sequence", "a\u001b[2Jb", "must be one line of printable text"],
  ["with a direction mark", "a\u202eb", "must be one line of printable text"],
  ["too long", "x".repeat(501), "is longer than 500 characters"],
  ["with half a character", "a\ud83d", "is not well-formed Unicode text"],
])("a reason that is %s is refused", ([, text, problem]) => {
  expect(justificationProblem(text)).toBe(problem);
});
