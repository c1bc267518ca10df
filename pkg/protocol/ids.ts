// Ids are a contract: the platform stores its configuration under the exact bytes. They are joined without escaping, as the
// Baton SDK does, so a name with ":" makes them ambiguous. Build them, never split them.

export const USER_TYPE = "user";
export const GROUP_TYPE = "group";

/** The slug of the one entitlement of a group (D3). */
export const MEMBER = "member";

/** `group:<name>:member` */
export function memberEntitlementId(groupName: string): string {
  return `${GROUP_TYPE}:${groupName}:${MEMBER}`;
}

/** The name of the group of such an entitlement, whose two ends are fixed. */
export function groupOfEntitlement(id: string): string {
  return id.slice(GROUP_TYPE.length + 1, -(MEMBER.length + 1));
}

/** `group:<name>:member:user:<user id>` */
export function membershipGrantId(groupName: string, userId: string): string {
  return `${memberEntitlementId(groupName)}:${USER_TYPE}:${userId}`;
}
