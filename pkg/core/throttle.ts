import type { Operation } from "./operations.ts";

/** Which call is sent first when several wait: writes before reads before sync before background (D6). */
export type Priority = "write" | "read" | "sync" | "background";

/** Decides when a call to AWS may be sent. Each attempt acquires once: a retry acquires again. */
export interface Throttle {
  /**
   * Resolves when the call may be sent. Rejects with the signal's reason when it is aborted first; the next call that waits
   * is then sent in its place. Rejects with `unavailable` and the time to try again where too many calls of callers wait
   * (see `CallOrigins`).
   *
   * `callsAfter`: about how many calls can be made only after this one, one after the other. Of the `sync` calls of one
   * caller those with the most of them go first.
   */
  acquire(operation: Operation, priority: Priority, signal: AbortSignal, callsAfter?: number): Promise<void>;
  /** AWS throttled a call: the rate of its category is reduced and recovers step by step (D7). */
  throttled(operation: Operation): void;
}
