import { expect, test } from "vitest";
import { arrayBytes } from "./array-bytes.ts";

const TEXTS = ["1", '"é"', '{"a":"日本😀"}', `"${"ü".repeat(40_000)}"`, `"${"日".repeat(600_000)}"`];

test.for([["1"], TEXTS, TEXTS.slice(0, 3)])("an array has the bytes of its JSON text (%#)", (texts) => {
  const bytes = arrayBytes(texts);
  expect(new TextDecoder().decode(bytes)).toBe(`[${texts.join(",")}]`);
  // All of its memory goes to another thread.
  expect(bytes.buffer.byteLength).toBe(bytes.byteLength);
});

test("a later array leaves the bytes of an earlier one alone", () => {
  const first = arrayBytes(["1", "2"]);
  arrayBytes(["3", "4"]);
  expect(new TextDecoder().decode(first)).toBe("[1,2]");
});
