// The sync engine: one page in, one commit out, several listings side by side.
// Invariants SYNC-1 to SYNC-6 are in DESIGN.md.

import type { Connector } from "../connector/connector.ts";
import { GovernanceError } from "../core/errors.ts";
import {
  drop,
  firstListings,
  GROUPS_LISTING,
  type ListingCursor,
  type ListingKind,
} from "../core/sync-plan.ts";
import { hasChosen, type SyncScope } from "../core/sync-scope.ts";
import { GROUP_TYPE, USER_TYPE } from "../protocol/ids.ts";
import type { ResourceType } from "../protocol/messages.ts";
import type { TargetGroup } from "./combine-targets.ts";
import { createCycleGuard } from "./cycle-guard.ts";
import { createListingQueue } from "./listing-queue.ts";
import { createPageReader } from "./read-page.ts";
import type { PublishedRun, SyncRun } from "./target.ts";

export interface RunSyncOptions {
  readonly connector: Connector;
  readonly targets: TargetGroup<PublishedRun>;
  /** Makes a new run. Called if no earlier run continues. */
  readonly newRun: () => SyncRun;
  /**
   * Listings read side by side: enough that calls in flight never hold back the granted rate. It is also the most pages
   * that are in memory, since a listing reads its next page once the last one is committed.
   */
  readonly listingsAtOnce: number;
  /** After each commit. */
  readonly onPage?: (cursor: ListingCursor) => void;
  /** A group vanished while it was read. */
  readonly onGroupDropped?: (group: string) => void;
  /** A chosen user or group does not exist. */
  readonly onMissing?: (kind: ListingKind, id: string) => void;
}

/** What a run did in this process. Its rows are counted by the targets. */
export interface ReadingOutcome {
  readonly pages: number;
  readonly droppedGroups: readonly string[];
}

/**
 * Reads everything that the targets do not have yet. Resolves only when every listing is read to its end. Otherwise
 * rejects with the first failure, after the other listings have stopped. A later call continues from what is committed.
 */
export async function runSync(options: RunSyncOptions, signal: AbortSignal): Promise<ReadingOutcome> {
  const { connector, targets, listingsAtOnce } = options;
  const isResumed = targets.run !== undefined;
  const { scope } = targets.run ?? (await beginRun(options));
  const readPage = createPageReader({ connector, scope, onMissing: options.onMissing });
  const queue = createListingQueue();
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const droppedGroups: string[] = [];
  let pages = 0;
  let failure: unknown;

  async function enqueue(listings: readonly ListingCursor[]): Promise<void> {
    if (listings.length === 0) return;
    const expected = await targets.previousMembers(listings.map(({ group }) => group));
    queue.add(listings.map((cursor, index) => ({ cursor, expectedMembers: expected[index] ?? 0 })));
  }

  /**
   * A group that was made again while no process read loses the members of the older one (SYNC-10). It is read by itself,
   * so that no listing of members is under way.
   */
  async function readGroupsAgain(): Promise<void> {
    const isWhole = (await targets.openListings()).length === 0;
    if (isWhole || !(await targets.listingBegun(GROUPS_LISTING))) return;
    await targets.readAgain(GROUPS_LISTING);
    const guard = createCycleGuard(describe(GROUPS_LISTING));
    for (let cursor = GROUPS_LISTING; cursor.state === "open"; ) {
      either.throwIfAborted();
      const page = await readPage(cursor, either);
      if (page === "vanished") return;
      guard.next(page.cursor.token);
      await targets.commit({ ...page, membersAreIdle: true });
      pages += 1;
      cursor = page.cursor;
      options.onPage?.(cursor);
    }
  }

  async function readListing(first: ListingCursor): Promise<void> {
    const guard = createCycleGuard(describe(first));
    for (let cursor = first; cursor.state === "open"; ) {
      either.throwIfAborted(); // SYNC-3
      const page = await readPage(cursor, either);
      if (page === "vanished") {
        await targets.dropGroup(drop(cursor)); // SYNC-4
        droppedGroups.push(cursor.group);
        options.onGroupDropped?.(cursor.group);
        return;
      }
      guard.next(page.cursor.token);
      const opened = await targets.commit(page); // SYNC-1
      pages += 1;
      cursor = page.cursor;
      options.onPage?.(cursor);
      await enqueue(opened);
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

  if (isResumed) await readGroupsAgain();
  await enqueue(await targets.openListings());
  await Promise.all(Array.from({ length: listingsAtOnce }, worker));
  if (failure !== undefined) throw GovernanceError.from(failure);
  const left = (await targets.openListings()).length;
  if (left > 0) {
    throw new GovernanceError("internal", `the sync ended with ${left} listings unread; sync again`); // SYNC-2
  }
  return { pages, droppedGroups };
}

async function beginRun({ connector, targets, newRun }: RunSyncOptions): Promise<SyncRun> {
  const run = newRun();
  await targets.begin(run, typesOf(run.scope, connector), firstListings(run.scope));
  return run;
}

/** Every type of which something may be read: members are users, whichever groups are chosen. */
function typesOf(scope: SyncScope, connector: Connector): readonly ResourceType[] {
  const types = connector.listResourceTypes();
  if (hasChosen(scope)) return types;
  const isRead = new Map([
    [USER_TYPE, scope.users === "all"],
    [GROUP_TYPE, scope.groups === "all"],
  ]);
  return types.filter(({ id }) => isRead.get(id) === true);
}

function describe(cursor: ListingCursor): string {
  return cursor.kind === "members" ? "the members of a group" : `the ${cursor.kind}`;
}
