import type { ChangeKind, ChangeTarget, UndoRecord } from "../core/change.ts";
import type { ClientMetadata } from "../core/client-metadata.ts";
import type { Receipt } from "../core/directory-writer.ts";
import type { GovernanceError } from "../core/errors.ts";
import type { Budget, RecoveryHints } from "../core/journal.ts";
import type { WriteOperation } from "../core/operations.ts";

/** A requested change. */
export interface ChangeRequest<T> {
  readonly kind: ChangeKind;
  /** No two changes of the same lock run at once, not even in two processes of one state directory. */
  readonly lock: string;
  readonly target: ChangeTarget;
  /** Reads and checks everything that can be known before the first write. Writes nothing. */
  readonly plan: (signal: AbortSignal) => Promise<Plan<T>>;
}

export type Plan<T> = NothingToDo<T> | PlannedChange<T>;

interface NothingToDo<T> {
  readonly kind: "nothing-to-do";
  readonly result: T;
}

export interface PlannedChange<T> {
  readonly kind: "change";
  /** The calls that `apply` makes when nothing goes wrong, in order. */
  readonly steps: readonly WriteOperation[];
  /** What a dry run answers. */
  readonly preview: T;
  readonly budgets?: readonly Budget[];
  /** What a recovery needs to judge the change; sealed on disk, and never an attribute value or a password. */
  readonly hints?: RecoveryHints;
  readonly undo?: UndoRecord;
  /**
   * Makes the calls through `steps`. It rejects with the failure; what has been done by then is known from the steps.
   */
  readonly apply: (steps: Steps) => Promise<T>;
}

/** What a read says about a call whose answer was lost. */
export type Reconciled<R> =
  | { readonly state: "done"; readonly receipt: R }
  | { readonly state: "not-done" | "unknown" };

/** The calls of one change. Each is in the journal before it is made and has its result there before the next. */
export interface Steps {
  /** Not the caller's signal: a change that has begun is not left half done when the caller gives up. */
  readonly signal: AbortSignal;
  /** For the triggers of the pool, in the calls that take it. A recovery has none: it is not kept. */
  readonly clientMetadata: ClientMetadata | undefined;
  /**
   * Makes one call. When its answer is lost (`outcome-unknown`, `delivery-failed`, `trigger-failed`, or a limit that may be
   * that of messages), `reconcile` finds out by reading whether it was done; without it the outcome stays unknown. Rejects
   * with the call's own error unless the call was done.
   */
  make<R extends Receipt>(
    operation: WriteOperation,
    call: (signal: AbortSignal) => Promise<R>,
    reconcile?: (signal: AbortSignal) => Promise<Reconciled<R>>,
  ): Promise<R>;
  /**
   * A call without which the change that was asked for is made all the same. Resolves with false when it was not made, and
   * the outcome carries `without` with the cause as a warning (D22). Rejects when it may have been made, and with a failure
   * that `isTolerated` does not take.
   */
  tryOptional(
    operation: WriteOperation,
    without: string,
    call: (signal: AbortSignal) => Promise<Receipt>,
    isTolerated?: (failure: GovernanceError) => boolean,
  ): Promise<boolean>;
  /**
   * Undoes the last `count` calls by one call, or all of them, those whose outcome is unknown included. Never rejects:
   * resolves with whether that was done. Calls that could not be undone are reported as applied.
   */
  takeBack(
    count: number | "all",
    operation: WriteOperation,
    call: (signal: AbortSignal) => Promise<Receipt>,
  ): Promise<boolean>;
  /** Adds to what a recovery will know. */
  note(what: {
    readonly hints?: RecoveryHints;
    readonly target?: ChangeTarget;
    readonly undo?: UndoRecord;
  }): Promise<void>;
}
