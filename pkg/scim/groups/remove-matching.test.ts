import { expect, test } from "vitest";
import type { Filter } from "../protocol/filter-tree.ts";
import { removeMatching } from "./remove-matching.ts";

const IS_B: Filter = {
  kind: "compare",
  path: { urn: undefined, attribute: "value", sub: undefined },
  operator: "sw",
  value: "b",
  as: "caseExact",
};

const COUNT = 100_000;

function members() {
  return new Set(Array.from({ length: COUNT }, (_, at) => (at % 2 === 0 ? `a${at}` : `b${at}`)));
}

test("takes out whom the filter chooses, and nobody else", async () => {
  const ids = members();
  await removeMatching(ids, IS_B, (value) => ({ value }), new AbortController().signal);
  expect(ids.size).toBe(COUNT / 2);
  expect([...ids].some((id) => id.startsWith("b"))).toBe(false);
});

test("others have their turn, and a caller that leaves ends it", async () => {
  const stop = new AbortController();
  setImmediate(() => stop.abort(new Error("left")));
  let looks = 0;
  const itemOf = (value: string) => {
    looks += 1;
    return { value };
  };
  await expect(removeMatching(members(), IS_B, itemOf, stop.signal)).rejects.toThrow("left");
  expect(looks).toBeLessThan(COUNT / 2);
});
