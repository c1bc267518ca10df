// The port of a sync: where the rows of a run are put. A file beside us and a database across a network both fit.

import type { GroupRow, MembershipRow, UserRow } from "../connector/connector.ts";
import type { ListingCursor, SyncCounts } from "../core/sync-plan.ts";
import type { ResourceType } from "../protocol/messages.ts";

/** One reading of the pool. All targets that it fills keep it under the same id. */
export interface SyncRun {
  /** A KSUID: 27 base62 digits, and a later run has a greater one. */
  readonly id: string;
  readonly startedAt: Date;
}

/** A run that was read to the end and published. */
export interface CompleteRun extends SyncRun {
  readonly endedAt: Date;
  readonly counts: SyncCounts;
}

/** What a target says of the run that it has just published. A target may add its own facts. */
export interface PublishedRun extends CompleteRun {
  /** Rows of the run before it, where the target has one. */
  readonly previous: SyncCounts | undefined;
}

/**
 * Everything that one page changes. A target stores it whole or not at all (SYNC-1). Rows come as the domain knows them,
 * and build their Baton messages only for a target that asks.
 */
export interface SyncPage {
  /** Where the listing is after the page. */
  readonly cursor: ListingCursor;
  /** Listings that the page opens. One that the run knows already is left as it is, unless it was dropped. */
  readonly opens: readonly ListingCursor[];
  /** Replaced where the run holds the user with another stamp. Members come here too, before their memberships. */
  readonly users: readonly UserRow[];
  /** Inserted or replaced, with their entitlements. */
  readonly groups: readonly GroupRow[];
  /** Inserted or replaced. All of one page are of the same group. */
  readonly memberships: readonly MembershipRow[];
}

export interface PublishOptions {
  /** Publishes a run too that lost more than half of anything (D12). */
  readonly acceptShrink: boolean;
}

/**
 * An open target. Rows and cursors move in one transaction, so that a kill at any moment loses one page a listing. The
 * engine waits for each call before it makes the next one on the same target; a rejected call has changed nothing.
 * Nothing here is cut by a signal except publishing, so a target across a network has a time limit of its own.
 */
export interface SyncTarget<P extends PublishedRun = PublishedRun> {
  /** What messages call it, such as the path of a file. No secret is in it. */
  readonly name: string;
  /** The run being read: one of an earlier process, or the one begun here. Undefined before that. */
  readonly run: SyncRun | undefined;
  /** True when an earlier process began `run`. It may have nothing left but to be published. */
  readonly resumed: boolean;
  /** Why opening it discarded the run of an earlier process, for the log. */
  readonly discarded: string | undefined;
  /** The newest run that was published in it. */
  readonly complete: CompleteRun | undefined;
  /** Rows of `run` so far. Known without a question to a database, since the progress line asks often. */
  readonly counts: SyncCounts;

  /** Discards the run of an earlier process, so that another one may begin. */
  discard(): Promise<void>;
  /** Begins the run: its resource types and its first listings. Only when there is none. */
  begin(
    run: SyncRun,
    resourceTypes: readonly ResourceType[],
    listings: readonly ListingCursor[],
  ): Promise<void>;
  /** Every listing of the run, with how far it is read. */
  listings(): Promise<readonly ListingCursor[]>;
  /** Returns the listings that the page really opened: a listing that begins again meets its groups again. */
  commit(page: SyncPage): Promise<readonly ListingCursor[]>;
  /** Removes the group of a members listing, its entitlements and its memberships, and closes the listing. */
  dropGroup(cursor: ListingCursor): Promise<void>;
  /**
   * Sets listings back to where another target of the run is. Rows stay, since they are read again; but a members listing
   * that begins again loses the memberships it had, which may be those of a deleted group of that name.
   */
  rewind(cursors: readonly ListingCursor[]): Promise<void>;
  /** How many members each group had in the newest complete run; 0 when unknown. Large groups are read first. */
  previousMembers(groups: readonly string[]): Promise<readonly number[]>;

  /** Rejects with `refused-by-guard` when `publish` would, before any target of the sync has published. */
  check(options: PublishOptions): Promise<void>;
  /** Shows the run to readers, whole. A failure leaves what they see as it was, and the run to be published later. */
  publish(options: PublishOptions, signal: AbortSignal): Promise<P>;
  /** Frees the target. A run that is not published is kept for the next process. */
  close(): Promise<void>;
}

/** Opens a target, and judges what is there, before the first call to AWS. */
export type OpenTarget<P extends PublishedRun = PublishedRun> = (
  signal: AbortSignal,
) => Promise<SyncTarget<P>>;
