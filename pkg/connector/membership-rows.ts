import type { User } from "../core/user.ts";
import type { Grant } from "../protocol/messages.ts";
import type { MembershipRow, UserIdKind, UserRow } from "./connector.ts";
import { membershipGrants } from "./grants.ts";
import { membershipWriter } from "./write-rows.ts";

/** The rows of members of one group. */
export function membershipRows(
  groupName: string,
  members: readonly UserRow[],
  { userIdKind, poolId }: { readonly userIdKind: UserIdKind; readonly poolId: string },
): readonly MembershipRow[] {
  let grantOf: ((member: User) => Grant) | undefined;
  let write: ReturnType<typeof membershipWriter> | undefined;
  return members.map((member) => ({
    groupName,
    member,
    build() {
      grantOf ??= membershipGrants(groupName, userIdKind, poolId);
      return grantOf(member.user);
    },
    write(into) {
      write ??= membershipWriter(groupName, userIdKind, poolId);
      write(into, member.user);
    },
  }));
}
