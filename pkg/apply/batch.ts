import type { Medium } from "../core/directory-writer.ts";
import type { ErrorCode } from "../core/errors.ts";
import type { WriteOperation } from "../core/operations.ts";
import type { Account } from "../provision/known-accounts.ts";
import type { AccountRequest } from "../provision/provisioner.ts";

/** What a row can ask for. Each is one change. */
export const ROW_ACTIONS = ["grant", "revoke", "create", "disable", "enable", "delete"] as const;

export type RowAction = (typeof ROW_ACTIONS)[number];

export type RowChange =
  | { readonly action: "grant" | "revoke"; readonly user: string; readonly group: string }
  | { readonly action: "disable" | "enable" | "delete"; readonly user: string }
  | {
      readonly action: "create";
      readonly account: AccountRequest;
      readonly invite: boolean;
      readonly deliverBy: readonly Medium[] | undefined;
    };

/** One row of the file, checked by itself. */
export interface BatchRow {
  /** Where the row begins in the file, from 1. */
  readonly line: number;
  readonly change: RowChange;
  /** Replaces the reason of the whole batch. */
  readonly justification: string | undefined;
}

/** What a row says of itself, as it is written in the file. */
export interface RowWords {
  /** Undefined where it is not an action. */
  readonly action: RowAction | undefined;
  readonly user: string | undefined;
  readonly group: string | undefined;
}

/** Why a row cannot be applied, with the cure. Its message repeats no value of the file. */
export interface BatchProblem {
  readonly line: number;
  readonly code: ErrorCode;
  readonly message: string;
}

/** What a row will do. */
export interface PlannedRow {
  readonly row: BatchRow;
  /** `done-before`: an earlier run of the same file did it, and it is still in effect. */
  readonly state: "planned" | "nothing-to-do" | "done-before";
  /** The `sub`; undefined for an account that the batch creates. */
  readonly user: string | undefined;
  /** The same where the pool has it. */
  readonly account: Account | undefined;
  readonly steps: readonly WriteOperation[];
  /** What the plan depends on, as a hash: the row, whom it concerns, and what it would call. */
  readonly digest: string;
}

/** The whole file against the pool as it is now. Nothing is written while there is a problem. */
export interface BatchPlan {
  readonly rows: readonly PlannedRow[];
  readonly problems: readonly BatchProblem[];
  /** Of the file and of everything in the pool that the plan depends on. */
  readonly hash: string;
}

/** What became of a row. */
export interface BatchResult {
  readonly line: number;
  readonly action: RowAction;
  readonly outcome: "done" | "nothing-to-do" | "done-before" | "failed" | "not-attempted";
  readonly user: string | undefined;
  readonly group: string | undefined;
  /** The id in the audit log. */
  readonly change: string | undefined;
  /** Why it failed; of a row that is done, what must still be known or done. */
  readonly cause: string | undefined;
  readonly code: ErrorCode | undefined;
  /** Of a row that failed: the pool is changed all the same. */
  readonly isMadeInPart: boolean;
}

export function groupOf(change: RowChange): string | undefined {
  return "group" in change ? change.group : undefined;
}
