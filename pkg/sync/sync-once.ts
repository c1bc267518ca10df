// One whole sync: open the targets, read what they lack, publish. Whatever it rejects with, what was read is kept, and
// what readers of the targets see is as it was, unless the message says otherwise.

import type { Connector } from "../connector/connector.ts";
import type { Clocks } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";
import { ksuid } from "../core/ksuid.ts";
import {
  type ListingCursor,
  type ListingKind,
  type MembersRead,
  membersReadBy,
  type SyncCounts,
  type UsersRead,
  usersReadBy,
} from "../core/sync-plan.ts";
import type { SyncScope } from "../core/sync-scope.ts";
import { worthwhileListings } from "../core/user-shards.ts";
import { beginAgain, type TargetGroup } from "./combine-targets.ts";
import type { MembersChoice } from "./member-cost.ts";
import {
  byGroupInstead,
  chooseWay,
  fittingGroup,
  isOfOneUser,
  type MembersOptions,
  withCure,
} from "./members-way.ts";
import { type ReadingOutcome, runSync } from "./run-sync.ts";
import type { OpenTarget, PublishedRun, PublishOptions, SyncTarget } from "./target.ts";

/** Calls to AWS of this process so far. */
export interface CallTotals {
  readonly calls: number;
  readonly throttles: number;
}

/** Rows of the run being read, as they are now. */
export interface RowsSoFar {
  readonly counts: SyncCounts;
  /** Of the newest complete run. */
  readonly previousCounts: SyncCounts | undefined;
}

/** Follows one reading, until it is closed. */
export interface ReadingObserver {
  onPool(estimatedUsers: number): void;
  /** A page was committed. */
  onPage(cursor: ListingCursor): void;
  close(): void;
}

/** What happens meanwhile, for a log or a progress line. None of it may throw. */
export interface SyncEvents {
  /** The run of an earlier process is discarded, and a new one begins. */
  onDiscarded?(target: string, reason: string): void;
  /** The run of an earlier process continues. */
  onResumed?(target: string, counts: SyncCounts): void;
  /** Reading begins. `open` are the listings that an earlier process left open; none when the run is new. */
  onReading?(open: readonly ListingCursor[], rows: RowsSoFar): ReadingObserver;
  /** A new run of the whole pool begins. */
  onMembersChosen?(choice: MembersChoice): void;
  onGroupDropped?(group: string): void;
  /** A chosen user or group does not exist. */
  onMissing?(kind: ListingKind, id: string): void;
  /** The parts of the users are not proved to be all users: these are read again, by one listing. */
  onShardsUnproved?(reason: string): void;
  onRead?(outcome: ReadingOutcome, counts: SyncCounts): void;
  onCloseFailed?(target: string, error: unknown): void;
}

export interface SyncOnceOptions<P extends PublishedRun> {
  readonly connector: Connector;
  /** What is read. The targets are opened for it. */
  readonly scope: SyncScope;
  /** At least one. They are published in this order. */
  readonly targets: readonly OpenTarget<P>[];
  readonly listingsAtOnce: number;
  /** How memberships are read (D31); by default by group. */
  readonly members?: MembersOptions;
  /** Into how many parts the users are divided (D30). Asked when a new run begins; by default they are not. */
  readonly listShards?: () => number;
  readonly publishing: PublishOptions;
  readonly clocks: Clocks;
  readonly randomBytes: (size: number) => Uint8Array;
  readonly callTotals: () => CallTotals;
  /** What continues a run that is cut off, such as `the same command`; undefined: nothing, it is not kept. */
  readonly resumedBy: string | undefined;
  readonly events: SyncEvents;
}

/** What one sync came to, in this process. */
export interface SyncResult<P extends PublishedRun> extends CallTotals {
  /** One for each target that was published now: all of them, unless an earlier process had published some. */
  readonly published: readonly P[];
  readonly resumed: boolean;
  readonly droppedGroups: number;
  readonly usersRead: UsersRead;
  readonly membersRead: MembersRead;
  /** Why they are read so. Undefined where not the whole pool is read. */
  readonly membersReason: string | undefined;
  readonly pages: number;
  readonly durationMs: number;
}

/** The targets are opened, and so judged, before the first call to AWS. */
export async function syncOnce<P extends PublishedRun>(
  options: SyncOnceOptions<P>,
  signal: AbortSignal,
): Promise<SyncResult<P>> {
  const { clocks, events, callTotals } = options;
  const startedAt = clocks.monotonic();
  const before = callTotals();
  const targets = await openTargets(options.targets, events, signal);
  try {
    const first = await fittingGroup(targets, options.members);
    for (const { target, reason } of first.discarded) events.onDiscarded?.(target, reason);
    if (first.resumed) for (const name of first.names) events.onResumed?.(name, first.counts);
    const { group, outcome } = await readOrBeginAgain(targets, first, options, signal);
    const { pages, droppedGroups, usersRead, membersRead } = outcome;
    if (membersRead === "by user") options.members?.refusals?.forget();
    events.onRead?.(outcome, group.counts);
    const { resumed } = group;
    const membersReason = group.run?.membersReason;
    const published = await group.publish(options.publishing, signal);
    const after = callTotals();
    return {
      published,
      resumed,
      droppedGroups: droppedGroups.length,
      usersRead,
      membersRead,
      membersReason,
      pages,
      calls: after.calls - before.calls,
      throttles: after.throttles - before.throttles,
      durationMs: clocks.monotonic() - startedAt,
    };
  } finally {
    await closeTargets(targets, events);
  }
}

