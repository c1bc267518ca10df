import type { User } from "./user.ts";

/** Where a reader of the changes is. */
export type FeedPosition =
  /** Before the first change of a run that ended at this time or later; undefined: before the first change of all. */
  | { readonly kind: "start"; readonly at: Date | undefined }
  /** After this change. With its run, so that a number of another history is not taken for one of this history. */
  | { readonly kind: "after"; readonly change: number; readonly runId: string };

/** What changed. The account of a deleted user is as the last run saw it. */
export type ChangedSubject =
  | { readonly kind: "user"; readonly user: Pick<User, "sub" | "username"> }
  | { readonly kind: "group"; readonly name: string }
  | { readonly kind: "member-added" | "member-removed"; readonly groupName: string; readonly user: User };

/** A change of the pool between two runs, as the later one recorded it. */
export interface FeedChange {
  /** 1, 2, 3 … in the order in which the changes were recorded. */
  readonly change: number;
  /** The id of the run that recorded it. */
  readonly runId: string;
  /** The change was made after this time, when the run before it began; undefined where that run is not known. */
  readonly after: Date | undefined;
  /** The change was made before this time, when the run ended. */
  readonly before: Date;
  /** Its name in the inventory, such as `user_disabled`. */
  readonly recordedAs: string;
  readonly subject: ChangedSubject;
  /** The id in the audit log of the change of this connector that caused it. */
  readonly auditId: string | undefined;
}

/** The changes that runs have recorded, oldest first. A later call sees those of later runs too. */
export interface ChangeFeed {
  /**
   * The changes behind the position, at most so many, and whether there are more. What one run found of
   * one user or group, such as several attributes, is one change. Rejects with `invalid-argument` for a position of another history.
   */
  changesFrom(
    position: FeedPosition,
    limit: number,
    signal: AbortSignal,
  ): Promise<{ readonly changes: readonly FeedChange[]; readonly hasMore: boolean }>;
}
