import type { Principal } from "../connector/connector.ts";
import type { Chain } from "../core/sync-plan.ts";
import type { Entitlement, Grant, Resource, ResourceType } from "../protocol/messages.ts";

/** Rows of one run, exact. */
export interface Counts {
  readonly users: number;
  readonly groups: number;
  readonly memberships: number;
}

/** Everything that one page changes. It is committed whole or not at all (SYNC-1). */
export interface PageCommit {
  /** The chain after the page. */
  readonly chain: Chain;
  /** Chains that the page opens. One that the run knows already is left as it is, unless it was dropped. */
  readonly opens: readonly Chain[];
  /** Upserted by resource type and id. */
  readonly resources: readonly Resource[];
  /** Built and put where the run has no such resource, or one of another stamp. */
  readonly principals: readonly Principal[];
  /** Upserted by id. */
  readonly entitlements: readonly Entitlement[];
  /** Upserted by id. */
  readonly grants: readonly Grant[];
}

/** Where a run is kept. Rows and what is left to do move together, so a kill at any point loses one page a chain. */
export interface Sink {
  /** True when the run was begun by an earlier process and goes on here. */
  readonly resumed: boolean;
  /** Begins the run: its resource types and first chains, in one transaction. Only when it was not resumed. */
  begin(resourceTypes: readonly ResourceType[], chains: readonly Chain[]): void;
  /** The chains still open, in no particular order. */
  openChains(): readonly Chain[];
  /** Returns the chains that the page really opened: after a restart of the listing it meets its groups again. */
  commit(page: PageCommit): readonly Chain[];
  /** Removes a vanished group, its entitlement and its grants, and closes its chain, in one transaction. */
  dropGroup(chain: Chain, group: { readonly resourceTypeId: string; readonly resourceId: string }): void;
  /** Rows so far. Cheap: for the progress line. */
  counts(): Counts;
  /** Rows of the newest complete run in the file, if there is one. */
  previousCounts(): Counts | undefined;
  /** Members that a group had in that run; 0 when unknown. Large groups are read first. */
  previousMembers(group: string): number;
}
