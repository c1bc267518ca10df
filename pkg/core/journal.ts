import type { ChangeKind, ChangeStep, ChangeTarget, Requester, UndoRecord } from "./change.ts";
import type { EpochMs } from "./clock.ts";
import type { WriteOperation } from "./operations.ts";

/** What a guard counts per hour. */
export type Budget = "deletions" | "disables" | "invitations";

/** What the journal knows of a change before its first step. */
export interface NewChange {
  readonly id: string;
  readonly kind: ChangeKind;
  /** No two open changes share it: `user:<sub>`, `group:<name>`, `login:<sha256>`. */
  readonly lock: string;
  readonly beganAtMs: EpochMs;
  readonly requester: Requester;
  readonly target: ChangeTarget;
}

/** What a recovery needs to judge a change that was cut off. It is sealed on disk: it may name a login. */
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

/**
 * The record of changes under way, durable before each call. It outlives the process: what a killed one left open is
 * settled by the next (D15).
 */
export interface Journal {
  /**
   * Opens a change. Waits while another living process, or this one, has a change of the same lock open. Resolves with
   * the changes that dead processes left open under that lock, or that were let go, oldest first: they are settled
   * before anything else. An abort while waiting is `canceled` (or `deadline-exceeded`), and nothing was opened.
   */
  begin(change: NewChange, signal: AbortSignal): Promise<readonly OpenChange[]>;
  /**
   * What a recovery needs, and whom it is about once that is known. Each member given replaces the whole of what was
   * noted under it before; the others stay.
   */
  note(
    id: string,
    what: { readonly hints?: RecoveryHints; readonly target?: ChangeTarget; readonly undo?: UndoRecord },
  ): void;
  /** Adds a step in state `begun`; returns its index. Durable when it returns. */
  stepBegun(id: string, operation: WriteOperation, undo: boolean): number;
  stepEnded(id: string, index: number, step: Omit<ChangeStep, "operation" | "undo">): void;
  /** The steps so far, in order. */
  steps(id: string): readonly ChangeStep[];
  /**
   * Takes one of each budget within the last hour, or none and says when the first of the exhausted ones is free.
   * `giveBack` returns them when the change turned out to do nothing. A limit of 0 is never free: `Infinity`.
   */
  spend(
    id: string,
    limits: readonly BudgetLimit[],
    nowMs: EpochMs,
  ): { readonly refused: Budget; readonly freeAtMs: number } | undefined;
  giveBack(id: string): void;
  /** How many were spent within the hour before. */
  spent(budget: Budget, nowMs: EpochMs): number;
  /**
   * Runs `last` (the audit line) and removes the change, while no other process does the same. `last` may only read
   * the journal. When it throws, that is thrown on, and the change stays open but is let go, as by `release`.
   */
  close(id: string, last: () => void): void;
  /**
   * Gives up a change without ending it: it stays open, and the next `begin` of its lock, or `claimOrphans`, gets it. What
   * `begin` returned with it and is still open goes too.
   */
  release(id: string): void;
  /**
   * The changes that dead processes left open, or that were let go, oldest first; not those under whose lock a living
   * one is at work. They belong to this process from now on, until `close` or `release`.
   */
  claimOrphans(): readonly OpenChange[];
  /** Lets go of the lock of this process. Open changes of it stay, for the next one. */
  end(): void;
}
