// The sync engine: one page in, one commit out, several chains side by side.
// Invariants SYNC-1 to SYNC-6 are in DESIGN.md.

import type { Connector } from "../connector/connector.ts";
import { GovernanceError } from "../core/errors.ts";
import { advance, type Chain, drop, FIRST_PLAN, membersChain } from "../core/sync-plan.ts";
import { resourceStub } from "../protocol/builders.ts";
import { GROUP_TYPE } from "../protocol/ids.ts";
import { createChainQueue } from "./chain-queue.ts";
import { createCycleGuard } from "./cycle-guard.ts";
import type { PageCommit, Sink } from "./sink.ts";

export interface SyncDeps {
  readonly connector: Connector;
  readonly sink: Sink;
  /** Chains read side by side: enough that calls in flight never hold back the granted rate. */
  readonly chainsAtOnce: number;
  /** After each commit. */
  readonly onPage?: (chain: Chain) => void;
  /** A group vanished while it was read. */
  readonly onDropped?: (group: string) => void;
}

/** What a run did in this process; rows are the sink's to count. */
export interface SyncOutcome {
  readonly pages: number;
  readonly droppedGroups: readonly string[];
}

/**
 * Reads everything that the sink does not have yet. Resolves only when every chain came to its end; otherwise rejects
 * with the first failure, after the others have stopped, and the run can go on later from what was committed.
 */
export async function runSync(deps: SyncDeps, signal: AbortSignal): Promise<SyncOutcome> {
  const { connector, sink, chainsAtOnce } = deps;
  if (!sink.resumed) sink.begin(connector.listResourceTypes(), FIRST_PLAN);
  const queue = createChainQueue((group) => sink.previousMembers(group));
  queue.add(sink.openChains());

  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const droppedGroups: string[] = [];
  let pages = 0;
  let failure: unknown;

  async function readChain(first: Chain): Promise<void> {
    const guard = createCycleGuard(describe(first));
    for (let chain = first; chain.state === "open"; ) {
      either.throwIfAborted(); // SYNC-3
      const commit = await readPage(connector, chain, either);
      if (commit === "vanished") {
        sink.dropGroup(drop(chain), { resourceTypeId: GROUP_TYPE, resourceId: chain.group }); // SYNC-4
        droppedGroups.push(chain.group);
        deps.onDropped?.(chain.group);
        return;
      }
      guard.next(commit.chain.token);
      queue.add(sink.commit(commit)); // SYNC-1
      pages += 1;
      chain = commit.chain;
      deps.onPage?.(chain);
    }
  }

  async function worker(): Promise<void> {
    for (let chain = await queue.take(); chain !== undefined; chain = await queue.take()) {
      try {
        await readChain(chain);
      } catch (error) {
        // The first failure is the reason; what it cuts short fails as an echo of it.
        failure ??= error;
        stop.abort(error);
        queue.close();
        return;
      } finally {
        queue.finished();
      }
    }
  }

  await Promise.all(Array.from({ length: chainsAtOnce }, worker));
  if (failure !== undefined) throw GovernanceError.from(failure);
  const left = sink.openChains().length;
  if (left > 0)
    throw new GovernanceError("internal", `the sync ended with ${left} chains unread; sync again`); // SYNC-2
  return { pages, droppedGroups };
}

async function readPage(
  connector: Connector,
  chain: Chain,
  signal: AbortSignal,
): Promise<PageCommit | "vanished"> {
  const request = { pageToken: chain.token, pageSize: 0 };
  switch (chain.kind) {
    case "users": {
      const users = await connector.listUsers(request, signal);
      return { ...nothing(advance(chain, users.nextPageToken)), principals: users.items };
    }
    case "groups": {
      const groups = await connector.listResources(GROUP_TYPE, undefined, request, signal);
      return {
        ...nothing(advance(chain, groups.nextPageToken)),
        resources: groups.items,
        entitlements: groups.items.flatMap((group) => connector.listEntitlements(group).items),
        opens: groups.items.map((group) => membersChain(group.id?.resource ?? "")),
      };
    }
    case "members": {
      const members = await membersPage(connector, chain, signal);
      if (members === "vanished") return members;
      const { items, principals, nextPageToken } = members;
      return { ...nothing(advance(chain, nextPageToken)), grants: items, principals }; // SYNC-5
    }
  }
}

async function membersPage(connector: Connector, chain: Chain, signal: AbortSignal) {
  try {
    const group = { resourceType: GROUP_TYPE, resource: chain.group };
    return await connector.listGrants(resourceStub(group), { pageToken: chain.token, pageSize: 0 }, signal);
  } catch (error) {
    if (error instanceof GovernanceError && error.reason === "group-gone") return "vanished";
    throw error;
  }
}

function nothing(chain: Chain): PageCommit {
  return { chain, opens: [], resources: [], principals: [], entitlements: [], grants: [] };
}

function describe(chain: Chain): string {
  return chain.kind === "members" ? "the members of a group" : `the ${chain.kind}`;
}
