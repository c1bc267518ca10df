import type { ListingCursor } from "../../core/sync-plan.ts";
import type { PageProof } from "../../core/unlisted-users.ts";
import type { Entitlement, Resource } from "../../protocol/messages.ts";
import type { GrantKey } from "./encode.ts";

/** What tells whether the run has a user as it is now. */
export interface PrincipalKey {
  readonly resourceTypeId: string;
  readonly resourceId: string;
  /** Changes with the user. */
  readonly stamp: string;
}

/** A user of a page. It is encoded only where the run does not have the row, or has it with another stamp. */
export interface PagePrincipal extends PrincipalKey {
  /** The bytes of its resource. They are valid until the next row is encoded. */
  encode(): Uint8Array;
}

/** A membership of a page. */
export interface PageGrant extends GrantKey {
  /** The bytes of its grant. They are valid until the next row is encoded. */
  encode(): Uint8Array;
}

/** Everything that one page changes, committed whole or not at all. */
export interface RunPage {
  readonly cursor: ListingCursor;
  readonly opens: readonly ListingCursor[];
  readonly membersAreIdle?: boolean;
  /** Of its principals, place by place. */
  readonly proof?: PageProof | undefined;
  readonly resources: readonly Resource[];
  readonly principals: readonly PagePrincipal[];
  readonly entitlements: readonly Entitlement[];
  readonly grants: readonly PageGrant[];
}
