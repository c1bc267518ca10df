import type { AuditRecord } from "./audit-log.ts";
import type { ChangeKind, ChangeStep, ChangeTarget, Requester, UndoRecord } from "./change.ts";
import type { EpochMs } from "./clock.ts";
import type { WriteOperation } from "./operations.ts";

/** What is limited in a window of time. */
export const BUDGETS = ["deletions", "disables", "invitations"] as const;
export type Budget = (typeof BUDGETS)[number];

const HOUR_MS = 3_600_000;

/** Cognito's own sender is limited by the day, to 50 e-mails, so invitations are counted by the day too. */
export const BUDGET_WINDOWS: Readonly<
  Record<Budget, { readonly ms: number; readonly name: "hour" | "day" }>
> = {
  deletions: { ms: HOUR_MS, name: "hour" },
  disables: { ms: HOUR_MS, name: "hour" },
  invitations: { ms: 24 * HOUR_MS, name: "day" },
};

/** A change before its first step. */
export interface NewChange {
  readonly id: string;
  readonly kind: ChangeKind;
  /** No two open changes share it: `user:<sub>`, `group:<name>`, `login:<sha256>`. */
  readonly lock: string;
  readonly beganAtMs: EpochMs;
  readonly requester: Requester;
  readonly target: ChangeTarget;
  /** The caller's reason; kept until the change has its audit line. */
  readonly justification?: string | undefined;
}

/** What a recovery needs to decide about a change that was cut off. Encrypted on disk, because it may name a login. */
export type RecoveryHints = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** A change that has not ended. */
export interface OpenChange extends NewChange {
  readonly hints: RecoveryHints;
  readonly undo: UndoRecord | undefined;
  readonly steps: readonly ChangeStep[];
}

export interface BudgetLimit {
  readonly budget: Budget;
  readonly limit: number;
}

export interface BudgetStatus extends BudgetLimit {
  /** Spent within the window. */
  readonly spent: number;
}

export interface OpenChangesStatus {
  /** Open changes of all processes. */
  readonly open: number;
  /** When the oldest of them began; undefined when none is open. */
  readonly oldestBeganAtMs: EpochMs | undefined;
}

/**
 * The record of changes under way, durable before each call. It outlives the process: the next process recovers what a
 * killed one left open (D15). What a method writes is durable when it resolves. Calls are carried out in their order; only
 * `begin` may take its time.
 */
export interface Journal {
  /**
   * Opens a change. Waits while a living process, this one included, has a change of the same lock open. Resolves with
   * the changes under that lock that dead processes left open or that were released, oldest first: the caller recovers
   * them first. An abort while waiting is `canceled` (or `deadline-exceeded`), and nothing was opened.
   */
  begin(change: NewChange, signal: AbortSignal): Promise<readonly OpenChange[]>;
  /**
   * Adds what a recovery needs, and the target once it is known. A member that is given replaces its old value; the
   * others stay as they are.
   */
  note(
    id: string,
    what: { readonly hints?: RecoveryHints; readonly target?: ChangeTarget; readonly undo?: UndoRecord },
  ): Promise<void>;
  /** Adds a step in state `begun`; resolves with its index. */
  stepBegun(id: string, operation: WriteOperation, undo: boolean): Promise<number>;
  stepEnded(id: string, index: number, step: Omit<ChangeStep, "operation" | "undo">): Promise<void>;
  /** The steps so far, in order. */
  steps(id: string): Promise<readonly ChangeStep[]>;
  /**
   * Takes one of each budget, counted over its window, whatever the date is set to meanwhile. When one is used up it
   * takes none, and resolves with when that one
   * is free again (`Infinity` for a limit of 0). `giveBack` returns them when the change did nothing.
   */
  spend(
    id: string,
    limits: readonly BudgetLimit[],
    nowMs: EpochMs,
  ): Promise<{ readonly refused: Budget; readonly freeAtMs: number } | undefined>;
  giveBack(id: string): Promise<void>;
  /** How many were spent within the window before. */
  spent(budget: Budget, nowMs: EpochMs): Promise<number>;
  /**
   * Writes the audit line and removes the change, while no other process does the same. The changes that `begin` returned
   * with it are released, if they are still open. When the line cannot be written, `close` rejects with that error, and the
   * change stays open and is released.
   */
  close(id: string, line: AuditRecord): Promise<void>;
  /**
   * Gives up a change without ending it: it stays open, and the next `begin` of its lock, or `claimOrphans`, gets it. The
   * changes that `begin` returned with it are released too, if they are still open. Does nothing for an ended change.
   */
  release(id: string): Promise<void>;
  /**
   * The changes that dead processes left open or that were released, oldest first, without those whose lock a living
   * process holds. They belong to this process from now on, until `close` or `release`.
   */
  claimOrphans(): Promise<readonly OpenChange[]>;
  /** Closes the journal. Open changes of this process stay in it, for the next process. */
  end(): Promise<void>;
}
