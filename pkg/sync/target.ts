// The port of a sync: a target stores the rows of a run. It may be a local file or a database across a network.

import type { GroupRow, MembershipRow, UserRow } from "../connector/connector.ts";
import type { ListingCursor, SyncCounts } from "../core/sync-plan.ts";
import type { SyncScope } from "../core/sync-scope.ts";
import type { PageProof, Unlisted } from "../core/unlisted-users.ts";
import type { ResourceType } from "../protocol/messages.ts";

/** One reading of the pool. All targets that it fills keep it under the same id. */
export interface SyncRun {
  /** A KSUID: 27 base62 digits. It does not tell which of two runs is the later one: both may begin in one second. */
  readonly id: string;
  readonly startedAt: Date;
  /** What is read. */
  readonly scope: SyncScope;
  /** Why memberships are read as they are; kept for a process that goes on. Undefined where nothing was chosen. */
  readonly membersReason?: string | undefined;
}

/** A run that was read to the end and published. What is compared with it has the same scope. */
export interface CompleteRun extends SyncRun {
  readonly endedAt: Date;
  readonly counts: SyncCounts;
}

/** The result of publishing a run. A target may add its own members. */
export interface PublishedRun extends CompleteRun {
  /** The number of rows of the run before it; undefined if the target has none. */
  readonly previous: SyncCounts | undefined;
}

/**
 * Everything that one page changes. A target stores it whole or not at all (SYNC-1). Rows are domain objects. They
 * build their Baton messages only for a target that reads these.
 */
export interface SyncPage {
  /** Where the listing is after the page. */
  readonly cursor: ListingCursor;
  /** Listings that the page opens, each once. One that the run knows already is left as it is, unless it was dropped. */
  readonly opens: readonly ListingCursor[];
  /** No listing of members is being read, so the listing of a group that was made again may begin again. */
  readonly membersAreIdle?: boolean;
  /** Of a run whose users are read in parts: whether its users are listed with it (SYNC-12). */
  readonly proof?: PageProof | undefined;
  /** Replaces a user that the run holds with another stamp. Members are included, so that they precede their memberships. */
  readonly users: readonly UserRow[];
  /** Inserted or replaced, with their entitlements. None has the name of another one. */
  readonly groups: readonly GroupRow[];
  /** Inserted or replaced, after what `opens` begins again has lost those of an older group. Of one group after the other. */
  readonly memberships: readonly MembershipRow[];
}

export interface PublishOptions {
  /** Also publishes a run that lost more than half of its users, groups or memberships (D12). */
  readonly acceptShrink: boolean;
}

/**
 * An open target. Rows and cursors move in one transaction, so that a kill at any moment loses at most one page of each
 * listing. The engine waits for each call before it makes the next one on the same target. A rejected call has changed
 * nothing.
 * A signal stops only `publish`, so a target across a network has a time limit of its own.
 */
export interface SyncTarget<P extends PublishedRun = PublishedRun> {
  /** Its name in messages, such as the path of a file. It holds no secret. */
  readonly name: string;
  /** The run being read: one of an earlier process, or the one begun here. Undefined before that. */
  readonly run: SyncRun | undefined;
  /** True when an earlier process began `run`. It may be read to the end and only wait to be published. */
  readonly resumed: boolean;
  /** For the log: the reason why opening the target discarded the run of an earlier process. */
  readonly discarded: string | undefined;
  /** The newest published run of the target with the scope of this sync. */
  readonly complete: CompleteRun | undefined;
  /** The number of rows of `run` so far. Kept in memory, since the progress line reads it often. */
  readonly counts: SyncCounts;

  /** Discards the run of an earlier process, so that a new one may begin. */
  discard(): Promise<void>;
  /** Begins the run: its resource types and its first listings. Only without a run. */
  begin(
    run: SyncRun,
    resourceTypes: readonly ResourceType[],
    listings: readonly ListingCursor[],
  ): Promise<void>;
  /** The cursor of every listing of the run. */
  listings(): Promise<readonly ListingCursor[]>;
  /** Stores a page. Returns those of `opens` that are new: a listing that is read again opens its groups a second time. */
  commit(page: SyncPage): Promise<readonly ListingCursor[]>;
  /** Removes the group of a members listing, its entitlements and its memberships, and closes the listing. */
  dropGroup(cursor: ListingCursor): Promise<void>;
  /**
   * Sets listings back to where another target of the run is. Rows are kept, since they are read again. But a members
   * listing that begins again loses its memberships: they may belong to a deleted group with the same name.
   */
  rewind(cursors: readonly ListingCursor[]): Promise<void>;
  /** How many members each group had in the newest complete run; 0 when unknown. Large groups are read first. */
  previousMembers(groups: readonly string[]): Promise<readonly number[]>;
  /** Users whom pages with a proof have met and none has listed; `ids` of at most so many of them. */
  unlisted(most: number): Promise<Unlisted>;

  /** Rejects with `refused-by-guard` if `publish` would. Every target is checked before the first one publishes. */
  check(options: PublishOptions): Promise<void>;
  /** Shows the whole run to readers. After a failure they see the earlier run, and this one can be published later. */
  publish(options: PublishOptions, signal: AbortSignal): Promise<P>;
  /** Frees the target. A run that is not published is kept for the next process. */
  close(): Promise<void>;
}

/** Opens a target and checks its content, before the first call to AWS. */
export type OpenTarget<P extends PublishedRun = PublishedRun> = (
  signal: AbortSignal,
) => Promise<SyncTarget<P>>;
