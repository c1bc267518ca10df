// Group names are used again. Only the creation time tells a group from an older one of its name (L-11).
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { annotation, sortedStruct } from "../../protocol/builders.ts";
import { GrantMetadataSchema, GrantSchema, ResourceSchema } from "../../protocol/messages.ts";
import { bytesIn, type SqlRow } from "../../sqlite/rows.ts";
import type { PageGrant } from "./run-page.ts";

/** When the group of the stored row was created; undefined when there is no row, or no time in it. */
export function groupCreationIn(row: SqlRow | undefined): number | undefined {
  if (row === undefined) return undefined;
  const { createdAt } = fromBinary(ResourceSchema, bytesIn(row, "data"));
  return createdAt === undefined ? undefined : timestampDate(createdAt).getTime();
}

/** Whether the two are different groups of one name. */
export function isAnotherGroup(before: number | undefined, now: number | undefined): boolean {
  return before !== undefined && now !== undefined && before !== now;
}

/** A membership of a group that was made again, which is not the membership of the older group. */
export function markedRow(grant: PageGrant): PageGrant {
  return {
    entitlementId: grant.entitlementId,
    principalType: grant.principalType,
    principalId: grant.principalId,
    encode() {
      const message = fromBinary(GrantSchema, grant.encode());
      const metadata = sortedStruct([["group_was_recreated", true]]);
      message.annotations.push(annotation(GrantMetadataSchema, { metadata }));
      return toBinary(GrantSchema, message);
    },
  };
}
