import { expect, test } from "vitest";
import { GovernanceError } from "../core/errors.ts";
import { scimErrorOf } from "./scim-error.ts";

test("a user in too many groups is refused with 403, a full connector with 429", () => {
  const limit = new GovernanceError("resource-exhausted", "too many groups", { reason: "group-limit" });
  expect(scimErrorOf(limit)).toMatchObject({ status: 403, retryAfterSeconds: undefined });
  const full = new GovernanceError("resource-exhausted", "too many calls");
  expect(scimErrorOf(full)).toMatchObject({ status: 429, retryAfterSeconds: 5 });
});
