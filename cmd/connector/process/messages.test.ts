import { describe, expect, test } from "vitest";
import { GovernanceError } from "../../../pkg/core/errors.ts";
import { memoryContext } from "../testing.fixture.ts";
import { failureLine, printWarnings } from "./messages.ts";

describe("the failure line", () => {
  test("is our own message", () => {
    expect(failureLine(new GovernanceError("not-found", "no such\ngroup"))).toBe(
      "connector: no such\\u{a}group\n",
    );
  });

  test("says what it means for the output first", () => {
    const line = failureLine(new GovernanceError("unavailable", "AWS is away"), "the output is incomplete");
    expect(line).toBe("connector: the output is incomplete: AWS is away\n");
  });

  test("names what nobody expected and where, and keeps its text to itself", () => {
    const line = failureLine(new TypeError("bad ann@example.com"));
    expect(line).toMatch(
      /^connector: unexpected failure, a bug of the connector \(TypeError at .*messages\.test\.ts(?:\?\S+)?:\d+:\d+\)?\)\n$/,
    );
    expect(line).not.toContain("example.com");
  });
});

test("warnings are a line each, and cannot steer the terminal", () => {
  const context = memoryContext();
  printWarnings(["BATON_X is ignored", "\u001b[2Jfile"], context);
  expect(context.stderr.text()).toBe(
    "connector: warning: BATON_X is ignored\nconnector: warning: \\u{1b}[2Jfile\n",
  );
});
