import { Buffer } from "node:buffer";
import { expect, test } from "vitest";
import { freeBytes } from "./free-bytes.ts";

test("bytes with memory of their own are gone once they are freed", () => {
  const bytes = new TextEncoder().encode("a page");
  freeBytes(bytes);
  expect(bytes).toHaveLength(0);
});

test("bytes that share their memory stay", () => {
  const shared = Buffer.from("a page and more").subarray(0, 6);
  freeBytes(shared);
  expect(shared.toString()).toBe("a page");
});
