import { create } from "@bufbuild/protobuf";
import { annotation } from "../protocol/annotations.ts";
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
    permissions("cognito-idp:DescribeUserPool", "cognito-idp:ListUsers"),
  ],
});

export const groupType: ResourceType = create(ResourceTypeSchema, {
  id: GROUP_TYPE,
  displayName: "Group",
  description: "A group of the Cognito user pool",
  traits: [ResourceType_Trait.GROUP],
  annotations: [
    permissions("cognito-idp:GetGroup", "cognito-idp:ListGroups", "cognito-idp:ListUsersInGroup"),
  ],
});

/** Every type that we serve, in the order that we list them. */
export const RESOURCE_TYPES: readonly ResourceType[] = [userType, groupType];

function permissions(...actions: readonly string[]) {
  return annotation(CapabilityPermissionsSchema, {
    permissions: actions.map((permission) => ({ permission })),
  });
}
