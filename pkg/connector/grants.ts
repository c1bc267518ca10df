import { create } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import { signInProvider } from "../core/group.ts";
import type { Member } from "../core/user.ts";
import { annotation, resourceStub } from "../protocol/builders.ts";
import { GROUP_TYPE, memberEntitlementId, membershipGrantId, USER_TYPE } from "../protocol/ids.ts";
import { EntitlementSchema, type Grant, GrantImmutableSchema, GrantSchema } from "../protocol/messages.ts";
import type { UserIdKind } from "./connector.ts";
import { managedBySignIn } from "./entitlements.ts";
import { userId } from "./users.ts";

/**
 * Returns a function that builds the membership of one member. A membership holds only the ids of its group and its member:
 * both have their own rows. All memberships of a page share one entitlement message, because a sync builds millions.
 */
export function membershipGrants(
  groupName: string,
  kind: UserIdKind,
  poolId: string,
): (member: Member) => Grant {
  const annotations = grantAnnotations(groupName, poolId);
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

/** A membership that a sign-in brings back cannot be revoked here. */
export function grantAnnotations(groupName: string, poolId: string): Any[] {
  const provider = signInProvider(poolId, groupName);
  return provider === undefined
    ? []
    : [annotation(GrantImmutableSchema, { metadata: managedBySignIn(provider) })];
}

/** An upper bound of the bytes that the grant takes in an answer. */
export function membershipGrantBytes(groupName: string): number {
  return 1024 + 9 * groupName.length;
}
