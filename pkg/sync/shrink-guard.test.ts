import { describe, expect, test } from "vitest";
import { shrinkRefusal } from "./shrink-guard.ts";

const counts = (users: number, groups: number, memberships: number) => ({ users, groups, memberships });

describe("the shrink guard (D12, STORE-7)", () => {
  test.for([
    [counts(100, 10, 200), counts(50, 5, 100), "exactly half of everything"],
    [counts(0, 0, 0), counts(0, 0, 0), "nothing out of nothing"],
    [counts(0, 0, 0), counts(5, 5, 5), "growth from nothing"],
    [counts(1, 1, 1), counts(1, 1, 1), "one of each"],
    [counts(2, 2, 2), counts(1, 1, 1), "one of two"],
    [counts(3, 0, 0), counts(2, 0, 0), "two of three"],
  ] as const)("lets %j become %j: %s", ([before, after]) => {
    expect(shrinkRefusal("f.c1z", before, after)).toBeUndefined();
  });

  test.for([
    [counts(100, 10, 200), counts(49, 10, 200), "users 100 -> 49"],
    [counts(100, 10, 200), counts(100, 4, 200), "groups 10 -> 4"],
    [counts(100, 10, 200), counts(100, 10, 99), "memberships 200 -> 99"],
    [counts(1, 1, 1), counts(0, 0, 0), "users 1 -> 0, groups 1 -> 0, memberships 1 -> 0"],
    [counts(3, 0, 0), counts(1, 0, 0), "users 3 -> 1"],
  ] as const)("refuses that %j becomes %j", ([before, after, numbers]) => {
    const refusal = shrinkRefusal("f.c1z", before, after);
    expect(refusal?.code).toBe("refused-by-guard");
    expect(refusal?.message).toContain(`(${numbers})`);
    expect(refusal?.message).toContain("--accept-shrink");
    expect(refusal?.message).toContain("f.c1z");
  });
});
