import type { Operation } from "./operations.ts";

/** Who goes first when turns are short: writes before reads before sync (D6). */
export type Priority = "write" | "read" | "sync";

/** Hands out turns to call AWS. One turn is one attempt: a retry asks again. */
export interface Throttle {
  /**
   * Resolves when the call may be sent. Rejects with the signal's reason when it is aborted first; the turn then goes
   * to the next in line.
   */
  acquire(operation: Operation, priority: Priority, signal: AbortSignal): Promise<void>;
  /** AWS said "too fast": the operation's category slows down and recovers step by step (D7). */
  throttled(operation: Operation): void;
}
