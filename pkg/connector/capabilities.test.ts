import { describe, expect, test } from "vitest";
import type { Operation } from "../core/operations.ts";
import { Capability, CapabilityDetailCredentialOption } from "../protocol/messages.ts";
import { capabilities } from "./capabilities.ts";

const names = (list: readonly Capability[]) =>
  list.map((one) => Object.entries(Capability).find(([, number]) => number === one)?.[0]);

describe("the capabilities", () => {
  test("of the types are in the order of the Baton SDK, the types by id", () => {
    const types = capabilities().resourceTypeCapabilities.map(({ resourceType, capabilities: own }) => [
      resourceType?.id,
      names(own),
    ]);
    expect(types).toEqual([
      ["group", ["SYNC", "TARGETED_SYNC", "PROVISION", "RESOURCE_DELETE", "RESOURCE_CREATE"]],
      ["user", ["SYNC", "TARGETED_SYNC", "ACCOUNT_PROVISIONING", "RESOURCE_DELETE", "CREDENTIAL_ROTATION"]],
    ]);
  });

  test("of the connector are those of its types and its actions, by number", () => {
    expect(names(capabilities().connectorCapabilities)).toEqual([
      "PROVISION",
      "SYNC",
      "ACCOUNT_PROVISIONING",
      "CREDENTIAL_ROTATION",
      "RESOURCE_CREATE",
      "RESOURCE_DELETE",
      "ACTIONS",
      "TARGETED_SYNC",
    ]);
  });

  test("claim no change where the operator allows none", () => {
    const read = capabilities({ provisioning: false, encryptedPasswords: true });
    expect(names(read.connectorCapabilities)).toEqual(["SYNC", "TARGETED_SYNC"]);
    expect(read.resourceTypeCapabilities.map(({ capabilities: own }) => names(own))).toEqual([
      ["SYNC", "TARGETED_SYNC"],
      ["SYNC", "TARGETED_SYNC"],
    ]);
    expect(read.credentialDetails?.capabilityAccountProvisioning).toBeUndefined();
    expect(read.credentialDetails?.capabilityCredentialRotation).toBeUndefined();
  });

  test("claim nothing that IAM denies", () => {
    const denied = new Set<Operation>(["AdminSetUserPassword", "CreateGroup", "DeleteGroup"]);
    const vendor = capabilities({ provisioning: true, encryptedPasswords: true }, denied);
    expect(vendor.resourceTypeCapabilities.map(({ capabilities: own }) => names(own))).toEqual([
      ["SYNC", "TARGETED_SYNC", "PROVISION"],
      ["SYNC", "TARGETED_SYNC", "ACCOUNT_PROVISIONING", "RESOURCE_DELETE"],
    ]);
    expect(vendor.credentialDetails?.capabilityAccountProvisioning?.supportedCredentialOptions).toEqual([
      CapabilityDetailCredentialOption.NO_PASSWORD,
    ]);
    expect(vendor.credentialDetails?.capabilityCredentialRotation).toBeUndefined();
    const blind = capabilities({ provisioning: true, encryptedPasswords: true }, new Set(["AdminGetUser"]));
    expect(names(blind.connectorCapabilities)).not.toContain("ACTIONS");
  });

  test("claim the feed of events where there is one, whatever IAM denies", () => {
    const reading = { provisioning: false, encryptedPasswords: false };
    expect(names(capabilities(reading, new Set(), true).connectorCapabilities)).toEqual([
      "SYNC",
      "TARGETED_SYNC",
      "EVENT_FEED_V2",
    ]);
    const denied = new Set<Operation>(["AdminGetUser", "DescribeUserPool"]);
    const changing = { provisioning: true, encryptedPasswords: false };
    expect(names(capabilities(changing, denied, true).connectorCapabilities)).toContain("EVENT_FEED_V2");
    expect(names(capabilities(changing, denied).connectorCapabilities)).not.toContain("EVENT_FEED_V2");
  });

  test("claim encrypted passwords only where the connector can open them", () => {
    const { ENCRYPTED_PASSWORD } = CapabilityDetailCredentialOption;
    const { credentialDetails } = capabilities({ provisioning: true, encryptedPasswords: false });
    for (const detail of [
      credentialDetails?.capabilityAccountProvisioning,
      credentialDetails?.capabilityCredentialRotation,
    ]) {
      expect(detail?.supportedCredentialOptions).not.toContain(ENCRYPTED_PASSWORD);
    }
  });

  test("say how passwords come about", () => {
    const { NO_PASSWORD, RANDOM_PASSWORD, ENCRYPTED_PASSWORD } = CapabilityDetailCredentialOption;
    expect(capabilities().credentialDetails).toMatchObject({
      capabilityAccountProvisioning: {
        supportedCredentialOptions: [NO_PASSWORD, RANDOM_PASSWORD, ENCRYPTED_PASSWORD],
        preferredCredentialOption: NO_PASSWORD,
      },
      capabilityCredentialRotation: {
        supportedCredentialOptions: [RANDOM_PASSWORD, ENCRYPTED_PASSWORD],
        preferredCredentialOption: RANDOM_PASSWORD,
      },
    });
  });

  test("name the IAM actions that each type takes", () => {
    const takenBy: Readonly<Record<Operation, readonly string[]>> = {
      DescribeUserPool: ["user"],
      ListUsers: ["user"],
      ListUsersInGroup: ["group"],
      ListGroups: ["group"],
      GetGroup: ["group"],
      AdminGetUser: ["user"],
      AdminListGroupsForUser: ["group", "user"],
      AdminListUserAuthEvents: ["user"],
      AdminCreateUser: ["user"],
      AdminDeleteUser: ["user"],
      AdminEnableUser: ["user"],
      AdminDisableUser: ["user"],
      AdminUserGlobalSignOut: ["user"],
      AdminUpdateUserAttributes: ["user"],
      AdminDeleteUserAttributes: ["user"],
      AdminSetUserPassword: ["user"],
      AdminResetUserPassword: ["user"],
      AdminConfirmSignUp: ["user"],
      AdminSetUserMFAPreference: ["user"],
      AdminAddUserToGroup: ["group"],
      AdminRemoveUserFromGroup: ["group"],
      CreateGroup: ["group"],
      UpdateGroup: ["group"],
      DeleteGroup: ["group"],
    };
    const expected = Object.entries(takenBy).flatMap(([operation, types]) =>
      types.map((type) => `${type} cognito-idp:${operation}`),
    );
    const told = capabilities().resourceTypeCapabilities.flatMap(
      ({ resourceType, permissions }) =>
        permissions?.permissions.map(({ permission }) => `${resourceType?.id} ${permission}`) ?? [],
    );
    expect(told.toSorted()).toEqual(expected.toSorted());
  });
});
