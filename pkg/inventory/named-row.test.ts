import { expect, test } from "vitest";
import { GovernanceError } from "../core/errors.ts";
import { NamedRow } from "./named-row.ts";

const ROW = new NamedRow(
  new Map([
    ["at", 0],
    ["text", 1],
    ["Sub", 2],
  ]),
  ["yesterday", "{", "5c1e"],
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
  ["a column that the schema spells otherwise", () => ROW.text("sub"), "has no column sub"],
] as const)("damage of a row is named without what it holds: %s", ([, read, message]) => {
  const error = refusal(read);
  expect(error.code).toBe("data-loss");
  expect(error.message).toContain("the inventory is damaged");
  expect(error.message).toContain(message);
  expect(error.message).not.toContain("yesterday");
});
