// The sync engine: one page in, one commit out, several listings side by side.
// Invariants SYNC-1 to SYNC-6 are in DESIGN.md.

import type { Connector } from "../connector/connector.ts";
import type { Sleep } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";
import {
  drop,
  firstListings,
  GROUPS_LISTING,
  isUserPart,
  type ListingCursor,
  type ListingKind,
  listingKey,
  type MembersRead,
  membersReadBy,
  USERS_LISTING,
  type UsersRead,
  usersReadBy,
} from "../core/sync-plan.ts";
import { hasChosen, type SyncScope } from "../core/sync-scope.ts";
import { subPrefixes } from "../core/user-shards.ts";
import { isUuid } from "../core/uuid.ts";
import { GROUP_TYPE, USER_TYPE } from "../protocol/ids.ts";
import type { ResourceType } from "../protocol/messages.ts";
import { withoutRestarts } from "../protocol/page-token.ts";
import type { TargetGroup } from "./combine-targets.ts";
import { createListingQueue, type QueuedListing } from "./listing-queue.ts";
import { createPagesLeft } from "./pages-left.ts";
import { createPageReader } from "./read-page.ts";
import { createShardProof, type ShardProof } from "./shard-proof.ts";
import type { PublishedRun, SyncPage, SyncRun } from "./target.ts";
import { MetGroups, type UserGroupsPage } from "./user-groups.ts";

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
  /** Into how many parts that are read side by side all users are divided (D30). 1, the default: they are not divided. */
  readonly listShards?: number;
  /** How a new run reads memberships (D31). A run that goes on reads them as it began. */
  readonly membersRead?: MembersRead;
  /** Where AWS contradicts itself. By default it is asked again at once. */
  readonly sleep?: Sleep | undefined;
  /** Cognito's estimate, to hold the parts against. */
  readonly estimatedUsers?: number | undefined;
  /** After each commit. */
  readonly onPage?: (cursor: ListingCursor) => void;
  /** A group vanished while it was read. */
  readonly onGroupDropped?: (group: string) => void;
  /** A chosen user or group does not exist. */
  readonly onMissing?: (kind: ListingKind, id: string) => void;
  /** The parts of the users are not proved to be all users: these are read again, by one listing. */
  readonly onShardsUnproved?: (reason: string) => void;
}

/** What a run did in this process. Its rows are counted by the targets. */
export interface ReadingOutcome {
  readonly pages: number;
  readonly droppedGroups: readonly string[];
  readonly usersRead: UsersRead;
  readonly membersRead: MembersRead;
}

/**
 * Reads everything that the targets do not have yet. Resolves only when every listing is read to its end. Otherwise
 * rejects with the first failure, after the other listings have stopped. A later call continues from what is committed.
 */
