import type { ChangeKind, ChangeOutcome, ChangeStep, ChangeTarget, Requester, UndoRecord } from "./change.ts";
import type { ErrorCode, ErrorReason } from "./errors.ts";

/** A write that a caller without the role asked for. It was rejected before its body was read, so it names no target. */
export const REFUSED_CALL = "refused-call";

/** One finished change, as the audit log keeps it. It has no field for the value of an attribute, a password or a token. */
export interface AuditRecord {
  /** The id of the change; one line each. */
  readonly change: string;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly pool: string;
  readonly kind: ChangeKind | typeof REFUSED_CALL;
  readonly requester: Requester;
  /** Why the change was asked for, as the caller wrote it. */
  readonly justification?: string | undefined;
  readonly target: ChangeTarget;
  readonly outcome: ChangeOutcome;
  readonly code: ErrorCode | undefined;
  readonly reason: ErrorReason | undefined;
  readonly steps: readonly ChangeStep[];
  readonly undo: UndoRecord | undefined;
  /** Of a refused call: the last operation that was asked for, as its front names it, and how many calls the line counts. */
  readonly refused?: { readonly operation: string; readonly count: number } | undefined;
}

/** The log of all writes. */
export interface AuditLog {
  /**
   * Appends one line and resolves when it is on the disk. Does nothing for a change that has its line already, so that
   * a recovery may repeat it. Rejects with `failed-precondition` when the line cannot be written.
   */
  append(record: AuditRecord): Promise<void>;
  /** How the change ended; undefined when it has no line among the newest ten thousand. */
  outcomeOf(change: string): Promise<ChangeOutcome | undefined>;
}
