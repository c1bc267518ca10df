import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CATEGORY_OF } from "../../core/operations.ts";
import type { FailureKind } from "../failures/failure-kind.ts";
import { type CallHistory, DEFAULT_RETRY, decideRetry, IDEMPOTENT } from "./retry.ts";

const first: CallHistory = { attempts: 1, spentMs: 0, retriedOnce: new Set() };
const decide = (kind: FailureKind, over: Partial<CallHistory> = {}, idempotent = true, random = 0.5) =>
  decideRetry(DEFAULT_RETRY, kind, idempotent, { ...first, ...over }, () => random);

describe("decideRetry", () => {
  test.for([
    ["throttled", true, true],
    ["source-unreachable", true, true],
    ["unsent", true, true],
    ["transient", true, false],
    ["timeout", true, false],
    ["malformed", true, false],
    ["credentials", true, true],
    ["clock-skew", true, true],
    ["no-credentials", false, false],
    ["denied", false, false],
    ["replica", false, false],
    ["resource-missing", false, false],
    ["user-missing", false, false],
    ["user-state", false, false],
    ["user-exists", false, false],
    ["alias-exists", false, false],
    ["group-exists", false, false],
    ["password-refused", false, false],
    ["password-reused", false, false],
    ["delivery-failed", false, false],
    ["trigger-failed", false, false],
    ["marker-refused", false, false],
    ["parameter", false, false],
    ["limit", false, false],
    ["unimplemented", false, false],
    ["foreign", false, false],
    ["certificate", false, false],
    ["configuration", false, false],
    ["unknown", false, false],
  ] as const)("%s: a read is sent again %s, a create %s (D8)", ([kind, read, create]) => {
    expect(decide(kind).kind === "retry").toBe(read);
    expect(decide(kind, {}, false).kind === "retry").toBe(create);
  });

  test.for([
    [1, 200],
    [2, 400],
    [3, 800],
    [7, 12_800],
    [8, 20_000],
    [9, 20_000],
  ] as const)("mark 22: after attempt %i waits anything up to %i ms", ([attempts, boundMs]) => {
    expect(decide("throttled", { attempts }, true, 0)).toEqual({ kind: "retry", delayMs: 0 });
    expect(decide("throttled", { attempts }, true, 0.999_999_9)).toEqual({ kind: "retry", delayMs: boundMs });
    expect(decide("throttled", { attempts }, true, 0.5)).toEqual({ kind: "retry", delayMs: boundMs / 2 });
  });

  test("stops at the count", () => {
    expect(decide("throttled", { attempts: 9 }).kind).toBe("retry");
    expect(decide("throttled", { attempts: 10 })).toEqual({ kind: "give-up", retryInMs: 20_000 });
  });

  test("stops before the wait that would pass the total time", () => {
    expect(decide("throttled", { spentMs: 119_900 }).kind).toBe("retry");
    expect(decide("throttled", { spentMs: 119_901 }).kind).toBe("give-up");
  });

  test.for(["credentials", "clock-skew"] as const)("mark 24: %s is put right one time, at once", (kind) => {
    expect(decide(kind)).toEqual({ kind: "retry", delayMs: 0 });
    expect(decide(kind, { retriedOnce: new Set([kind]) })).toEqual({ kind: "give-up", retryInMs: undefined });
  });

  test("never waits past its cap nor goes on past its count, whatever the history", () => {
    const property = fc.property(
      fc.integer({ min: 1, max: 10_000 }),
      fc.integer({ min: 0, max: 1e9 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.constantFrom<FailureKind>("throttled", "transient", "timeout", "malformed"),
      (attempts, spentMs, random, kind) => {
        const decision = decide(kind, { attempts, spentMs }, true, random);
        if (decision.kind === "give-up") return (decision.retryInMs ?? -1) <= DEFAULT_RETRY.capMs;
        return (
          attempts < DEFAULT_RETRY.maxAttempts &&
          decision.delayMs <= DEFAULT_RETRY.capMs &&
          spentMs + decision.delayMs <= DEFAULT_RETRY.maxTotalMs
        );
      },
    );
    const { failed, seed, counterexample } = fc.check(property);
    expect({ failed, seed, counterexample }).toMatchObject({ failed: false });
  });
});

test("whether an operation may be repeated is decided for each", () => {
  expect(Object.keys(IDEMPOTENT).sort()).toEqual(Object.keys(CATEGORY_OF).sort());
});
