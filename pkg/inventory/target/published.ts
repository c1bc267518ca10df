import type { PublishedRun } from "../../sync/target.ts";

/** A run that was merged into an inventory. Its id is the `sync_id` of its row in `runs`. */
export interface PublishedInventory extends PublishedRun {
  /** Tells it from what other targets publish. */
  readonly kind: "inventory";
  /** Its name in messages: the path, or host/database. */
  readonly inventory: string;
  /** 1, 2, 3 … in its pool. */
  readonly runNumber: number;
  /** Changes since the run before. */
  readonly changes: number;
}
