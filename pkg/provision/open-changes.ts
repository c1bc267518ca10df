import type { CallOrigin } from "../core/call-origin.ts";
import type { EpochClock } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";

/** How many changes of callers are open. A change counts from before its journal entry, which costs time on disk. */
export interface OpenChanges {
  /** Counts one more until the returned function is called. Throws `unavailable` where there are too many. */
  enter(origin: CallOrigin | undefined): () => void;
}

const RETRY_MS = 30_000;

/**
 * A caller may have as many changes open as there are places free, and always one. So a single caller gets half of the
 * places, the next half of the rest, and there is a place for another one. The connector's own changes do not count.
 */
export function createOpenChanges(most: number, now: EpochClock): OpenChanges {
  const ofCaller = new Map<string, number>();
  let all = 0;

  function count(caller: string, by: 1 | -1): void {
    all += by;
    const open = (ofCaller.get(caller) ?? 0) + by;
    if (open === 0) ofCaller.delete(caller);
    else ofCaller.set(caller, open);
  }

  return {
    enter(origin) {
      if (origin === undefined) return () => undefined;
      const { caller } = origin;
      const own = ofCaller.get(caller) ?? 0;
      if (own > 0 && own >= most - all) throw tooMany(own, new Date(now() + RETRY_MS));
      count(caller, 1);
      return () => count(caller, -1);
    },
  };
}

function tooMany(own: number, retryAt: Date): GovernanceError {
  return new GovernanceError(
    "unavailable",
    `the change was not begun: ${own} changes of this caller are open already; try again at ${retryAt.toISOString()}`,
    { retryAt },
  );
}
