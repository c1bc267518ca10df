// A page of a sync as data, which can be sent to another thread: its messages are bytes.
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { GovernanceError } from "../../core/errors.ts";
import type { ListingCursor } from "../../core/sync-plan.ts";
import type { PageProof } from "../../core/unlisted-users.ts";
import { EntitlementSchema, GrantSchema, ResourceSchema } from "../../protocol/messages.ts";
import type { SyncPage } from "../../sync/target.ts";
import type { PrincipalKey, RunPage } from "./run-rows.ts";

export interface PackedPage {
  readonly cursor: ListingCursor;
  readonly opens: readonly ListingCursor[];
  readonly membersAreIdle: boolean;
  readonly proof: PageProof | undefined;
  readonly principals: readonly PackedPrincipal[];
  readonly resources: readonly Uint8Array[];
  readonly entitlements: readonly Uint8Array[];
  readonly grants: readonly Uint8Array[];
}

interface PackedPrincipal extends PrincipalKey {
  /** Only of a user that the run does not have as it is. */
  readonly resource: Uint8Array | undefined;
}

/** The users of a page, in their order. */
export function principalKeys({ users }: SyncPage): readonly PrincipalKey[] {
  return users.map(({ resourceTypeId, resourceId, stamp }) => ({ resourceTypeId, resourceId, stamp }));
}

/** `lacking` are the places of the users that the run does not have as they are. The others are not built. */
export function packPage(page: SyncPage, lacking: ReadonlySet<number>): PackedPage {
  const { cursor, opens, membersAreIdle = false, proof, users, groups, memberships } = page;
  return {
    cursor,
    opens,
    membersAreIdle,
    proof,
    principals: principalKeys(page).map((key, place) => {
      const user = lacking.has(place) ? users[place] : undefined;
      return { ...key, resource: user && toBinary(ResourceSchema, user.build()) };
    }),
    resources: groups.map((group) => toBinary(ResourceSchema, group.build())),
    entitlements: groups.flatMap((group) =>
      group.entitlements().map((one) => toBinary(EntitlementSchema, one)),
    ),
    grants: memberships.map((membership) => toBinary(GrantSchema, membership.build())),
  };
}

export function unpackPage({ principals, resources, entitlements, grants, ...page }: PackedPage): RunPage {
  return {
    ...page,
    principals: principals.map(({ resource, ...key }) => ({
      ...key,
      build() {
        if (resource !== undefined) return fromBinary(ResourceSchema, resource);
        throw new GovernanceError("internal", "a user was sent without its row; please report this");
      },
    })),
    resources: resources.map((bytes) => fromBinary(ResourceSchema, bytes)),
    entitlements: entitlements.map((bytes) => fromBinary(EntitlementSchema, bytes)),
    grants: grants.map((bytes) => fromBinary(GrantSchema, bytes)),
  };
}
