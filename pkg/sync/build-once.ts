import type { GroupRow, MembershipRow, UserRow } from "../connector/connector.ts";
import type { SyncPage } from "./target.ts";

/**
 * The same page for several targets: each message is built once, when a target first asks for it, and kept until the page
 * is committed. For one target it would only keep garbage alive.
 */
export function buildOnce(page: SyncPage): SyncPage {
  const users = new Map(page.users.map((row) => [row, userOnce(row)]));
  return {
    ...page,
    users: [...users.values()],
    groups: page.groups.map(groupOnce),
    memberships: page.memberships.map((row) => membershipOnce(row, users.get(row.member) ?? row.member)),
  };
}

function userOnce(row: UserRow): UserRow {
  const { user, resourceTypeId, resourceId, stamp } = row;
  return {
    user,
    resourceTypeId,
    resourceId,
    stamp,
    build: once(() => row.build()),
    ...(row.write === undefined ? {} : { write: (into) => row.write?.(into) }),
  };
}

function groupOnce(row: GroupRow): GroupRow {
  return {
    ...row,
    build: once(() => row.build()),
    entitlements: once(() => row.entitlements()),
  };
}

function membershipOnce(row: MembershipRow, member: UserRow): MembershipRow {
  return { ...row, member, build: once(() => row.build()) };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
