import { expect, test } from "vitest";
import { nearest } from "./nearest.ts";

test.for([
  ["serv", "serve"],
  ["snyc", "sync"],
  ["SYNC", "sync"],
  ["listt", "list"],
  ["frobnicate", undefined],
  ["", undefined],
] as const)("%s may have meant %s", ([word, meant]) => {
  expect(nearest(word, ["sync", "serve", "list", "validate"])).toBe(meant);
});
