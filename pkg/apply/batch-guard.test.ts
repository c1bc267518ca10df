import { describe, expect, test } from "vitest";
import type { BatchPlan, RowAction } from "./batch.ts";
import { type BatchLimits, guardBatch } from "./batch-guard.ts";

const LIMITS: BatchLimits = { maxChanges: 1000, maxPercent: 10, ceilings: [], estimatedUsers: 100 };
const STEP = { disable: "AdminDisableUser", delete: "AdminDeleteUser", enable: "AdminEnableUser" } as const;

function plan(
  action: keyof typeof STEP & RowAction,
  count: number,
  state: "planned" | "done-before" = "planned",
): BatchPlan {
  const rows = Array.from({ length: count }, (_, i) => ({
    row: { line: i + 2, change: { action, user: `u${i}` }, justification: undefined },
    state,
    user: `sub-${i}`,
    account: { sub: `sub-${i}`, username: `u${i}` },
    steps: [STEP[action]],
    digest: "",
  }));
  return { rows, problems: [], hash: "" };
}

describe("the guard of a batch", () => {
  test.for<[string, BatchPlan, Partial<BatchLimits>]>([
    ["up to the share", plan("disable", 10), {}],
    ["one person of a small pool", plan("delete", 1), { estimatedUsers: 3 }],
    ["one person where the estimate is 0", plan("delete", 1), { estimatedUsers: 0 }],
    ["what takes nothing away", plan("enable", 50), {}],
    ["what was done before", plan("delete", 50, "done-before"), { maxChanges: 0 }],
    ["up to the ceiling", plan("disable", 3), { ceilings: [{ budget: "disables", limit: 5, spent: 2 }] }],
  ])("allows %s", ([, batch, limits]) => {
    expect(() => guardBatch(batch, { ...LIMITS, ...limits })).not.toThrow();
  });

  test.for<[string, BatchPlan, Partial<BatchLimits>, string]>([
    ["one more than the share", plan("disable", 11), {}, "--max-percent 11 allows it"],
    ["anybody with a share of 0", plan("disable", 1), { maxPercent: 0 }, "--max-percent 1 allows it"],
    ["everybody of a small pool", plan("delete", 3), { estimatedUsers: 3 }, "--max-percent 100 allows it"],
    ["one change too many", plan("enable", 3), { maxChanges: 2 }, "--max-changes 3 allows them"],
    [
      "one more than the ceiling",
      plan("disable", 3),
      { ceilings: [{ budget: "disables", limit: 5, spent: 3 }] },
      "--max-disables-per-hour to 6",
    ],
  ])("refuses %s, and names what lifts it", ([, batch, limits, cure]) => {
    expect(() => guardBatch(batch, { ...LIMITS, ...limits })).toThrow(
      expect.objectContaining({ code: "refused-by-guard", message: expect.stringContaining(cure) }),
    );
  });
});
