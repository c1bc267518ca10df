import { describe, expect, it } from "vitest";
import { parseAnswer } from "./answer.ts";

const answer = (...turns: readonly number[]) => [
  7000,
  0,
  8,
  4,
  0,
  5000,
  5000,
  40,
  3,
  9,
  100_000,
  0,
  300_000,
  ...turns,
];

describe("the answer of the script", () => {
  it("is read", () => {
    expect(parseAnswer(answer(-1000, 2500))).toMatchObject({
      turnsInMs: [-1, 2.5],
      outcomesKnown: 3,
      givenInAll: 9,
      sharedNowMs: 7,
    });
  });

  it.for([
    ["a turn that is a minute ahead", answer(60_000_000)],
    ["a turn that is long over", answer(-60_000_000)],
    ["fewer numbers", answer().slice(0, -1)],
    ["a count below 0", answer().with(8, -1)],
  ] as const)("is refused with %s", ([, reply]) => {
    expect(() => parseAnswer(reply)).toThrow("cannot");
  });
});
