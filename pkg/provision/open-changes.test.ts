import { expect, test } from "vitest";
import { GovernanceError } from "../core/errors.ts";
import { createOpenChanges } from "./open-changes.ts";

const NOW = 1_795_000_000_000;

/** Opens changes of the caller until one is refused; how many there are, and how to end them. */
function fill(open: ReturnType<typeof createOpenChanges>, caller: string) {
  const leave: (() => void)[] = [];
  for (;;) {
    try {
      leave.push(open.enter({ caller, mustFinish: false }));
    } catch (error) {
      return { count: leave.length, leave, error: GovernanceError.from(error) };
    }
  }
}

test("one caller gets half of the places, the next half of the rest, and each at least one", () => {
  const open = createOpenChanges(300, () => NOW);
  const counts = Array.from({ length: 12 }, (_, caller) => fill(open, `caller ${caller}`).count);
  expect(counts).toEqual([150, 75, 38, 19, 9, 5, 2, 1, 1, 1, 1, 1]);
});

test("a refusal says when to try again, and a change that ends makes room", () => {
  const open = createOpenChanges(10, () => NOW);
  const { leave, error } = fill(open, "many");
  expect(error).toMatchObject({ code: "unavailable", retryAt: new Date(NOW + 30_000) });
  expect(error.message).toContain("the change was not begun: 5 changes of this caller are open already");
  for (const end of leave) end();
  expect(fill(open, "many").count).toBe(5);
});

test("the connector's own changes do not count", () => {
  const open = createOpenChanges(2, () => NOW);
  for (let change = 0; change < 100; change += 1) open.enter(undefined);
  expect(fill(open, "caller").count).toBe(1);
});
