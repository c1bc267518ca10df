import type { Journal } from "../../pkg/core/journal.ts";

/**
 * A journal that is opened by the first change. A dry run, which may stand in a directory that cannot be written, asks
 * it for nothing but what was spent.
 */
export function lazyJournal(open: () => Journal, isThere: () => boolean): Journal {
  let opened: Journal | undefined;
  const journal = (): Journal => {
    opened ??= open();
    return opened;
  };
  return {
    begin: async (change, signal) => await journal().begin(change, signal),
    note: (id, what) => journal().note(id, what),
    stepBegun: (id, operation, undo) => journal().stepBegun(id, operation, undo),
    stepEnded: (id, index, step) => journal().stepEnded(id, index, step),
    steps: (id) => journal().steps(id),
    spend: (id, limits, nowMs) => journal().spend(id, limits, nowMs),
    giveBack: (id) => journal().giveBack(id),
    spent: (budget, nowMs) => (opened !== undefined || isThere() ? journal().spent(budget, nowMs) : 0),
    close: (id, last) => journal().close(id, last),
    letGo: (id) => journal().letGo(id),
    adopt: () => journal().adopt(),
    end: () => opened?.end(),
  };
}
