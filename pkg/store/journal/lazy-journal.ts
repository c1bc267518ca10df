import { existsSync } from "node:fs";
import { type JournalOptions, openJournal } from "./journal.ts";
import type { JournalFile } from "./recording-journal.ts";
import { journalDatabasePath } from "./state-directory.ts";

export interface LazyJournalOptions extends JournalOptions {
  /**
   * Opens the other files that record a change, such as the audit log. Runs before every change, after the state directory
   * exists. If it throws, the change does not begin.
   */
  readonly openOthers: () => void;
}

/** A journal whose file is opened by the first change. */
export interface LazyJournal extends Omit<JournalFile, "file" | "status"> {
  /** Opens the file now, and the other files that record a change. */
  open(): void;
  /** Undefined while the file is not open. */
  opened(): JournalFile | undefined;
}

/**
 * Before the first change it creates no file. So a command that changes nothing leaves no files behind, and a dry run works
 * without write access to the state directory: it reads only the spent budget, which is 0 without a journal file.
 */
export function createLazyJournal(options: LazyJournalOptions): LazyJournal {
  const path = journalDatabasePath(options.dir, options.poolId);
  let file: JournalFile | undefined;

  function journal(): JournalFile {
    file ??= openJournal(options);
    return file;
  }

  function open(): void {
    journal();
    options.openOthers();
  }

  return {
    open,
    opened: () => file,
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
    spent: (budget, nowMs) => (existsSync(path) ? journal().spent(budget, nowMs) : 0),
    close: (id, last) => journal().close(id, last),
    release: (id) => journal().release(id),
    claimOrphans() {
      open();
      return journal().claimOrphans();
    },
    sync: () => file?.sync(),
    end: () => file?.end(),
  };
}
