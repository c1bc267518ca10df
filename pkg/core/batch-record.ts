import type { EpochMs } from "./clock.ts";

/** What is known of one row of a file that was applied before. */
export interface BatchEntry {
  /** What the plan of the row depended on, as a hash. */
  readonly digest: string;
  /** `begun`: the process ended before the row did, or the change may be made, in whole or in part. */
  readonly outcome: "begun" | "done" | "nothing-to-do" | "failed";
  readonly atMs: EpochMs;
  /** The `sub`, once it is known. */
  readonly user: string | undefined;
}

/**
 * How far a file has been applied. It outlives the process: a second run of the same file goes on from there. It holds
 * ids and hashes, and no value of the file.
 */
export interface BatchRecord {
  /** By the line in which the row begins. */
  readonly entries: ReadonlyMap<number, BatchEntry>;
  /** Durable when it returns. */
  write(line: number, entry: Omit<BatchEntry, "atMs">): void;
  /** Lets another process apply the file. */
  close(): void;
}
