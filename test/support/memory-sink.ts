import type { ListingCursor } from "../../pkg/core/sync-plan.ts";
import type { Entitlement, Grant, Resource, ResourceType } from "../../pkg/protocol/messages.ts";
import type { Counts, Sink } from "../../pkg/sync/sink.ts";

export interface MemoryRun {
  types: readonly ResourceType[];
  readonly listings: Map<string, ListingCursor>;
  readonly resources: Map<string, Resource>;
  /** Of the people among them. */
  readonly stamps: Map<string, string>;
  readonly entitlements: Map<string, Entitlement>;
  readonly grants: Map<string, Grant>;
}

export function emptyRun(): MemoryRun {
  return {
    types: [],
    listings: new Map(),
    resources: new Map(),
    stamps: new Map(),
    entitlements: new Map(),
    grants: new Map(),
  };
}

/** A sink over a run in memory. Opening another one over the same run is what a restart after a kill is. */
export function memorySink(run: MemoryRun, previousMembers: Record<string, number> = {}): Sink {
  const listingKey = (listing: ListingCursor) => `${listing.kind}:${listing.group}`;
  const resourceKey = (type = "", id = "") => `${type}:${id}`;
  return {
    resumed: run.listings.size > 0,
    begin(types, listings) {
      run.types = types;
      for (const cursor of listings) run.listings.set(listingKey(cursor), cursor);
    },
    openListings: () => [...run.listings.values()].filter((cursor) => cursor.state === "open"),
    commit(page) {
      const opened = page.opens.filter((cursor) => {
        const known = run.listings.get(listingKey(cursor));
        return known === undefined || known.state === "dropped";
      });
      for (const cursor of [page.cursor, ...opened]) run.listings.set(listingKey(cursor), cursor);
      for (const row of page.resources)
        run.resources.set(resourceKey(row.id?.resourceType, row.id?.resource), row);
      for (const principal of page.principals) {
        const key = resourceKey(principal.resourceTypeId, principal.resourceId);
        if (run.stamps.get(key) === principal.stamp) continue;
        run.stamps.set(key, principal.stamp);
        run.resources.set(key, principal.build());
      }
      for (const row of page.entitlements) run.entitlements.set(row.id, row);
      for (const row of page.grants) run.grants.set(row.id, row);
      return opened;
    },
    dropGroup(cursor, group) {
      run.listings.set(listingKey(cursor), cursor);
      run.resources.delete(resourceKey(group.resourceTypeId, group.resourceId));
      for (const [id, row] of run.entitlements) {
        if (row.resource?.id?.resource === group.resourceId) run.entitlements.delete(id);
      }
      for (const [id, row] of run.grants) {
        if (row.entitlement?.resource?.id?.resource === group.resourceId) run.grants.delete(id);
      }
    },
    counts(): Counts {
      const of = (type: string) =>
        [...run.resources.keys()].filter((key) => key.startsWith(`${type}:`)).length;
      return { users: of("user"), groups: of("group"), memberships: run.grants.size };
    },
    previousCounts: () => undefined,
    previousMembers: (group) => previousMembers[group] ?? 0,
  };
}
