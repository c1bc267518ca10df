import { expect, test } from "vitest";
import { GovernanceError } from "../core/errors.ts";
import { scimErrorOf } from "./scim-error.ts";

test("a user in too many groups is refused with 403, a full connector with 429", () => {
  const limit = new GovernanceError("resource-exhausted", "too many groups", { reason: "group-limit" });
  expect(scimErrorOf(limit)).toMatchObject({ status: 403, retryAfterSeconds: undefined });
  const full = new GovernanceError("resource-exhausted", "too many calls");
  expect(scimErrorOf(full)).toMatchObject({ status: 429, retryAfterSeconds: 5 });
});

test.for([
  ["failed-precondition", 500],
  ["resource-exhausted", 500],
  ["data-loss", 500],
  ["internal", 500],
  ["unavailable", 503],
] as const)(
  "a file of our own that cannot be used (%s) is %i, and its path is for the log only",
  ([code, status]) => {
    const failure = new GovernanceError(code, "cannot write /state/x.scim.db: this user may not", {
      reason: "own-files",
    });
    const error = scimErrorOf(failure);
    expect(error).toMatchObject({ status, retryAfterSeconds: status === 503 ? 5 : undefined });
    expect(error.detail).not.toContain("/state");
    expect(error.cause).toBe(failure);
  },
);

test.for(["iam-denied", "own-files"] as const)(
  "a change that stopped half way by %s says what is done",
  (reason) => {
    const failure = new GovernanceError("permission-denied", "AWS: /secret/path", {
      reason,
      appliedEffects: ["AdminCreateUser is done (user 1)"],
    });
    expect(scimErrorOf(failure).detail).toMatch(/its log says why; AdminCreateUser is done \(user 1\)$/);
  },
);
