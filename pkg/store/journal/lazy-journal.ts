import type { Journal } from "../../core/journal.ts";

export interface LazyJournalOptions {
  /** Opens all that a change is recorded in. */
  readonly open: () => void;
  readonly journal: () => Journal;
  /** Whether there is a journal of an earlier process. */
  readonly isThere: () => boolean;
}

/**
 * A journal that is opened by the first change. A dry run, which may stand in a directory that cannot be written, asks
 * it for nothing but what was spent.
 */
export function lazyJournal({ open, journal, isThere }: LazyJournalOptions): Journal {
  return {
    async begin(change, signal) {
      open();
      return await journal().begin(change, signal);
    },
    note: (id, what) => journal().note(id, what),
    stepBegun: (id, operation, undo) => journal().stepBegun(id, operation, undo),
    stepEnded: (id, index, step) => journal().stepEnded(id, index, step),
    steps: (id) => journal().steps(id),
    spend: (id, limits, nowMs) => journal().spend(id, limits, nowMs),
    giveBack: (id) => journal().giveBack(id),
    spent: (budget, nowMs) => (isThere() ? journal().spent(budget, nowMs) : 0),
    close: (id, last) => journal().close(id, last),
    release: (id) => journal().release(id),
    claimOrphans() {
      open();
      return journal().claimOrphans();
    },
    end: () => journal().end(),
  };
}
