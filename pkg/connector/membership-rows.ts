import type { Member } from "../core/user.ts";
import type { MessageWriter } from "../protocol/message-writer.ts";
import type { Grant } from "../protocol/messages.ts";
import type { MembershipRow, MessageRow, UserIdKind, UserRow } from "./connector.ts";
import { membershipGrants } from "./grants.ts";
import { membershipWriter } from "./write-rows.ts";

interface Ids {
  readonly userIdKind: UserIdKind;
  readonly poolId: string;
}

/** The rows of members of one group. */
export function membershipRows(
  groupName: string,
  members: readonly UserRow[],
  ids: Ids,
): readonly MembershipRow[] {
  const grant = grantOf(groupName, ids);
  return members.map((member) => ({
    groupName,
    member,
    build: () => grant.build(member.user),
    write: (into) => grant.write(into, member.user),
  }));
}

/** The memberships of one group, where no more than the ids of its members are known. */
export function grantRows(
  groupName: string,
  members: readonly Member[],
  ids: Ids,
): readonly MessageRow<Grant>[] {
  const grant = grantOf(groupName, ids);
  return members.map((member) => ({
    build: () => grant.build(member),
    write: (into) => grant.write(into, member),
  }));
}

/** What all members share is made once, at the first of them. */
function grantOf(groupName: string, { userIdKind, poolId }: Ids) {
  let built: ReturnType<typeof membershipGrants> | undefined;
  let written: ReturnType<typeof membershipWriter> | undefined;
  return {
    build(member: Member): Grant {
      built ??= membershipGrants(groupName, userIdKind, poolId);
      return built(member);
    },
    write(into: MessageWriter, member: Member): void {
      written ??= membershipWriter(groupName, userIdKind, poolId);
      written(into, member);
    },
  };
}
