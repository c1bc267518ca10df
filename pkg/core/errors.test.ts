import { describe, expect, test } from "vitest";
import { GovernanceError } from "./errors.ts";

const frames = (error: Error): number => (error.stack ?? "").split("\n    at ").length - 1;

describe("the stack of an error", () => {
  test.for([
    "unauthenticated",
    "permission-denied",
    "throttled",
    "unavailable",
    "deadline-exceeded",
    "canceled",
    "resource-exhausted",
  ] as const)("is not written for %s, which callers may cause without an end", (code) => {
    const error = new GovernanceError(code, "no");
    expect(frames(error)).toBe(0);
    expect(frames(error.with({ message: "no more" }))).toBe(0);
  });

  test("is there for a fault of the program, also after a refusal", () => {
    const refusal = new GovernanceError("canceled", "no");
    const fault = new GovernanceError("internal", "a fault", { cause: refusal });
    expect(frames(fault)).toBeGreaterThan(1);
    expect(fault.stack).toContain("errors.test.ts");
  });
});
