import { create } from "@bufbuild/protobuf";
import { signInProvider } from "../core/group.ts";
import type { User } from "../core/user.ts";
import { annotation, resourceStub } from "../protocol/builders.ts";
import { GROUP_TYPE, memberEntitlementId, membershipGrantId, USER_TYPE } from "../protocol/ids.ts";
import { EntitlementSchema, type Grant, GrantImmutableSchema, GrantSchema } from "../protocol/messages.ts";
import type { UserIdKind } from "./connector.ts";
import { managedBySignIn } from "./entitlements.ts";
import { userId } from "./users.ts";

/**
 * What makes a membership of one group out of a member. It names its group and its member by id only: both are rows of
 * their own. All memberships of a page share the message that names the group, since a sync makes millions.
 */
export function membershipGrants(
  groupName: string,
  kind: UserIdKind,
  poolId: string,
): (member: User) => Grant {
  const provider = signInProvider(poolId, groupName);
  const annotations =
    provider === undefined ? [] : [annotation(GrantImmutableSchema, { metadata: managedBySignIn(provider) })];
  const entitlement = create(EntitlementSchema, {
    id: memberEntitlementId(groupName),
    resource: { id: { resourceType: GROUP_TYPE, resource: groupName } },
  });
  return (member) => {
    const principal = userId(member, kind);
    return create(GrantSchema, {
      id: membershipGrantId(groupName, principal),
      entitlement,
      principal: resourceStub({ resourceType: USER_TYPE, resource: principal }),
      annotations,
    });
  };
}

/** About how many bytes the grant takes on the wire, from above. */
export function membershipGrantBytes(groupName: string): number {
  return 1024 + 9 * groupName.length;
}
