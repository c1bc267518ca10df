// An AWS operation that the program calls is in every list of IAM actions: in the policy that operators attach, and in the
// permissions that platforms read. One that is missing there is found at the first call that IAM denies.
import { describe, expect, test } from "vitest";
import { IDEMPOTENT } from "../pkg/cognito/calls/retry.ts";
import { capabilities } from "../pkg/connector/capabilities.ts";
import { FEATURE_NAMES, FEATURES, LOST_WITHOUT, operationsOf } from "../pkg/connector/features.ts";
import { iamPolicy } from "../pkg/connector/iam-policy.ts";
import { CATEGORY_OF, QUOTAS, WRITE_OPERATIONS } from "../pkg/core/operations.ts";
import { VENDOR_ALL, VENDOR_READS } from "./cognito/vendor-policies.ts";

/** All of them: the type of the table makes it complete. */
const OPERATIONS = Object.keys(CATEGORY_OF).toSorted();
const ACTIONS = OPERATIONS.map((operation) => `cognito-idp:${operation}`);

function actionsOf(policy: object): string[] {
  return [...JSON.stringify(policy).matchAll(/"(cognito-idp:\w+)"/g)].map(([, action = ""]) => action);
}

function policyFor(provisioning: boolean): string[] {
  const features = provisioning ? FEATURE_NAMES : [];
  return actionsOf(iamPolicy({ poolId: "eu-west-1_AbCd12345", accountId: "*", features }));
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

  test("belongs to a feature, which says what it offers, and what is lost without the operation", () => {
    expect([...new Set(FEATURE_NAMES.flatMap(operationsOf))].toSorted()).toEqual(OPERATIONS);
    expect(Object.keys(LOST_WITHOUT).toSorted()).toEqual(OPERATIONS);
    expect(FEATURE_NAMES.filter((name) => FEATURES[name].offers === "")).toEqual([]);
  });

  test("of the vendor's page is enough to read and to provision", () => {
    const asked = ["read", "provision"] as const;
    const needed = new Set(asked.flatMap((name) => FEATURES[name].needs));
    expect([...needed].toSorted()).toEqual([...VENDOR_ALL].toSorted());
    expect(FEATURES.read.needs.filter((operation) => !VENDOR_READS.some((one) => one === operation))).toEqual(
      [],
    );
  });

  test("has a quota category and says whether it may be repeated", () => {
    expect(Object.keys(IDEMPOTENT).toSorted()).toEqual(OPERATIONS);
    expect([...new Set(Object.values(CATEGORY_OF))].toSorted()).toEqual(Object.keys(QUOTAS).toSorted());
  });
});