export async function runSync(options: RunSyncOptions, signal: AbortSignal): Promise<ReadingOutcome> {
  const { connector, targets, listingsAtOnce, listShards = 1 } = options;
  const isResumed = targets.run !== undefined;
  const run = targets.run ?? (await beginRun(options));
  const isByUser = membersReadBy(await targets.listings()) === "by user";
  const met = isByUser ? new MetGroups(connector, await targets.groupsInAll()) : undefined;
  const { sleep = async () => {}, onMissing } = options;
  const readPage = createPageReader({ connector, scope: run.scope, sleep, onMissing });
  const pagesLeft = createPagesLeft(options.estimatedUsers ?? targets.previousCounts?.users);
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const droppedGroups: string[] = [];
  let pages = 0;

  /** What is committed of a page. Called in the order of the commits. */
  function joined(page: SyncPage | UserGroupsPage): SyncPage {
    if ("memberships" in page) return met !== undefined && page.groups.length > 0 ? met.ofGroups(page) : page;
    if (met !== undefined) return met.ofUsers(page);
    throw new GovernanceError("internal", "groups of users were read in a run that reads members of groups");
  }

  /**
   * A group that was made again while no process read loses the members of the older one (SYNC-10). It is read by itself,
   * so that no listing of members is under way.
   */
  async function readGroupsAgain(): Promise<void> {
    const known = await targets.listings();
    const isWhole = known.every(({ state }) => state !== "open");
    if (isWhole || !known.some(hasMetGroups)) return;
    await targets.setListings([GROUPS_LISTING]);
    for (let cursor = GROUPS_LISTING; cursor.state === "open"; ) {
      either.throwIfAborted();
      const page = await readPage(cursor, pagesLeft.after(cursor, 0), either);
      if (page === "vanished") return;
      await targets.commit({ ...joined(page), membersAreIdle: true });
      pages += 1;
      cursor = page.cursor;
      options.onPage?.(cursor);
    }
  }

  /** Reads these listings and those that they open to their ends. */
  async function readListings(first: readonly ListingCursor[], proof?: ShardProof) {
    const queue = createListingQueue(proof && Math.max(1, listShards));
    let failure: unknown;

    async function enqueue(listings: readonly ListingCursor[]): Promise<void> {
      if (listings.length === 0) return;
      const expected = await targets.previousMembers(listings.map(({ part }) => part));
      queue.add(
        listings.map((cursor, index) => {
          const expectedMembers = expected[index] ?? 0;
          return { cursor, expectedMembers, pagesLeft: pagesLeft.known(cursor, expectedMembers) };
        }),
      );
    }

    async function readListing({ cursor: from, expectedMembers }: QueuedListing): Promise<void> {
      const isUseless = (): boolean => isUserPart(from) && proof?.problem() !== undefined;

      /** A function of its own, so that the page is gone when the next one is waited for. Undefined where the listing is over. */
      async function readNext(cursor: ListingCursor): Promise<ListingCursor | undefined> {
        const page = await readPage(cursor, pagesLeft.after(cursor, expectedMembers), either);
        if (page === "vanished") {
          met?.forget(cursor.part);
          await targets.dropGroup(drop(cursor)); // SYNC-4
          droppedGroups.push(cursor.part);
          options.onGroupDropped?.(cursor.part);
          return undefined;
        }
        const whole = joined(page);
        const looked = proof?.look(whole) ?? whole;
        // The page that shows it is not committed: a process that goes on must see it too (SYNC-12).
        if (isUseless()) return undefined;
        const opened = await targets.commit(looked); // SYNC-1
        pages += 1;
        options.onPage?.(page.cursor);
        await enqueue(opened.filter(({ state }) => state === "open"));
        return page.cursor;
      }

      for (let cursor: ListingCursor | undefined = from; cursor?.state === "open"; ) {
        if (isUseless()) return;
        either.throwIfAborted(); // SYNC-3
        cursor = await readNext(cursor);
      }
    }

    async function worker(): Promise<void> {
      for (let listing = await queue.take(); listing !== undefined; listing = await queue.take()) {
        try {
          await readListing(listing);
        } catch (error) {
          // The first failure is the reason; what it cuts short fails as an echo of it.
          failure ??= error;
          stop.abort(error);
          queue.close();
          return;
        } finally {
          queue.finished(listing.cursor);
        }
      }
    }

    // Markers live for an hour, so each pause of the run may cost a listing its marker: those of earlier processes do not count.
    await enqueue(first.map((cursor) => ({ ...cursor, token: withoutRestarts(cursor.token) })));
    await Promise.all(Array.from({ length: listingsAtOnce }, worker));
    if (failure !== undefined) throw GovernanceError.from(failure);
  }

  /** Reads the users in parts and everything else, then proves the parts or reads all users again (D30). */
  async function readParts(listings: readonly ListingCursor[]): Promise<void> {
    const proof = createShardProof({
      startedAt: run.startedAt,
      estimatedUsers: options.estimatedUsers,
      previousUsers: targets.previousCounts?.users,
    });
    const others = listings.filter((cursor) => cursor.state === "open" && !isUsersListing(cursor));
    await readListings(others, proof);
    const reason = await proof.failure({
      users: targets.counts.users,
      unlisted: (most) => targets.unlisted(most),
      isGone,
    });
    if (reason === undefined) {
      await targets.setListings([{ ...USERS_LISTING, state: "done" }]);
    } else {
      options.onShardsUnproved?.(reason);
      await closeParts();
      await readListings(await targets.openListings());
    }
  }

  /** Somebody who was met in a group alone may have been deleted before the part was read that had the user. */
  async function isGone(id: string): Promise<boolean> {
    either.throwIfAborted();
    // Such an id is looked for in lower case, so nobody is found by it.
    if (isUuid(id) && id !== id.toLowerCase()) return false;
    return (await connector.findUser(id, either)) === undefined;
  }

  /** Parts that are not read to their ends are given up: the listing of all users has those whom they lack. */
  async function closeParts(): Promise<void> {
    const open = (await targets.openListings()).filter(isUserPart);
    if (open.length > 0) await targets.setListings(open.map((cursor) => ({ ...cursor, state: "dropped" })));
  }

  if (isResumed) await readGroupsAgain();
  const listings = await targets.listings();
  const parts = listings.filter(isUserPart);
  // A part that was given up is the reason why all users are read.
  const mayBeProved =
    parts.every(({ state }) => state !== "dropped") &&
    listings.some((cursor) => isUsersListing(cursor) && cursor.state === "open" && cursor.pages === 0);
  if (mayBeProved && parts.length > 0) await readParts(listings);
  else await readListings(await targets.openListings());
  const after = await targets.listings();
  const left = after.filter(({ state }) => state === "open").length;
  if (left > 0) {
    throw new GovernanceError("internal", `the sync ended with ${left} listings unread; sync again`); // SYNC-2
  }
  return { pages, droppedGroups, usersRead: usersReadBy(after), membersRead: membersReadBy(after) };
}

async function beginRun(options: RunSyncOptions): Promise<SyncRun> {
  const { connector, targets, listShards = 1, membersRead } = options;
  const run = options.newRun();
  const listings = firstListings(run.scope, subPrefixes(listShards), membersRead);
  await targets.begin(run, typesOf(run.scope, connector), listings);
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

/** The listing of the groups says nothing where a process was to read it again and has read no page of it. */
function hasMetGroups({ kind, pages }: ListingCursor): boolean {
  return kind === "members" || (kind === "groups" && pages > 0);
}

/** That of all users, not of a part of them. */
function isUsersListing(cursor: ListingCursor): boolean {
  return listingKey(cursor) === listingKey(USERS_LISTING);
}
