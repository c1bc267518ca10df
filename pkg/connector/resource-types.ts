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

/** Users have no entitlements, so the platform sends no request for each user (D3). */
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
      "AdminListUserAuthEvents",
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

/** Every type of this connector, in the order of the listing. */
export const RESOURCE_TYPES: readonly ResourceType[] = [userType, groupType];

/** The IAM actions that a type needs, those for reading first. */
function permissions(...operations: readonly Operation[]) {
  return annotation(CapabilityPermissionsSchema, {
    permissions: operations.map((operation) => ({ permission: `cognito-idp:${operation}` })),
  });
}
