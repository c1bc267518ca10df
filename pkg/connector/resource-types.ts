import { create } from "@bufbuild/protobuf";
import type { Operation } from "../core/operations.ts";
import { annotation } from "../protocol/builders.ts";
import { GROUP_TYPE, USER_TYPE } from "../protocol/ids.ts";
import {
  CapabilityPermissionsSchema,
  type ResourceType,
  ResourceType_Trait,
  ResourceTypeSchema,
  SkipEntitlementsAndGrantsSchema,
} from "../protocol/messages.ts";

/** Users carry no entitlements of their own, so the platform asks nothing per user (D3). */
export const userType: ResourceType = create(ResourceTypeSchema, {
  id: USER_TYPE,
  displayName: "User",
  description: "A user profile of the Cognito user pool",
  traits: [ResourceType_Trait.USER],
  annotations: [
    annotation(SkipEntitlementsAndGrantsSchema, {}),
    permissions(
      "DescribeUserPool",
      "ListUsers",
      "AdminGetUser",
      "AdminListGroupsForUser",
      "AdminCreateUser",
      "AdminConfirmSignUp",
      "AdminDeleteUser",
      "AdminUpdateUserAttributes",
      "AdminDeleteUserAttributes",
      "AdminEnableUser",
      "AdminDisableUser",
      "AdminSetUserPassword",
      "AdminResetUserPassword",
      "AdminSetUserMFAPreference",
      "AdminUserGlobalSignOut",
    ),
  ],
});

export const groupType: ResourceType = create(ResourceTypeSchema, {
  id: GROUP_TYPE,
  displayName: "Group",
  description: "A group of the Cognito user pool",
  traits: [ResourceType_Trait.GROUP],
  annotations: [
    permissions(
      "GetGroup",
      "ListGroups",
      "ListUsersInGroup",
      "AdminListGroupsForUser",
      "AdminAddUserToGroup",
      "AdminRemoveUserFromGroup",
      "CreateGroup",
      "UpdateGroup",
      "DeleteGroup",
    ),
  ],
});

/** Every type that we serve, in the order that we list them. */
export const RESOURCE_TYPES: readonly ResourceType[] = [userType, groupType];

/** The IAM actions that a type takes, those for reading it first. */
function permissions(...operations: readonly Operation[]) {
  return annotation(CapabilityPermissionsSchema, {
    permissions: operations.map((operation) => ({ permission: `cognito-idp:${operation}` })),
  });
}
