// A page of a sync as data, which can be sent to another thread: its rows are bytes.
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { GovernanceError } from "../../core/errors.ts";
import type { ListingCursor } from "../../core/sync-plan.ts";
import type { PageProof } from "../../core/unlisted-users.ts";
import type { MessageWriter } from "../../protocol/message-writer.ts";
import { EntitlementSchema, ResourceSchema } from "../../protocol/messages.ts";
import type { SyncPage } from "../../sync/target.ts";
import type { GrantKey } from "./encode.ts";
import { writeGrantRow, writeUserRow } from "./page-rows.ts";
import type { PrincipalKey, RunPage } from "./run-page.ts";

export interface PackedPage {
  readonly cursor: ListingCursor;
  readonly opens: readonly ListingCursor[];
  readonly membersAreIdle: boolean;
  readonly proof: PageProof | undefined;
  readonly principals: readonly PrincipalKey[];
  readonly resources: readonly Uint8Array[];
  readonly entitlements: readonly Uint8Array[];
  readonly grants: readonly GrantKey[];
  /** The rows of the users and the grants, the last one first. */
  readonly rows: Uint8Array;
  /** How many bytes `rows` has up to each of them. A user that the run has as it is has no bytes. */
  readonly ends: Uint32Array;
}

/** The users of a page, in their order. */
export function principalKeys({ users }: SyncPage): readonly PrincipalKey[] {
  return users.map(({ resourceTypeId, resourceId, stamp }) => ({ resourceTypeId, resourceId, stamp }));
}

/**
 * `lacking` are the places of the users that the run does not have as they are. The others are not encoded. The writer takes
 * all rows, and gives back a copy of its own.
 */
export function packPage(page: SyncPage, lacking: ReadonlySet<number>, writer: MessageWriter): PackedPage {
  const { cursor, opens, membersAreIdle = false, proof, users, groups, memberships } = page;
  const ends: number[] = [];
  writer.clear();
  users.forEach((row, place) => {
    if (lacking.has(place)) writeUserRow(row, writer);
    ends.push(writer.place);
  });
  const grants = memberships.map((row) => {
    const key = writeGrantRow(row, writer);
    ends.push(writer.place);
    return key;
  });
  return {
    cursor,
    opens,
    membersAreIdle,
    proof,
    principals: principalKeys(page),
    resources: groups.map((group) => toBinary(ResourceSchema, group.build())),
    entitlements: groups.flatMap((group) =>
      group.entitlements().map((one) => toBinary(EntitlementSchema, one)),
    ),
    grants,
    rows: Uint8Array.from(writer.since(0)),
    ends: Uint32Array.from(ends),
  };
}

export function unpackPage(packed: PackedPage): RunPage {
  const { principals, resources, entitlements, grants, rows, ends, ...page } = packed;
  const rowAt = (index: number): Uint8Array => {
    const [from = 0, to = 0] = [index === 0 ? 0 : ends[index - 1], ends[index]];
    return rows.subarray(rows.length - to, rows.length - from);
  };
  return {
    ...page,
    principals: principals.map((key, place) => ({
      ...key,
      encode() {
        const row = rowAt(place);
        if (row.length > 0) return row;
        throw new GovernanceError("internal", "a user was sent without its row; please report this");
      },
    })),
    resources: resources.map((bytes) => fromBinary(ResourceSchema, bytes)),
    entitlements: entitlements.map((bytes) => fromBinary(EntitlementSchema, bytes)),
    grants: grants.map((key, place) => ({ ...key, encode: () => rowAt(principals.length + place) })),
  };
}
