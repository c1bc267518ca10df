import { expect, test } from "vitest";
import { GovernanceError } from "../core/errors.ts";
import { NamedRow } from "./named-row.ts";

const ROW = new NamedRow(
  new Map([
    ["at", 0],
    ["text", 1],
    ["Sub", 2],
    ["nothing", 3],
    ["count", 4],
    ["yes", 5],
    ["since", 6],
  ]),
  ["yesterday", "{", "5c1e", null, 3, true, "2026-11-21T12:00:00.000Z"],
);

function refusal(read: () => unknown): GovernanceError {
  try {
    read();
  } catch (error) {
    return GovernanceError.from(error);
  }
  throw new Error("nothing was refused");
}

test.for([
  ["a text that is not a time", () => ROW.time("at"), "at holds no time"],
  ["a text that is not JSON", () => ROW.json("text"), "text is not JSON"],
  ["a number that is a text", () => ROW.number("at"), "at has another type"],
  ["a number that is a text, where it may be null", () => ROW.optionalNumber("at"), "at has another type"],
  ["a truth that is a number", () => ROW.truth("count"), "count has another type"],
  [
    "a truth that is a number, where it may be null",
    () => ROW.optionalTruth("count"),
    "count has another type",
  ],
  ["a text that is not a time, where it may be null", () => ROW.optionalTime("at"), "at holds no time"],
  ["a null where none may be", () => ROW.number("nothing"), "nothing has another type"],
  ["a column that the schema spells otherwise", () => ROW.text("sub"), "has no column sub"],
] as const)("damage of a row is named without what it holds: %s", ([, read, message]) => {
  const error = refusal(read);
  expect(error.code).toBe("data-loss");
  expect(error.message).toContain("the inventory is damaged");
  expect(error.message).toContain(message);
  expect(error.message).not.toContain("yesterday");
});

test("what may be null is undefined there, and else what it is", () => {
  const read = (column: "nothing" | undefined): readonly unknown[] => [
    ROW.optionalText(column ?? "Sub"),
    ROW.optionalNumber(column ?? "count"),
    ROW.optionalTruth(column ?? "yes"),
    ROW.optionalTime(column ?? "since"),
  ];
  expect(read("nothing")).toEqual([undefined, undefined, undefined, undefined]);
  expect(read(undefined)).toEqual(["5c1e", 3, true, new Date("2026-11-21T12:00:00.000Z")]);
});
