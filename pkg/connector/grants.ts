import { create } from "@bufbuild/protobuf";
import { signInProvider } from "../core/group.ts";
import type { User } from "../core/user.ts";
import { annotation } from "../protocol/annotations.ts";
import { GROUP_TYPE, memberEntitlementId, membershipGrantId, USER_TYPE } from "../protocol/ids.ts";
import { type Grant, GrantImmutableSchema, GrantSchema } from "../protocol/messages.ts";
import type { UserIdKind } from "./connector.ts";
import { managedBySignIn } from "./entitlements.ts";
import { userId } from "./users.ts";

/** One membership. It names its group and its member by id only: both are rows of their own. */
export function membershipGrant(groupName: string, member: User, kind: UserIdKind, poolId: string): Grant {
  const principal = userId(member, kind);
  const provider = signInProvider(poolId, groupName);
  const immutable =
    provider === undefined ? [] : [annotation(GrantImmutableSchema, { metadata: managedBySignIn(provider) })];
  return create(GrantSchema, {
    id: membershipGrantId(groupName, principal),
    entitlement: {
      id: memberEntitlementId(groupName),
      resource: { id: { resourceType: GROUP_TYPE, resource: groupName } },
    },
    principal: { id: { resourceType: USER_TYPE, resource: principal } },
    annotations: immutable,
  });
}

/** About how many bytes the grant takes on the wire, from above. */
export function membershipGrantBytes(groupName: string): number {
  return 1024 + 9 * groupName.length;
}
