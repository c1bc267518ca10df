import type { Chain } from "../../pkg/core/sync-plan.ts";
import type { Entitlement, Grant, Resource, ResourceType } from "../../pkg/protocol/messages.ts";
import type { Counts, Sink } from "../../pkg/sync/sink.ts";

export interface MemoryRun {
  types: readonly ResourceType[];
  readonly chains: Map<string, Chain>;
  readonly resources: Map<string, Resource>;
  /** Of the people among them. */
  readonly stamps: Map<string, string>;
  readonly entitlements: Map<string, Entitlement>;
  readonly grants: Map<string, Grant>;
}

export function emptyRun(): MemoryRun {
  return {
    types: [],
    chains: new Map(),
    resources: new Map(),
    stamps: new Map(),
    entitlements: new Map(),
    grants: new Map(),
  };
}

/** A sink over a run in memory. Opening another one over the same run is what a restart after a kill is. */
export function memorySink(run: MemoryRun, previousMembers: Record<string, number> = {}): Sink {
  const chainKey = (chain: Chain) => `${chain.kind}:${chain.group}`;
  const resourceKey = (type = "", id = "") => `${type}:${id}`;
  return {
    resumed: run.chains.size > 0,
    begin(types, chains) {
      run.types = types;
      for (const chain of chains) run.chains.set(chainKey(chain), chain);
    },
    openChains: () => [...run.chains.values()].filter((chain) => chain.state === "open"),
    commit(page) {
      const opened = page.opens.filter((chain) => {
        const known = run.chains.get(chainKey(chain));
        return known === undefined || known.state === "dropped";
      });
      for (const chain of [page.chain, ...opened]) run.chains.set(chainKey(chain), chain);
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
    dropGroup(chain, group) {
      run.chains.set(chainKey(chain), chain);
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
