// A page of the engine as rows of the file, which are encoded one by one where the run needs them.
import { GovernanceError } from "../../core/errors.ts";
import { memberEntitlementId } from "../../protocol/ids.ts";
import type { MessageWriter } from "../../protocol/message-writer.ts";
import type { SyncPage } from "../../sync/target.ts";
import { type GrantKey, grantRow, resourceRow } from "./encode.ts";
import type { PageGrant, PagePrincipal, RunPage } from "./run-page.ts";

type PageUser = SyncPage["users"][number];
type PageMembership = SyncPage["memberships"][number];

/** All rows are encoded by the writer: the bytes of one are valid until the next. */
export function pageRows(page: SyncPage, writer: MessageWriter): RunPage {
  const { cursor, opens, membersAreIdle, proof, users, groups, memberships } = page;
  return {
    cursor,
    opens,
    proof,
    ...(membersAreIdle === undefined ? {} : { membersAreIdle }),
    principals: users.map((row) => principalOf(row, writer)),
    resources: groups.map((group) => group.build()),
    entitlements: groups.flatMap((group) => group.entitlements()),
    grants: memberships.map((row) => grantOf(row, writer)),
  };
}

function principalOf(row: PageUser, writer: MessageWriter): PagePrincipal {
  const { resourceTypeId, resourceId, stamp } = row;
  return {
    resourceTypeId,
    resourceId,
    stamp,
    encode() {
      writer.clear();
      writeUserRow(row, writer);
      return writer.since(0);
    },
  };
}

function grantOf(row: PageMembership, writer: MessageWriter): PageGrant {
  if (row.write === undefined) {
    const { data, ...key } = grantRow(row.build());
    return { ...key, encode: () => data };
  }
  return {
    ...grantKey(row),
    encode() {
      writer.clear();
      row.write?.(writer);
      return writer.since(0);
    },
  };
}

/** Writes the resource: of a row that cannot write itself, its message. */
export function writeUserRow(row: PageUser, writer: MessageWriter): void {
  if (row.write !== undefined) return row.write(writer);
  const { type, id, data } = resourceRow(row.build());
  if (type !== row.resourceTypeId || id !== row.resourceId) {
    throw new GovernanceError("internal", "a user was built with the id of another one; please report this");
  }
  writer.raw(data);
}

/** Writes the grant, and returns what it is found by. */
export function writeGrantRow(row: PageMembership, writer: MessageWriter): GrantKey {
  if (row.write !== undefined) {
    row.write(writer);
    return grantKey(row);
  }
  const { data, ...key } = grantRow(row.build());
  writer.raw(data);
  return key;
}

function grantKey({ groupName, member }: PageMembership): GrantKey {
  return {
    entitlementId: memberEntitlementId(groupName),
    principalType: member.resourceTypeId,
    principalId: member.resourceId,
  };
}
