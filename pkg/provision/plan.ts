import type { ChangeKind, ChangeTarget, UndoRecord } from "../core/change.ts";
import type { Receipt } from "../core/directory-writer.ts";
import type { Budget, ChangeFacts } from "../core/journal.ts";
import type { WriteOperation } from "../core/operations.ts";

/** A change as it is asked for. */
export interface ChangeRequest<T> {
  readonly kind: ChangeKind;
  /** No two changes of the same lock run at once, not even in two processes of one state directory. */
  readonly lock: string;
  readonly target: ChangeTarget;
  /** Reads and checks everything that can be known before the first write. Writes nothing. */
  readonly plan: (signal: AbortSignal) => Promise<Plan<T>>;
}

export type Plan<T> = NothingToDo<T> | PlannedChange<T>;

export interface NothingToDo<T> {
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
  readonly facts?: ChangeFacts;
  readonly undo?: UndoRecord;
  /**
   * Makes the calls through `steps`. What it rejects with is what failed; what stands then is known from the steps.
   */
  readonly apply: (steps: Steps) => Promise<T>;
}

/** What a read says about a call whose answer was lost. */
export type Settled<R> =
  | { readonly state: "done"; readonly receipt: R }
  | { readonly state: "not-done" | "unknown" };

/** The calls of one change. Each is in the journal before it is made and has its result there before the next. */
export interface Steps {
  /** Outlives the caller: a change that has begun is not left half done because nobody waits any more. */
  readonly signal: AbortSignal;
  /**
   * Makes one call. When its answer is lost (`outcome-unknown`, `delivery-failed`, `trigger-failed`) `settle` finds out by
   * reading; without it the outcome stays unknown. Rejects with the call's own error unless it was done.
   */
  make<R extends Receipt>(
    operation: WriteOperation,
    call: (signal: AbortSignal) => Promise<R>,
    settle?: (signal: AbortSignal) => Promise<Settled<R>>,
  ): Promise<R>;
  /**
   * Takes back the last `count` calls that stand, by one call. Never rejects: resolves with whether it was done, and what
   * could not be taken back is reported as standing.
   */
  takeBack(
    count: number,
    operation: WriteOperation,
    call: (signal: AbortSignal) => Promise<Receipt>,
  ): Promise<boolean>;
  /** Adds to what a recovery knows. */
  note(what: {
    readonly facts?: ChangeFacts;
    readonly target?: ChangeTarget;
    readonly undo?: UndoRecord;
  }): void;
}
