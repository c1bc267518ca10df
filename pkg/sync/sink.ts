import type { Principal } from "../connector/connector.ts";
import type { ListingCursor } from "../core/sync-plan.ts";
import type { Entitlement, Grant, Resource, ResourceType } from "../protocol/messages.ts";

/** Rows of one run, exact. */
export interface Counts {
  readonly users: number;
  readonly groups: number;
  readonly memberships: number;
}

/** Everything that one page changes. It is committed whole or not at all (SYNC-1). */
export interface PageCommit {
  /** The listing after the page. */
  readonly cursor: ListingCursor;
  /** Listings that the page opens. One that the run knows already is left as it is, unless it was dropped. */
  readonly opens: readonly ListingCursor[];
  /** Upserted by resource type and id. */
  readonly resources: readonly Resource[];
  /** Built and put where the run has no such resource, or one of another stamp. */
  readonly principals: readonly Principal[];
  /** Upserted by id. */
  readonly entitlements: readonly Entitlement[];
  /** Upserted by id. */
  readonly grants: readonly Grant[];
}

/** Where a run is kept. Rows and what is left to do move together, so a kill at any point loses one page a listing. */
export interface Sink {
  /** True when the run was begun by an earlier process and goes on here. */
  readonly resumed: boolean;
  /** Begins the run: its resource types and first listings, in one transaction. Only when it was not resumed. */
  begin(resourceTypes: readonly ResourceType[], listings: readonly ListingCursor[]): void;
  /** The listings still open, in no particular order. */
  openListings(): readonly ListingCursor[];
  /** Returns the listings that the page really opened: after a restart of the listing it meets its groups again. */
  commit(page: PageCommit): readonly ListingCursor[];
  /** Removes a vanished group, its entitlement and its grants, and closes its listing, in one transaction. */
  dropGroup(
    cursor: ListingCursor,
    group: { readonly resourceTypeId: string; readonly resourceId: string },
  ): void;
  /** Rows so far. Cheap: for the progress line. */
  counts(): Counts;
  /** Rows of the newest complete run in the file, if there is one. */
  previousCounts(): Counts | undefined;
  /** Members that a group had in that run; 0 when unknown. Large groups are read first. */
  previousMembers(group: string): number;
}
