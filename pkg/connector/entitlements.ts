import { create } from "@bufbuild/protobuf";
import { signInProvider } from "../core/group.ts";
import { clipBytes } from "../core/text.ts";
import { annotation, sortedStruct } from "../protocol/builders.ts";
import { GROUP_TYPE, MEMBER, memberEntitlementId } from "../protocol/ids.ts";
import {
  type Entitlement,
  Entitlement_PurposeValue,
  EntitlementImmutableSchema,
  EntitlementSchema,
} from "../protocol/messages.ts";
import { userType } from "./resource-types.ts";

/** Why the members of a group that an identity provider manages cannot be changed here. */
export function managedBySignIn(provider: string) {
  return sortedStruct([
    ["identity_provider", provider],
    ["reason", "Cognito puts the members back at each sign-in through this identity provider"],
  ]);
}

/** The one entitlement of a group: membership (D3). It is made from the name alone, without a call. */
export function memberEntitlement(groupName: string, poolId: string): Entitlement {
  const provider = signInProvider(poolId, groupName);
  const immutable =
    provider === undefined
      ? []
      : [annotation(EntitlementImmutableSchema, { metadata: managedBySignIn(provider) })];
  return create(EntitlementSchema, {
    id: memberEntitlementId(groupName),
    resource: {
      id: { resourceType: GROUP_TYPE, resource: groupName },
      displayName: clipBytes(groupName, 1024),
    },
    displayName: clipBytes(`${groupName} member`, 1024),
    description: `Member of the Cognito group ${groupName}`,
    grantableTo: [userType],
    annotations: immutable,
    purpose: Entitlement_PurposeValue.ASSIGNMENT,
    slug: MEMBER,
  });
}
