// An AWS operation that the program calls is in every list of IAM actions: in the policy that operators attach, and in the
// permissions that platforms read. One that is missing there is found at the first call that IAM denies.
import { describe, expect, test } from "vitest";
import { IDEMPOTENT } from "../pkg/cognito/calls/retry.ts";
import { capabilities } from "../pkg/connector/capabilities.ts";
import { iamPolicy } from "../pkg/connector/iam-policy.ts";
import { CATEGORY_OF, QUOTAS, WRITE_OPERATIONS } from "../pkg/core/operations.ts";

/** All of them: the type of the table makes it complete. */
const OPERATIONS = Object.keys(CATEGORY_OF).toSorted();
const ACTIONS = OPERATIONS.map((operation) => `cognito-idp:${operation}`);

function actionsOf(policy: object): string[] {
  return [...JSON.stringify(policy).matchAll(/"(cognito-idp:\w+)"/g)].map(([, action = ""]) => action);
}

function policyFor(provisioning: boolean): string[] {
  return actionsOf(iamPolicy({ poolId: "eu-west-1_AbCd12345", accountId: "*", provisioning }));
}

describe("every operation", () => {
  test("is in the IAM policy once", () => {
    expect(policyFor(true).toSorted()).toEqual(ACTIONS);
  });

  test("that changes the pool is in the IAM policy only with provisioning", () => {
    const writes = new Set<string>(WRITE_OPERATIONS.map((operation) => `cognito-idp:${operation}`));
    expect(policyFor(false).filter((action) => writes.has(action))).toEqual([]);
  });

  test("is a permission of a resource type, and no type names one twice", () => {
    const byType = capabilities().resourceTypeCapabilities.map(
      ({ permissions }) => permissions?.permissions.map(({ permission }) => permission) ?? [],
    );
    expect([...new Set(byType.flat())].toSorted()).toEqual(ACTIONS);
    expect(byType.map((own) => new Set(own).size)).toEqual(byType.map((own) => own.length));
  });

  test("has a quota category and says whether it may be repeated", () => {
    expect(Object.keys(IDEMPOTENT).toSorted()).toEqual(OPERATIONS);
    expect([...new Set(Object.values(CATEGORY_OF))].toSorted()).toEqual(Object.keys(QUOTAS).toSorted());
  });
});
