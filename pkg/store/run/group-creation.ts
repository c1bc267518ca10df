// Group names are used again. Only the creation time tells a group from an older one of its name (L-11).
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { annotation, sortedStruct } from "../../protocol/builders.ts";
import { groupOfEntitlement } from "../../protocol/ids.ts";
import { GrantMetadataSchema, GrantSchema, ResourceSchema } from "../../protocol/messages.ts";
import { bytesIn, type SqlRow } from "../../sqlite/rows.ts";
import type { PageGrant, RunPage } from "./run-page.ts";

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

/** The grants of a page, those of groups that were made again marked. */
export function withMarks(
  { grants, resources }: Pick<RunPage, "grants" | "resources">,
  isRecreated: (group: string, createdAt: number | undefined) => boolean,
): readonly PageGrant[] {
  const arrived = new Map(
    resources.map(({ id, createdAt }) => [id?.resource, createdAt && timestampDate(createdAt).getTime()]),
  );
  const known = new Map<string, boolean>();
  return grants.map((grant) => {
    const { entitlementId } = grant;
    let isMarked = known.get(entitlementId);
    if (isMarked === undefined) {
      const group = groupOfEntitlement(entitlementId);
      isMarked = isRecreated(group, arrived.get(group));
      known.set(entitlementId, isMarked);
    }
    return isMarked ? markedRow(grant) : grant;
  });
}

/** A membership of a group that was made again, which is not the membership of the older group. */
function markedRow(grant: PageGrant): PageGrant {
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