/** Opens all or none. */
export async function openTargets<P extends PublishedRun>(
  openers: readonly OpenTarget<P>[],
  events: SyncEvents,
  signal: AbortSignal,
): Promise<readonly SyncTarget<P>[]> {
  const opened: SyncTarget<P>[] = [];
  try {
    for (const open of openers) opened.push(await open(signal));
    return opened;
  } catch (error) {
    await closeTargets(opened, events);
    throw error;
  }
}

/** Closes all. One that fails is reported, and hides no other failure. */
export async function closeTargets(targets: readonly SyncTarget[], events: SyncEvents): Promise<void> {
  for (const target of targets.toReversed()) {
    try {
      await target.close();
    } catch (error) {
      events.onCloseFailed?.(target.name, error);
    }
  }
}

interface WholeReading<P extends PublishedRun> {
  readonly group: TargetGroup<P>;
  readonly outcome: ReadingOutcome;
}

/** Where AWS refuses the groups of a user and nobody has set that way, another run reads by group (D31). */
async function readOrBeginAgain<P extends PublishedRun>(
  targets: readonly SyncTarget<P>[],
  group: TargetGroup<P>,
  options: SyncOnceOptions<P>,
  signal: AbortSignal,
): Promise<WholeReading<P>> {
  try {
    return { group, outcome: await readAll(group, options, undefined, signal) };
  } catch (error) {
    const instead = byGroupInstead(error, options.members?.setting);
    if (instead === undefined) throw error;
    if (isOfOneUser(error)) options.members?.refusals?.note(options.clocks.now());
    const again = await beginAgain(targets, `memberships are read by group: ${instead.reason}`);
    for (const name of again.names) options.events.onDiscarded?.(name, instead.reason);
    return { group: again, outcome: await readAll(again, options, instead, signal) };
  }
}

/** Reads what the targets lack. Nothing at all when the run is whole and only waits to be published. */
async function readAll(
  targets: TargetGroup<PublishedRun>,
  options: SyncOnceOptions<PublishedRun>,
  decided: MembersChoice | undefined,
  signal: AbortSignal,
): Promise<ReadingOutcome> {
  const { connector, scope, members, listingsAtOnce, clocks, randomBytes, events } = options;
  const open = targets.resumed ? await targets.openListings() : [];
  if (targets.resumed && open.length === 0) {
    const listings = await targets.listings();
    const membersRead = membersReadBy(listings);
    const usersRead = usersReadBy(listings);
    return { pages: 0, droppedGroups: [], usersRead, membersRead };
  }
  const observer = events.onReading?.(open, targets);
  try {
    const pool = await connector.cachedPool(signal);
    if (pool !== undefined) observer?.onPool(pool.estimatedUsers);
    const wanted = worthwhileListings(() => options.listShards?.() ?? 1, pool?.estimatedUsers);
    const nowMs = clocks.now();
    const facts = { connector, scope, members, listingsAtOnce, partsAtOnce: wanted, pool, nowMs };
    const choice = decided ?? (await chooseWay(targets, facts, signal));
    if (choice !== undefined) events.onMembersChosen?.(choice);
    return await runSync(
      {
        connector,
        targets,
        listingsAtOnce,
        sleep: members?.sleep,
        membersRead: choice?.membersRead ?? "by group",
        listShards: wanted,
        estimatedUsers: pool?.estimatedUsers,
        newRun() {
          const startedAt = new Date(clocks.now());
          return {
            id: ksuid(startedAt.getTime(), randomBytes),
            startedAt,
            scope,
            membersReason: choice?.reason,
          };
        },
        onPage: (cursor) => observer?.onPage(cursor),
        onGroupDropped: (group) => events.onGroupDropped?.(group),
        onMissing: (kind, id) => events.onMissing?.(kind, id),
        onShardsUnproved: (reason) => events.onShardsUnproved?.(reason),
      },
      signal,
    );
  } catch (error) {
    if (byGroupInstead(error, members?.setting) !== undefined) throw error;
    throw (await isUnread(targets)) ? resumable(withCure(error), options.resumedBy) : error;
  } finally {
    observer?.close();
  }
}

/** Whether the run has begun and is not read to the end. A target that cannot answer any more says no. */
async function isUnread(targets: TargetGroup<PublishedRun>): Promise<boolean> {
  if (targets.run === undefined) return false;
  try {
    return (await targets.openListings()).length > 0;
  } catch {
    return false;
  }
}

function resumable(error: unknown, resumedBy: string | undefined): unknown {
  if (resumedBy === undefined) return error;
  const failure = GovernanceError.from(error);
  // Such a message says itself whether a sync goes on: of a file that is damaged or gone nothing is kept.
  if (failure.reason === "own-files") return failure;
  return failure.with({
    message: `${failure.message}; what was read is kept, ${resumedBy} goes on from there`,
  });
}
