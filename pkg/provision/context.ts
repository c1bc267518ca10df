import type { ChangeStep, Requester } from "../core/change.ts";
import type { WriteOperation } from "../core/operations.ts";

/** On whose behalf a change is made, and whether it is made at all. */
export interface WriteContext {
  readonly requester: Requester;
  /** Reads and checks everything, says what would be called, calls nothing that changes the pool. */
  readonly dryRun: boolean;
}

/** What came of a change that did not fail. */
export interface Outcome<T> {
  readonly result: T;
  /** `nothing-to-do`: it was so already. `planned`: a dry run. */
  readonly outcome: "done" | "nothing-to-do" | "planned";
  /** The id under which the audit log has it; "" for a dry run. */
  readonly change: string;
  /** The calls made; for a dry run none. */
  readonly steps: readonly ChangeStep[];
  /** The calls that a dry run would make, in order; for a real one those that were meant to be made. */
  readonly planned: readonly WriteOperation[];
}
