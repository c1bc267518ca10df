// The sync engine: one page in, one commit out, several listings side by side.
// Invariants SYNC-1 to SYNC-6 are in DESIGN.md.

import type { Connector } from "../connector/connector.ts";
import { GovernanceError } from "../core/errors.ts";
import { advance, drop, FIRST_LISTINGS, type ListingCursor, membersListing } from "../core/sync-plan.ts";
import { resourceStub } from "../protocol/builders.ts";
import { GROUP_TYPE } from "../protocol/ids.ts";
import { createCycleGuard } from "./cycle-guard.ts";
import { createListingQueue } from "./listing-queue.ts";
import type { PageCommit, Sink } from "./sink.ts";

export interface SyncDeps {
  readonly connector: Connector;
  readonly sink: Sink;
  /** Listings read side by side: enough that calls in flight never hold back the granted rate. */
  readonly listingsAtOnce: number;
  /** After each commit. */
  readonly onPage?: (cursor: ListingCursor) => void;
  /** A group vanished while it was read. */
  readonly onDropped?: (group: string) => void;
}

/** What a run did in this process; rows are the sink's to count. */
export interface SyncOutcome {
  readonly pages: number;
  readonly droppedGroups: readonly string[];
}

/**
 * Reads everything that the sink does not have yet. Resolves only when every listing came to its end; otherwise rejects
 * with the first failure, after the others have stopped, and the run can go on later from what was committed.
 */
export async function runSync(deps: SyncDeps, signal: AbortSignal): Promise<SyncOutcome> {
  const { connector, sink, listingsAtOnce } = deps;
  if (!sink.resumed) sink.begin(connector.listResourceTypes(), FIRST_LISTINGS);
  const queue = createListingQueue((group) => sink.previousMembers(group));
  queue.add(sink.openListings());

  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const droppedGroups: string[] = [];
  let pages = 0;
  let failure: unknown;

  async function readListing(first: ListingCursor): Promise<void> {
    const guard = createCycleGuard(describe(first));
    for (let cursor = first; cursor.state === "open"; ) {
      either.throwIfAborted(); // SYNC-3
      const commit = await readPage(connector, cursor, either);
      if (commit === "vanished") {
        sink.dropGroup(drop(cursor), { resourceTypeId: GROUP_TYPE, resourceId: cursor.group }); // SYNC-4
        droppedGroups.push(cursor.group);
        deps.onDropped?.(cursor.group);
        return;
      }
      guard.next(commit.cursor.token);
      queue.add(sink.commit(commit)); // SYNC-1
      pages += 1;
      cursor = commit.cursor;
      deps.onPage?.(cursor);
    }
  }

  async function worker(): Promise<void> {
    for (let cursor = await queue.take(); cursor !== undefined; cursor = await queue.take()) {
      try {
        await readListing(cursor);
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

  await Promise.all(Array.from({ length: listingsAtOnce }, worker));
  if (failure !== undefined) throw GovernanceError.from(failure);
  const left = sink.openListings().length;
  if (left > 0)
    throw new GovernanceError("internal", `the sync ended with ${left} listings unread; sync again`); // SYNC-2
  return { pages, droppedGroups };
}

async function readPage(
  connector: Connector,
  cursor: ListingCursor,
  signal: AbortSignal,
): Promise<PageCommit | "vanished"> {
  const request = { pageToken: cursor.token, pageSize: 0 };
  switch (cursor.kind) {
    case "users": {
      const users = await connector.listUsers(request, signal);
      return { ...nothing(advance(cursor, users.nextPageToken)), principals: users.items };
    }
    case "groups": {
      const groups = await connector.listResources(GROUP_TYPE, undefined, request, signal);
      return {
        ...nothing(advance(cursor, groups.nextPageToken)),
        resources: groups.items,
        entitlements: groups.items.flatMap((group) => connector.listEntitlements(group).items),
        opens: groups.items.map((group) => membersListing(group.id?.resource ?? "")),
      };
    }
    case "members": {
      const members = await membersPage(connector, cursor, signal);
      if (members === "vanished") return members;
      const { items, principals, nextPageToken } = members;
      return { ...nothing(advance(cursor, nextPageToken)), grants: items, principals }; // SYNC-5
    }
  }
}

async function membersPage(connector: Connector, cursor: ListingCursor, signal: AbortSignal) {
  try {
    const group = { resourceType: GROUP_TYPE, resource: cursor.group };
    return await connector.listGrants(resourceStub(group), { pageToken: cursor.token, pageSize: 0 }, signal);
  } catch (error) {
    if (error instanceof GovernanceError && error.reason === "group-gone") return "vanished";
    throw error;
  }
}

function nothing(cursor: ListingCursor): PageCommit {
  return { cursor, opens: [], resources: [], principals: [], entitlements: [], grants: [] };
}

function describe(cursor: ListingCursor): string {
  return cursor.kind === "members" ? "the members of a group" : `the ${cursor.kind}`;
}
